#include "journals.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/newfile.h"

/* --- One folder for all ------------------------------------------------------- */

/* Other nodes may learn of a new file only after a while (NFS: up to some seconds). */
static const double patience_s = 10, pause_s = 0.1;

typedef struct {
    char path[4096], secret[64];
    int status;
} token;

static rc_status leave_token(const char *folder, token *t, rc_newfile *file) {
    rc_status status = RC_OK;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(t->secret, sizeof t->secret, "%ld %lld.%09ld", (long)getpid(), (long long)now.tv_sec, now.tv_nsec);
    snprintf(t->path, sizeof t->path, "%s/study.yaml", folder);
    RC_TRY(rc_newfile_open(t->path, file));
    RC_TRY(rc_newfile_write(file, t->secret, strlen(t->secret)));
    if (fsync(file->fd)) RC_TRY(rc_fail(RC_IO, "%s: cannot sync", file->temporary));
    snprintf(t->path, sizeof t->path, "%s", file->temporary);
done:
    return status;
}

static bool sees(const token *t) {
    char text[sizeof t->secret] = "";
    FILE *file = fopen(t->path, "re");
    size_t n = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file) fclose(file);
    return n == strlen(t->secret) && strcmp(text, t->secret) == 0;
}

static rc_status look_for(const token *t, const char *folder) {
    double start = MPI_Wtime();
    while (!sees(t)) {
        if (MPI_Wtime() - start > patience_s)
            return rc_fail(RC_IO,
                           "%s: this node does not see the folder that rank 0 uses; it must be on a file system that "
                           "all nodes share, under the same name",
                           folder);
        nanosleep(&(struct timespec){.tv_nsec = (long)(1e9 * pause_s)}, NULL);
    }
    return RC_OK;
}

rc_status mpi_folder_check(const char *folder, int rank, bool is_leader) {
    token t = {.status = RC_OK};
    rc_newfile file = {.fd = -1};
    if (rank == 0 && *folder) t.status = (int)leave_token(folder, &t, &file);
    MPI_Bcast(&t, sizeof t, MPI_BYTE, 0, MPI_COMM_WORLD);
    rc_status status = rank == 0 ? (rc_status)t.status : RC_OK;
    if (t.status == RC_OK && *folder && is_leader && rank != 0) status = look_for(&t, folder);
    MPI_Barrier(MPI_COMM_WORLD);
    rc_newfile_abandon(&file);
    return status;
}

/* --- A node's journal --------------------------------------------------------- */

static char *journal_path(const rc_run_options *options, int node, int attempt) {
    char shard[64] = "", more[32] = "", *path;
    if (options->n_shards) snprintf(shard, sizeof shard, ".%zu-of-%zu", options->shard + 1, options->n_shards);
    if (attempt > 1) snprintf(more, sizeof more, ".%d", attempt);
    return asprintf(&path, "%s/journal%s.node-%d%s.rcj", options->folder, shard, node + 1, more) < 0 ? NULL : path;
}

rc_status mpi_journal_open(const rc_study *study, const rc_run_options *options, int node, rc_journal **out) {
    for (int attempt = 1;; attempt++) {
        char *path = journal_path(options, node, attempt);
        if (!path) return rc_fail(RC_NO_MEMORY, "%s: out of memory", options->folder);
        rc_status status = access(path, F_OK) == 0 ? rc_journal_check(path, study) : RC_OK;
        bool is_others = status == RC_CONFLICT || status == RC_DAMAGED;
        if (status == RC_OK) status = rc_journal_open(path, study, out, NULL);
        free(path);
        if (!is_others) return status;
    }
}
