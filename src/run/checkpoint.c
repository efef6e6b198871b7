#include "run/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/newfile.h"

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* In front of what is saved. */
typedef struct {
    char magic[8];
    uint64_t study_hash, task;
} head;

static head head_of(const rc_study *study, size_t task) {
    return (head){{'r', 'c', 'k', '-', 'f', 'i', 'l', 'e'}, study->hash, task};
}

static bool is_head_of(const head *h, const rc_study *study) {
    head own = head_of(study, h->task);
    return memcmp(h->magic, own.magic, sizeof own.magic) == 0 && h->study_hash == own.study_hash;
}

static char *path_of(const char *folder, size_t task) {
    char *path;
    return asprintf(&path, "%s/checkpoint-%zu.rck", folder, task) < 0 ? NULL : path;
}

__attribute__((format(printf, 3, 4))) static void note(const rc_task_control *control, bool warning, const char *format,
                                                       ...) {
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (control->note) control->note(warning, text, control->note_context);
}

/* --- Reading ---------------------------------------------------------------------- */

static rc_status read_all(int fd, const char *path, unsigned char *bytes, size_t n) {
    for (size_t at = 0; at < n;) {
        ssize_t part = read(fd, bytes + at, n - at);
        if (part < 0 && errno == EINTR) continue;
        if (part < 0) return rc_fail(RC_IO, "%s: cannot read: %s", path, strerror(errno));
        if (part == 0) return rc_fail(RC_DAMAGED, "%s: it became shorter while it was read", path);
        at += (size_t)part;
    }
    return RC_OK;
}

/* The file's bytes; none if there is no file. */
static rc_status read_file(const char *path, unsigned char **out, size_t *n) {
    rc_status status = RC_OK;
    struct stat about;
    unsigned char *bytes = NULL;
    *out = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) return RC_OK;
    if (fd < 0 || fstat(fd, &about) || !S_ISREG(about.st_mode)) {
        status = rc_fail(RC_IO, "%s: cannot read: %s", path, fd < 0 ? strerror(errno) : "it is no regular file");
        goto done;
    }
    *n = (size_t)about.st_size;
    RC_TRY(RC_ARRAY(bytes, *n, "a saved measurement"));
    RC_TRY(read_all(fd, path, bytes, *n));
    *out = bytes;
    bytes = NULL;
done:
    free(bytes);
    if (fd >= 0) close(fd);
    return status;
}

static rc_status read_saved(rc_task_checkpoint *c) {
    rc_status status = RC_OK;
    size_t n = 0;
    head front;
    RC_TRY(read_file(c->path, &c->bytes, &n));
    if (!c->bytes) return RC_OK;
    atomic_fetch_add(&c->control->n_checkpoints, 1);
    if (n >= sizeof front) memcpy(&front, c->bytes, sizeof front);
    if (n < sizeof front || !is_head_of(&front, c->study) || front.task != c->task)
        return rc_fail(RC_DAMAGED, "%s: it is not of this task and study", c->path);
    c->spectrum.saved = c->bytes + sizeof front;
    c->spectrum.n_saved = n - sizeof front;
done:
    return status;
}

bool rc_checkpoint_is_of(const char *path, const rc_study *study, size_t *task) {
    head front;
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe is not waited for */
    bool is_file = fd >= 0 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
    bool has_head = is_file && pread(fd, &front, sizeof front, 0) == (ssize_t)sizeof front;
    if (fd >= 0) close(fd);
    if (!has_head || !is_head_of(&front, study) || front.task >= rc_task_count(study)) return false;
    *task = front.task;
    return true;
}

static void tell_restored(void *context, uint64_t state_steps) {
    const rc_task_checkpoint *c = context;
    atomic_fetch_add(&c->control->restored_steps, state_steps);
    note(c->control, false, "task %zu: continues at %.1f %% of its exponents", c->task,
         100 * (double)state_steps / c->all);
}

/* --- Writing ------------------------------------------------------------------------ */

static rc_status write_file(const rc_task_checkpoint *c, const void *bytes, size_t n) {
    rc_status status = RC_OK;
    rc_newfile file = {.fd = -1};
    head front = head_of(c->study, c->task);
    RC_TRY(rc_newfile_open(c->path, &file));
    RC_TRY(rc_newfile_write(&file, &front, sizeof front));
    RC_TRY(rc_newfile_write(&file, bytes, n));
    RC_TRY(rc_newfile_commit(&file));
done:
    rc_newfile_abandon(&file);
    return status;
}

/* A short task leaves the disk alone, also when it is stopped. A full disk does
 * not end a measurement that may yet be finished. */
static rc_status save(void *context, const void *bytes, size_t n) {
    rc_task_checkpoint *c = context;
    if (seconds_now() < c->begun + c->spectrum.every_s) return RC_OK;
    atomic_fetch_add(&c->control->n_saving, 1);
    bool failed = write_file(c, bytes, n) != RC_OK;
    atomic_fetch_sub(&c->control->n_saving, 1);
    atomic_fetch_add(&c->control->n_checkpoints, !failed);
    if (failed && !c->failed) note(c->control, true, "task %zu: not saved: %s", c->task, rc_message());
    c->failed = failed;
    return RC_OK;
}

/* --- Around a measurement ----------------------------------------------------------- */

rc_status rc_task_checkpoint_open(const rc_study *study, size_t task, const rc_task_context *context, uint64_t n_steps,
                                  rc_task_checkpoint *c) {
    *c = (rc_task_checkpoint){.study = study, .task = task, .control = context->control, .all = (double)n_steps};
    if (!context->folder) return RC_OK;
    c->path = path_of(context->folder, task);
    if (!c->path) return rc_fail(RC_NO_MEMORY, "%s: out of memory", context->folder);
    double every_s = context->control->checkpoint_s;
    c->begun = seconds_now();
    c->spectrum = (rc_spectrum_checkpoint){
        .every_s = every_s > 0 ? every_s : RC_CHECKPOINT_S, .save = save, .restored = tell_restored, .context = c};
    if (read_saved(c) != RC_OK) note(c->control, true, "task %zu: begins again: %s", task, rc_message());
    return RC_OK;
}

bool rc_task_checkpoint_forget(rc_task_checkpoint *c) {
    if (!c->spectrum.saved) return false;
    note(c->control, true, "task %zu: begins again: %s: %s", c->task, c->path, rc_message());
    c->spectrum.saved = NULL;
    c->spectrum.n_saved = 0;
    return true;
}

void rc_task_checkpoint_close(rc_task_checkpoint *c) {
    free(c->path);
    free(c->bytes);
    *c = (rc_task_checkpoint){0};
}

/* --- When the task is finished --------------------------------------------------------- */

rc_status rc_checkpoint_settle(const rc_task_control *control, rc_journal *journal, const char *folder, size_t task) {
    rc_status status = RC_OK;
    if (!folder || atomic_load(&control->n_checkpoints) == 0) return RC_OK;
    char *path = path_of(folder, task);
    if (!path) return rc_fail(RC_NO_MEMORY, "%s: out of memory", folder);
    if (access(path, F_OK) == 0) {
        if (journal) RC_TRY(rc_journal_sync(journal));
        unlink(path); /* what stays is of no use, and does no harm */
    }
done:
    free(path);
    return status;
}
