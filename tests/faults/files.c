/* The calls on files, and those on threads, mappings and the clock. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "loss.h"
#include "plan.h"

enum { N_FDS = 1024, PATH = 400 };

/* Where the open files of the folder are; "" for all others. */
static char paths[N_FDS][PATH];

static const char *path_of(int fd) { return fd >= 0 && fd < N_FDS && paths[fd][0] ? paths[fd] : NULL; }

/* What becomes of a call on a file; those elsewhere pass. */
static enum deed next_on(enum call call, const char *path) {
    return path && plan_watches(path) ? plan_next(call) : DEED_PASS;
}

static void enter(void) { pthread_mutex_lock(&plan_lock); }

static long leave(long result, enum deed deed) {
    int error = errno;
    if (deed == DEED_KILL_AFTER || deed == DEED_KILL_HALF) plan_kill();
    pthread_mutex_unlock(&plan_lock);
    errno = error;
    return result;
}

static size_t shorten(size_t n, enum deed deed) {
    return (deed == DEED_SHORT || deed == DEED_KILL_HALF) && n > 1 ? n / 2 : n;
}

/* --- open and close --------------------------------------------------------- */

static int open_any(int folder, const char *path, int flags, mode_t mode) {
    if (folder != AT_FDCWD || !plan_watches(path)) return (int)syscall(SYS_openat, folder, path, flags, mode);
    enter();
    enum deed deed = next_on(flags & O_CREAT ? CALL_CREATE : CALL_OPEN, path);
    int fd = -1;
    if (deed != DEED_FAIL) {
        bool is_new = (flags & O_CREAT) && syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0;
        fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
        if (fd >= 0 && fd < N_FDS) snprintf(paths[fd], PATH, "%s", path);
        if (fd >= 0 && (flags & (O_WRONLY | O_RDWR))) loss_note_open(path, is_new, flags & O_TRUNC);
    }
    return (int)leave(fd, deed);
}

static mode_t mode_of(int flags, va_list arguments) {
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(name)                                    \
    int name(const char *path, int flags, ...) {      \
        va_list arguments;                            \
        va_start(arguments, flags);                   \
        mode_t mode = mode_of(flags, arguments);      \
        va_end(arguments);                            \
        return open_any(AT_FDCWD, path, flags, mode); \
    }
#define OPENAT(name)                                         \
    int name(int folder, const char *path, int flags, ...) { \
        va_list arguments;                                   \
        va_start(arguments, flags);                          \
        mode_t mode = mode_of(flags, arguments);             \
        va_end(arguments);                                   \
        return open_any(folder, path, flags, mode);          \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

/* As on Linux, the descriptor is gone even if close fails. */
int close(int fd) {
    const char *path = path_of(fd);
    if (!path) return (int)syscall(SYS_close, fd);
    enter();
    enum deed deed = next_on(CALL_CLOSE, path);
    int error = errno, result = (int)syscall(SYS_close, fd);
    paths[fd][0] = '\0';
    if (deed == DEED_FAIL) {
        errno = error;
        result = -1;
    }
    return (int)leave(result, deed);
}

/* --- bytes ------------------------------------------------------------------- */

static bool is_journal(const char *path) {
    size_t n = strlen(path);
    return n > 4 && strcmp(path + n - 4, ".rcj") == 0;
}

static ssize_t write_any(int fd, const void *bytes, size_t n, off_t at, bool is_placed) {
    const char *path = path_of(fd);
    if (!path) return is_placed ? syscall(SYS_pwrite64, fd, bytes, n, at) : syscall(SYS_write, fd, bytes, n);
    enter();
    enum deed deed = next_on(CALL_WRITE, path);
    long done = -1;
    n = shorten(n, deed);
    if (deed != DEED_FAIL)
        done = is_placed ? syscall(SYS_pwrite64, fd, bytes, n, at) : syscall(SYS_write, fd, bytes, n);
    if (is_journal(path)) plan_note_journal(done);
    return leave(done, deed);
}

ssize_t write(int fd, const void *bytes, size_t n) { return write_any(fd, bytes, n, 0, false); }
ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at) { return write_any(fd, bytes, n, at, true); }
ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at) { return write_any(fd, bytes, n, at, true); }

/* Shortened to its first part, or half of it. */
ssize_t writev(int fd, const struct iovec *parts, int n_parts) {
    const char *path = path_of(fd);
    if (!path) return syscall(SYS_writev, fd, parts, n_parts);
    enter();
    enum deed deed = next_on(CALL_WRITE, path);
    long done = -1;
    if (n_parts > 0 && (deed == DEED_SHORT || deed == DEED_KILL_HALF))
        done =
            syscall(SYS_write, fd, parts[0].iov_base, n_parts > 1 ? parts[0].iov_len : shorten(parts[0].iov_len, deed));
    else if (deed != DEED_FAIL)
        done = syscall(SYS_writev, fd, parts, n_parts);
    return leave(done, deed);
}

