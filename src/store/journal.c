/* Appending to a journal. */
#include "store/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/build.h"
#include "base/crc32c.h"
#include "base/memory.h"
#include "base/newfile.h"
#include "store/slices.h"

struct rc_journal {
    char *path;
    int fd;
    const rc_study *study;
    bool *done;       /* [task] */
    size_t n_done;    /* tasks done */
    size_t n_records; /* in this file */
    uint64_t end;     /* of the last record, and of the file */
    uint64_t synced;  /* the end when it was last synced */
    double waits_since;
    rc_status status; /* the first failure ... */
    char message[512];
};

/* --- Bytes ------------------------------------------------------------------ */

static void put(unsigned char *bytes, uint64_t value, size_t n) {
    for (size_t i = 0; i < n; i++) bytes[i] = (unsigned char)(value >> 8 * i);
}

rc_status rc_journal_header_make(const rc_study *study, unsigned char **bytes, size_t *n) {
    char program[128];
    int n_program = snprintf(program, sizeof program, "%s %s", rc_build.version, rc_build.commit);
    size_t n_study = strlen(study->text);
    *n = (RC_JOURNAL_FIXED + (size_t)n_program + n_study + 4 + 7) / 8 * 8;
    rc_status status = rc_array_allocate((void **)bytes, *n, 1, 0, "header of a journal");
    if (status != RC_OK) return status;
    memcpy(*bytes, RC_JOURNAL_MAGIC, 8);
    put(*bytes + 8, RC_JOURNAL_VERSION, 4);
    put(*bytes + 12, *n, 4);
    put(*bytes + 16, study->hash, 8);
    put(*bytes + 24, rc_slices_layout(), 8);
    put(*bytes + 32, (uint64_t)n_program, 4);
    put(*bytes + 36, n_study, 4);
    memcpy(*bytes + RC_JOURNAL_FIXED, program, (size_t)n_program);
    memcpy(*bytes + RC_JOURNAL_FIXED + n_program, study->text, n_study);
    put(*bytes + *n - 4, rc_crc32c(0, *bytes, *n - 4), 4);
    return RC_OK;
}

void rc_record_make(const rc_study *study, size_t task, const void *payload, unsigned char head[RC_RECORD_HEAD],
                    unsigned char tail[RC_RECORD_TAIL]) {
    size_t size = rc_task_size(study, task);
    memcpy(head, RC_JOURNAL_MARK, 8);
    put(head + 8, size, 8);
    put(head + 16, task, 8);
    put(head + 24, study->hash, 8);
    put(tail, rc_crc32c(rc_crc32c(0, head, RC_RECORD_HEAD), payload, size), 4);
    memcpy(tail + 4, RC_JOURNAL_COMMIT, 4);
}

/* --- The file --------------------------------------------------------------- */

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static rc_status fail_io(const rc_journal *journal, const char *action) {
    return rc_fail(RC_IO, "%s: cannot %s: %s", journal->path, action, strerror(errno));
}

static rc_status write_at(const rc_journal *journal, const void *bytes, size_t n, uint64_t at) {
    const char *next = bytes;
    while (n > 0) {
        ssize_t written = pwrite(journal->fd, next, n, (off_t)at);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail_io(journal, "write");
        next += written;
        at += (size_t)written;
        n -= (size_t)written;
    }
    return RC_OK;
}

static rc_status cut(const rc_journal *journal, uint64_t end) {
    while (ftruncate(journal->fd, (off_t)end))
        if (errno != EINTR) return fail_io(journal, "cut off its damaged end");
    return RC_OK;
}

static rc_status sync_file(const rc_journal *journal) {
    while (fsync(journal->fd))
        if (errno != EINTR) return fail_io(journal, "sync");
    return RC_OK;
}

/* After this failure the journal takes no more; what it holds ends at `end`.
 * If even that fails, the checksums tell. */
