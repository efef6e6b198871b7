#include "base/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"

static rc_status fail_io(const char *action, const char *path) {
    return rc_fail(RC_IO, "%s: cannot %s: %s", path, action, strerror(errno));
}

rc_status rc_newfile_check(const char *path) {
    struct stat about;
    if (stat(path, &about) == 0 && !S_ISREG(about.st_mode))
        return rc_fail(RC_INVALID, "%s: cannot be replaced: it is not a regular file", path);
    return RC_OK;
}

rc_status rc_newfile_open(const char *path, rc_newfile *file) {
    static atomic_uint n_opened; /* makes names distinct within the process */
    size_t size = strlen(path) + 48;
    *file = (rc_newfile){.fd = -1, .path = strdup(path), .temporary = malloc(size)};
    rc_status status = rc_newfile_check(path);
    if (status != RC_OK) goto done;
    if (!file->path || !file->temporary) {
        status = rc_fail(RC_NO_MEMORY, "%s: out of memory", path);
        goto done;
    }
    do {
        snprintf(file->temporary, size, "%s.tmp-%ld-%u", path, (long)getpid(), atomic_fetch_add(&n_opened, 1));
        file->fd = open(file->temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    } while (file->fd < 0 && (errno == EEXIST || errno == EINTR));
    if (file->fd < 0) status = fail_io("create it", path);
done:
    if (status != RC_OK) {
        free(file->temporary); /* not ours to unlink */
        file->temporary = NULL;
        rc_newfile_abandon(file);
    }
    return status;
}

rc_status rc_newfile_write(rc_newfile *file, const void *bytes, size_t n) {
    const char *next = bytes;
    while (n > 0) {
        ssize_t written = write(file->fd, next, n);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail_io("write", file->path);
        next += written;
        n -= (size_t)written;
    }
    return RC_OK;
}

/* Whoever else may write into the folder: no link is followed, no pipe waited for. */
static rc_status sync_path(const char *path, int flags, const char *name) {
    int fd, failed;
    while ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags)) < 0 && errno == EINTR) continue;
    if (fd < 0) return fail_io("sync", name);
    while ((failed = fsync(fd)) && errno == EINTR) continue;
    rc_status status = failed ? fail_io("sync", name) : RC_OK;
    close(fd);
    return status;
}

rc_status rc_sync_folder(const char *path) {
    char *folder = strdup(path);
    if (!folder) return rc_fail(RC_NO_MEMORY, "%s: out of memory", path);
    char *slash = strrchr(folder, '/');
    if (slash) slash[slash == folder] = '\0';
    rc_status status = sync_path(slash ? folder : ".", O_DIRECTORY, path);
    free(folder);
    return status;
}

rc_status rc_newfile_commit(rc_newfile *file) {
    rc_status status = RC_OK;
    /* Interrupted, it is closed all the same, and the sync tells the rest. */
    if (file->fd >= 0 && close(file->fd) && errno != EINTR) status = fail_io("close", file->path);
    file->fd = -1;
    if (status != RC_OK) goto done;
    RC_TRY(sync_path(file->temporary, O_NOFOLLOW, file->path));
    if (rename(file->temporary, file->path)) {
        status = fail_io("rename the finished file to it", file->path);
        goto done;
    }
    free(file->temporary);
    file->temporary = NULL;
    status = rc_sync_folder(file->path);
done:
    rc_newfile_abandon(file);
    return status;
}

void rc_newfile_abandon(rc_newfile *file) {
    if (file->fd >= 0 && file->temporary) close(file->fd);
    if (file->temporary) unlink(file->temporary);
    free(file->temporary);
    free(file->path);
    *file = (rc_newfile){.fd = -1};
}