static ssize_t read_any(int fd, void *bytes, size_t n, off_t at, bool is_placed) {
    const char *path = path_of(fd);
    if (!path) return is_placed ? syscall(SYS_pread64, fd, bytes, n, at) : syscall(SYS_read, fd, bytes, n);
    enter();
    enum deed deed = next_on(CALL_READ, path);
    long done = -1;
    n = shorten(n, deed);
    if (deed != DEED_FAIL) done = is_placed ? syscall(SYS_pread64, fd, bytes, n, at) : syscall(SYS_read, fd, bytes, n);
    return leave(done, deed);
}

ssize_t read(int fd, void *bytes, size_t n) { return read_any(fd, bytes, n, 0, false); }
ssize_t pread(int fd, void *bytes, size_t n, off_t at) { return read_any(fd, bytes, n, at, true); }
ssize_t pread64(int fd, void *bytes, size_t n, off64_t at) { return read_any(fd, bytes, n, at, true); }

static int truncate_any(int fd, off_t length) {
    const char *path = path_of(fd);
    if (!path) return (int)syscall(SYS_ftruncate, fd, length);
    enter();
    enum deed deed = next_on(CALL_TRUNCATE, path);
    return (int)leave(deed == DEED_FAIL ? -1 : syscall(SYS_ftruncate, fd, length), deed);
}

int ftruncate(int fd, off_t length) { return truncate_any(fd, length); }
int ftruncate64(int fd, off64_t length) { return truncate_any(fd, length); }

/* --- sync --------------------------------------------------------------------- */

static int sync_any(int fd, long number) {
    const char *path = path_of(fd);
    if (!path) return (int)syscall(number, fd);
    enter();
    enum deed deed = next_on(CALL_SYNC, path);
    int result = deed == DEED_FAIL ? -1 : (int)syscall(number, fd);
    if (result == 0) loss_note_sync(path);
    return (int)leave(result, deed);
}

int fsync(int fd) { return sync_any(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_any(fd, SYS_fdatasync); }

/* --- names -------------------------------------------------------------------- */

int rename(const char *from, const char *to) {
    enter();
    bool is_watched = plan_watches(to);
    enum deed deed = next_on(CALL_RENAME, to);
    int result = -1;
    if (deed != DEED_FAIL) {
        if (is_watched) loss_note_rename(from, to);
        result = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    }
    return (int)leave(result, deed);
}

int unlink(const char *path) {
    enter();
    bool is_watched = plan_watches(path);
    enum deed deed = next_on(CALL_UNLINK, path);
    int result = -1;
    if (deed != DEED_FAIL) {
        if (is_watched) loss_note_unlink(path);
        result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    }
    return (int)leave(result, deed);
}

int mkdir(const char *path, mode_t mode) {
    enter();
    enum deed deed = next_on(CALL_MKDIR, path);
    return (int)leave(deed == DEED_FAIL ? -1 : syscall(SYS_mkdirat, AT_FDCWD, path, mode), deed);
}

/* --- locks, mappings, threads -------------------------------------------------- */

int flock(int fd, int operation) {
    enter();
    enum deed deed = next_on(CALL_LOCK, path_of(fd));
    return (int)leave(deed == DEED_FAIL ? -1 : syscall(SYS_flock, fd, operation), deed);
}

static int control_any(int fd, int command, void *argument) {
    bool is_lock = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK || command == F_OFD_SETLKW;
    enter();
    enum deed deed = is_lock ? next_on(CALL_LOCK, path_of(fd)) : DEED_PASS;
    return (int)leave(deed == DEED_FAIL ? -1 : syscall(SYS_fcntl, fd, command, argument), deed);
}

#define FCNTL(name)                                 \
    int name(int fd, int command, ...) {            \
        va_list arguments;                          \
        va_start(arguments, command);               \
        void *argument = va_arg(arguments, void *); \
        va_end(arguments);                          \
        return control_any(fd, command, argument);  \
    }
FCNTL(fcntl)
FCNTL(fcntl64)

static void *map_any(void *where, size_t n, int protection, int flags, int fd, off_t at) {
    if (plan_next(CALL_MMAP) == DEED_FAIL) return MAP_FAILED;
    return (void *)(uintptr_t)syscall(SYS_mmap, where, n, protection, flags, fd, at);
}

void *mmap(void *where, size_t n, int protection, int flags, int fd, off_t at) {
    return map_any(where, n, protection, flags, fd, at);
}
void *mmap64(void *where, size_t n, int protection, int flags, int fd, off64_t at) {
    return map_any(where, n, protection, flags, fd, at);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    bool is_own = plan_is_own(__builtin_return_address(0));
    if (plan_next(is_own ? CALL_OWN_THREAD : CALL_LIBRARY_THREAD) == DEED_FAIL) return errno;
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    return real(thread, attributes, run, argument);
}

void _exit(int status) {
    plan_put_counts();
    for (;;) syscall(SYS_exit_group, status);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = (int)syscall(SYS_clock_gettime, clock, now);
    if (result || clock != CLOCK_MONOTONIC || plan_clock() == 1) return result;
    long long nanoseconds = (now->tv_sec % 1000000 * 1000000000ll + now->tv_nsec) * plan_clock();
    *now = (struct timespec){.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    return 0;
}
