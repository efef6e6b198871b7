/* A file that appears under its name whole or not at all. */
#ifndef RC_BASE_NEWFILE_H
#define RC_BASE_NEWFILE_H

#include <stddef.h>

#include <rnnchaos/status.h>

typedef struct rc_newfile {
    char *path;      /* the final name */
    char *temporary; /* beside it: path.tmp-PID-N; write here */
    int fd;          /* open for writing; -1 once taken or closed */
} rc_newfile;

/* RC_INVALID if path is a device, a pipe, a folder or the like: a rename would
 * replace /dev/null by a file. A link is replaced itself, not what it names. */
rc_status rc_newfile_check(const char *path);

/* Makes an empty temporary file beside path. Errors: RC_IO, RC_NO_MEMORY, and
 * that of rc_newfile_check. */
rc_status rc_newfile_open(const char *path, rc_newfile *file);

/* Appends bytes. Errors: RC_IO, with the path and the system's reason. */
rc_status rc_newfile_write(rc_newfile *file, const void *bytes, size_t n);

/* Syncs the temporary file, renames it to path and syncs the folder.
 * Whatever happens, nothing is left to free. Errors: RC_IO. */
rc_status rc_newfile_commit(rc_newfile *file);

/* Syncs the folder of path, so that its name survives the machine. Errors:
 * RC_IO, RC_NO_MEMORY. */
rc_status rc_sync_folder(const char *path);

/* Removes the temporary file, if any. Harmless after commit, and on a zeroed
 * struct. */
void rc_newfile_abandon(rc_newfile *file);

#endif
