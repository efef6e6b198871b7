/* Reading a journal, believing nothing. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/build.h"
#include "base/crc32c.h"
#include "base/memory.h"
#include "network/source.h"
#include "store/journal.h"
#include "store/slices.h"

typedef struct {
    int fd;
    const char *path; /* for messages */
    uint64_t size;    /* of the file when reading began */
    const rc_study *study;
    unsigned char *record; /* room for one */
    size_t room;
} source;

static uint64_t get(const unsigned char *bytes, size_t n) {
    uint64_t value = 0;
    for (size_t i = n; i-- > 0;) value = value << 8 | bytes[i];
    return value;
}

/* n bytes; zeros stand for what has gone since reading began. */
static rc_status read_at(const source *s, void *bytes, size_t n, uint64_t at) {
    char *next = bytes;
    while (n > 0) {
        ssize_t got = pread(s->fd, next, n, (off_t)at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return rc_fail(RC_IO, "%s: cannot read: %s", s->path, strerror(errno));
        if (got == 0) {
            memset(next, 0, n);
            break;
        }
        next += got;
        at += (size_t)got;
        n -= (size_t)got;
    }
    return RC_OK;
}

/* --- The header ------------------------------------------------------------- */

static rc_status damaged(const source *s, const char *what) {
    return rc_fail(RC_DAMAGED, "%s: %s, so that nothing in it can be believed", s->path, what);
}

/* The whole header, checked but for its meaning; the caller frees *bytes.
 * Magic, length and checksum are to stay where they are in any version. */
static rc_status read_header(const source *s, unsigned char **bytes, size_t *n) {
    rc_status status = RC_OK;
    unsigned char fixed[16];
    if (s->size < RC_JOURNAL_FIXED) RC_TRY(damaged(s, "too short for a journal"));
    RC_TRY(read_at(s, fixed, sizeof fixed, 0));
    if (memcmp(fixed, RC_JOURNAL_MAGIC, 8)) RC_TRY(damaged(s, "does not begin as a journal does"));
    *n = get(fixed + 12, 4);
    if (*n < RC_JOURNAL_FIXED + 4 || *n % 8 || *n > s->size) RC_TRY(damaged(s, "its header is damaged"));
    RC_TRY(rc_array_allocate((void **)bytes, *n, 1, 0, "header of a journal"));
    RC_TRY(read_at(s, *bytes, *n, 0));
    if (get(*bytes + *n - 4, 4) != rc_crc32c(0, *bytes, *n - 4)) RC_TRY(damaged(s, "its header is damaged"));
done:
    return status;
}

/* The two texts of the header, as far as its version is known. */
typedef struct {
    const char *program, *study;
    size_t n_program, n_study;
} texts;

static rc_status find_texts(const source *s, const unsigned char *bytes, size_t n, texts *found) {
    uint64_t version = get(bytes + 8, 4);
    found->n_program = get(bytes + 32, 4);
    found->n_study = get(bytes + 36, 4);
    found->program = (const char *)bytes + RC_JOURNAL_FIXED;
    found->study = found->program + found->n_program;
    if (version != RC_JOURNAL_VERSION)
        return rc_fail(RC_CONFLICT, "%s is a journal of format %" PRIu64 "; this program, %s, knows format %d", s->path,
                       version, rc_build.version, RC_JOURNAL_VERSION);
    if (found->n_program > n || found->n_study > n || RC_JOURNAL_FIXED + found->n_program + found->n_study + 4 > n)
        return damaged(s, "its header is damaged");
    return RC_OK;
}

/* Tasks of two versions may differ in a bit, or in their meaning. */
static rc_status check_program(const source *s, const unsigned char *bytes, const texts *found) {
    size_t n = strlen(rc_build.version);
    bool same = found->n_program > n && !memcmp(found->program, rc_build.version, n) && found->program[n] == ' ';
    if (same && get(bytes + 24, 8) == rc_slices_layout()) return RC_OK;
    char shown[RC_SHOWN_SIZE];
    return rc_fail(RC_CONFLICT, "%s was begun by rnnchaos %s, whose tasks may differ from those of this one, %s %s",
                   s->path, rc_shown(found->program, found->n_program, shown), rc_build.version, rc_build.commit);
}

static rc_status check_study(const source *s, const unsigned char *bytes, const texts *found) {
    bool same = found->n_study == strlen(s->study->text) && !memcmp(found->study, s->study->text, found->n_study) &&
                get(bytes + 16, 8) == s->study->hash;
    return same ? RC_OK : rc_fail(RC_CONFLICT, "%s is of another study", s->path);
}

/* A header that was being written when the machine stopped: ours, up to where
 * it ends or is zeros. */
static rc_status is_unfinished(const source *s, bool *unfinished) {
    rc_status status = RC_OK;
    unsigned char *expected = NULL, *found = NULL;
    size_t n, same = 0, zeros = 0;
    *unfinished = false;
    RC_TRY(rc_journal_header_make(s->study, &expected, &n));
    if (s->size > n) goto done;
    RC_TRY(rc_array_allocate((void **)&found, s->size, 1, 0, "header of a journal"));
    RC_TRY(read_at(s, found, s->size, 0));
    while (same < s->size && found[same] == expected[same]) same++;
    while (same + zeros < s->size && found[same + zeros] == 0) zeros++;
    *unfinished = same < n && same + zeros == s->size;
done:
    free(expected);
    free(found);
    return status;
}

/* *start: where the records begin; 0 if the header was never finished. */
static rc_status check_header(const source *s, uint64_t *start) {
    rc_status status = RC_OK;
    unsigned char *bytes = NULL;
    size_t n;
    texts found;
    bool unfinished;
    *start = 0;
    RC_TRY(is_unfinished(s, &unfinished));
    if (unfinished) goto done;
    RC_TRY(read_header(s, &bytes, &n));
    RC_TRY(find_texts(s, bytes, n, &found));
    RC_TRY(check_study(s, bytes, &found));
    RC_TRY(check_program(s, bytes, &found));
    *start = n;
done:
    free(bytes);
    return status;
}

/* --- Records ---------------------------------------------------------------- */

static rc_status make_room(source *s, size_t n) {
    if (n <= s->room) return RC_OK;
    free(s->record);
    s->room = 0;
    rc_status status = rc_array_allocate((void **)&s->record, n, 1, 0, "record of a journal");
    if (status == RC_OK) s->room = n;
    return status;
}

/* The record that begins here, in s->record; *n = 0 if there is none. Nothing
 * is allocated or read before its size is known to be right. */
static rc_status read_record(source *s, uint64_t at, size_t *task, size_t *n) {
    rc_status status = RC_OK;
    unsigned char head[RC_RECORD_HEAD];
    *n = 0;
    if (s->size - at < RC_RECORD_HEAD + RC_RECORD_TAIL) goto done;
    RC_TRY(read_at(s, head, sizeof head, at));
    uint64_t size = get(head + 8, 8), number = get(head + 16, 8);
    if (memcmp(head, RC_JOURNAL_MARK, 8) || get(head + 24, 8) != s->study->hash) goto done;
    if (number >= rc_task_count(s->study) || size != rc_task_size(s->study, number)) goto done;
    if (size > s->size - at - RC_RECORD_HEAD - RC_RECORD_TAIL) goto done;
    size_t whole = RC_RECORD_HEAD + size + RC_RECORD_TAIL;
    RC_TRY(make_room(s, whole));
    RC_TRY(read_at(s, s->record, whole, at));
    const unsigned char *tail = s->record + RC_RECORD_HEAD + size;
    bool good = !memcmp(s->record, head, sizeof head) && !memcmp(tail + 4, RC_JOURNAL_COMMIT, 4) &&
                get(tail, 4) == rc_crc32c(0, s->record, RC_RECORD_HEAD + size);
    if (!good) goto done;
    *task = number;
    *n = whole;
done:
    return status;
}

/* The next place, from *at on, where a record may begin: a multiple of 8 bytes
 * from the first one. */
static rc_status find_mark(const source *s, uint64_t *at) {
    unsigned char block[8192];
    while (*at < s->size) {
        size_t n = s->size - *at < sizeof block ? (size_t)(s->size - *at) : sizeof block;
        rc_status status = read_at(s, block, n, *at);
        if (status != RC_OK) return status;
        for (size_t i = 0; i + 8 <= n; i += 8) {
            if (memcmp(block + i, RC_JOURNAL_MARK, 8) != 0) continue;
            *at += i;
            return RC_OK;
        }
        *at += n;
    }
    return RC_OK;
}

static void count_damage(rc_journal_found *found, uint64_t at) {
    if (at == found->end) return;
    if (found->n_damaged == 0) found->damaged_at = found->end;
    found->n_damaged += at - found->end;
}

static rc_status read_records(source *s, rc_journal_taker *take, void *context, rc_journal_found *found) {
    rc_status status = RC_OK;
    for (uint64_t at = found->end; at < s->size;) {
        size_t task, n;
        RC_TRY(read_record(s, at, &task, &n));
        if (n == 0) {
            at += 8;
            RC_TRY(find_mark(s, &at));
            continue;
        }
        count_damage(found, at);
        found->n_records++;
        if (take) RC_TRY(take(task, s->record + RC_RECORD_HEAD, context));
        at = found->end = at + n;
    }
    found->n_torn = s->size - found->end;
done:
    return status;
}

static rc_status measure(source *s) {
    struct stat about;
    if (fstat(s->fd, &about)) return rc_fail(RC_IO, "%s: cannot look at it: %s", s->path, strerror(errno));
    if (!S_ISREG(about.st_mode)) return rc_fail(RC_UNREADABLE, "%s: not a regular file", s->path);
    s->size = (uint64_t)about.st_size;
    return RC_OK;
}

rc_status rc_journal_scan(int fd, const char *path, const rc_study *study, rc_journal_taker *take, void *context,
                          rc_journal_found *found) {
    rc_status status = RC_OK;
    source s = {.fd = fd, .path = path, .study = study};
    *found = (rc_journal_found){0};
    RC_TRY(measure(&s));
    RC_TRY(check_header(&s, &found->end));
    if (found->end > 0) RC_TRY(read_records(&s, take, context, found));
done:
    free(s.record);
    return status;
}

/* The caller closes s->fd if it is not -1. */
static rc_status open_source(const char *path, source *s) {
    s->path = path;
    s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (s->fd < 0) return rc_fail(RC_UNREADABLE, "%s: cannot open it: %s", path, strerror(errno));
    return measure(s);
}

rc_status rc_journal_read(const char *path, const rc_study *study, rc_journal_taker *take, void *context,
                          rc_journal_found *found) {
    rc_journal_found own_found;
    source s = {0};
    rc_status status = open_source(path, &s);
    if (status == RC_OK) status = rc_journal_scan(s.fd, path, study, take, context, found ? found : &own_found);
    if (s.fd >= 0) close(s.fd);
    return status;
}

rc_status rc_journal_check(const char *path, const rc_study *study) {
    uint64_t start;
    source s = {.study = study};
    rc_status status = open_source(path, &s);
    if (status == RC_OK) status = check_header(&s, &start);
    if (s.fd >= 0) close(s.fd);
    return status;
}

rc_status rc_journal_read_study(const char *path, rc_study **out) {
    rc_status status = RC_OK;
    unsigned char *bytes = NULL;
    size_t n;
    texts found;
    source s = {0};
    *out = NULL;
    RC_TRY(open_source(path, &s));
    RC_TRY(read_header(&s, &bytes, &n));
    RC_TRY(find_texts(&s, bytes, n, &found));
    RC_TRY(rc_study_parse(found.study, found.n_study, path, NULL, 0, out));
    s.study = *out;
    status = check_study(&s, bytes, &found);
    if (status == RC_OK) status = check_program(&s, bytes, &found);
    if (status != RC_OK) rc_study_destroy(out);
done:
    free(bytes);
    if (s.fd >= 0) close(s.fd);
    return status;
}

/* --- In words --------------------------------------------------------------- */

/* At most so many tasks stood in n bytes. */
static size_t most_tasks(const rc_study *study, uint64_t n) {
    size_t least = SIZE_MAX;
    for (size_t session = 0; session < study->n_sessions; session++) {
        size_t size = rc_task_size(study, session * study->n_gains);
        if (size < least) least = size;
    }
    uint64_t whole = (uint64_t)least + RC_RECORD_HEAD + RC_RECORD_TAIL;
    return (size_t)((n + whole - 1) / whole);
}

void rc_journal_describe(const char *path, const rc_study *study, const rc_journal_found *found, char *text,
                         size_t size) {
    size_t used = 0;
    *text = '\0';
    if (found->n_damaged)
        used = (size_t)snprintf(text, size,
                                "%s: %" PRIu64 " bytes at byte %" PRIu64 " are damaged, %zu task%s at the most; "
                                "what is lost is computed again",
                                path, found->n_damaged, found->damaged_at, most_tasks(study, found->n_damaged),
                                most_tasks(study, found->n_damaged) == 1 ? "" : "s");
    if (found->n_torn && used < size)
        snprintf(text + used, size - used,
                 "%s%s: its last %" PRIu64 " bytes, from byte %" PRIu64 " on, are no whole record and do not count",
                 used ? "\n" : "", path, found->n_torn, found->end);
}