static rc_status give_up(rc_journal *journal, rc_status status, uint64_t end) {
    journal->status = status;
    snprintf(journal->message, sizeof journal->message, "%s", rc_message());
    if (cut(journal, end) == RC_OK) {
        journal->end = end;
        sync_file(journal);
    }
    return rc_fail(status, "%s", journal->message);
}

/* Somebody who truncates, replaces or writes the file is found out. */
static rc_status check_file(const rc_journal *journal) {
    struct stat about;
    if (fstat(journal->fd, &about)) return fail_io(journal, "look at it");
    if (about.st_nlink == 0) return rc_fail(RC_IO, "%s: somebody has removed it", journal->path);
    if ((uint64_t)about.st_size != journal->end)
        return rc_fail(RC_IO, "%s: somebody else has changed it: it has %lld bytes, not %llu", journal->path,
                       (long long)about.st_size, (unsigned long long)journal->end);
    return RC_OK;
}

/* --- Opening ---------------------------------------------------------------- */

/* Opens and locks the file; *gone: it was removed in between. Where the file
 * system has no locks, check_file() is left. */
static rc_status open_locked(rc_journal *journal, bool *gone) {
    struct stat about;
    *gone = false;
    journal->fd = open(journal->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0666);
    if (journal->fd < 0 && errno == ELOOP)
        return rc_fail(RC_CONFLICT, "%s is a symbolic link, and what it leads to is not written", journal->path);
    if (journal->fd < 0) return fail_io(journal, "open it");
    if (flock(journal->fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
        return rc_fail(RC_CONFLICT, "%s is in use by another run", journal->path);
    if (fstat(journal->fd, &about)) return fail_io(journal, "look at it");
    if (!S_ISREG(about.st_mode)) return rc_fail(RC_CONFLICT, "%s is not a regular file", journal->path);
    *gone = about.st_nlink == 0;
    if (!*gone) return RC_OK;
    close(journal->fd);
    journal->fd = -1;
    return RC_OK;
}

static rc_status begin(rc_journal *journal) {
    rc_status status = RC_OK;
    unsigned char *header = NULL;
    size_t n;
    RC_TRY(rc_journal_header_make(journal->study, &header, &n));
    RC_TRY(cut(journal, 0));
    RC_TRY(write_at(journal, header, n, 0));
    RC_TRY(sync_file(journal));
    RC_TRY(rc_sync_folder(journal->path));
    journal->end = journal->synced = n;
done:
    if (status != RC_OK) unlink(journal->path); /* it holds nothing */
    free(header);
    return status;
}

static rc_status mark_done(size_t task, const void *bytes, void *context) {
    rc_journal *journal = context;
    (void)bytes;
    journal->n_done += !journal->done[task];
    journal->done[task] = true;
    return RC_OK;
}

/* Takes up what is there. */
static rc_status take_up(rc_journal *journal, rc_journal_found *found) {
    rc_status status = RC_OK;
    RC_TRY(rc_journal_scan(journal->fd, journal->path, journal->study, mark_done, journal, found));
    if (found->end == 0) {
        status = begin(journal);
        goto done;
    }
    journal->n_records = found->n_records;
    journal->end = journal->synced = found->end;
    if (found->n_torn == 0) goto done;
    RC_TRY(cut(journal, found->end));
    RC_TRY(sync_file(journal));
done:
    return status;
}

static void release(rc_journal *journal) {
    if (journal->fd >= 0) close(journal->fd);
    free(journal->path);
    free(journal->done);
    free(journal);
}

rc_status rc_journal_open(const char *path, const rc_study *study, rc_journal **out, rc_journal_found *found) {
    rc_status status = RC_OK;
    rc_journal *journal = NULL;
    rc_journal_found own_found;
    *out = NULL;
    RC_TRY(RC_ARRAY(journal, 1, "journal"));
    journal->fd = -1;
    journal->study = study;
    RC_TRY(RC_ARRAY(journal->done, rc_task_count(study), "tasks of a journal"));
    journal->path = strdup(path);
    if (!journal->path) RC_TRY(rc_fail(RC_NO_MEMORY, "%s: out of memory", path));
    for (bool gone = true; gone;) RC_TRY(open_locked(journal, &gone));
    status = take_up(journal, found ? found : &own_found);
    if (status != RC_OK) goto done;
    *out = journal;
    journal = NULL;
done:
    if (journal) release(journal);
    return status;
}

static bool is_link(const char *path) {
    struct stat about;
    return lstat(path, &about) == 0 && S_ISLNK(about.st_mode);
}

rc_status rc_journal_remove(const char *path) {
    bool gone;
    if (is_link(path) && unlink(path) == 0) return RC_OK; /* nobody has it open under this name */
    rc_journal journal = {.path = (char *)(uintptr_t)path, .fd = -1};
    rc_status status = open_locked(&journal, &gone);
    if (status == RC_OK && !gone && unlink(path)) status = fail_io(&journal, "remove it");
    if (journal.fd >= 0) close(journal.fd);
    return status;
}

rc_status rc_journal_include(rc_journal *journal, const char *path, rc_journal_found *found) {
    return rc_journal_read(path, journal->study, mark_done, journal, found);
}

void rc_journal_note(rc_journal *journal, size_t task) { mark_done(task, NULL, journal); }

bool rc_journal_has(const rc_journal *journal, size_t task) { return journal->done[task]; }

size_t rc_journal_n_tasks(const rc_journal *journal) { return journal->n_done; }

/* --- Appending -------------------------------------------------------------- */

rc_status rc_journal_sync(rc_journal *journal) {
    if (journal->status != RC_OK) return rc_fail(journal->status, "%s", journal->message);
    if (journal->synced == journal->end) return RC_OK;
    rc_status status = sync_file(journal);
    if (status != RC_OK) return give_up(journal, status, journal->synced);
    journal->synced = journal->end;
    return RC_OK;
}

rc_status rc_journal_tick(rc_journal *journal) {
    bool waits = journal->synced != journal->end;
    if (waits && seconds_now() - journal->waits_since < RC_JOURNAL_SYNC_S) return RC_OK;
    return rc_journal_sync(journal);
}

static rc_status write_record(const rc_journal *journal, size_t task, const void *bytes, size_t size) {
    rc_status status = RC_OK;
    unsigned char head[RC_RECORD_HEAD], tail[RC_RECORD_TAIL];
    rc_record_make(journal->study, task, bytes, head, tail);
    RC_TRY(check_file(journal));
    RC_TRY(write_at(journal, head, sizeof head, journal->end));
    RC_TRY(write_at(journal, bytes, size, journal->end + sizeof head));
    RC_TRY(write_at(journal, tail, sizeof tail, journal->end + sizeof head + size));
done:
    return status;
}

rc_status rc_journal_append(rc_journal *journal, size_t task, const void *bytes) {
    if (journal->status != RC_OK) return rc_fail(journal->status, "%s", journal->message);
    size_t size = rc_task_size(journal->study, task);
    rc_status status = write_record(journal, task, bytes, size);
    if (status != RC_OK) return give_up(journal, status, journal->end);
    if (journal->synced == journal->end) journal->waits_since = seconds_now();
    journal->end += RC_RECORD_HEAD + size + RC_RECORD_TAIL;
    journal->n_records++;
    mark_done(task, bytes, journal);
    return rc_journal_tick(journal);
}

rc_status rc_journal_close(rc_journal **journal) {
    rc_journal *j = *journal;
    if (!j) return RC_OK;
    bool is_empty = j->n_records == 0 && check_file(j) == RC_OK;
    rc_status status = rc_journal_sync(j);
    if (is_empty) unlink(j->path);
    release(j);
    *journal = NULL;
    return status;
}
