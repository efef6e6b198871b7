/* What the scheduler's messages cost here, one JSON line:
 *   mpirun -np K messages FOLDER BYTES
 * Counter: MPI_Fetch_and_op on rank 0 by one rank and by all others at once. Payload: results of BYTES from
 * all others to rank 0, which takes them as the scheduler does. Journal: checksum and append of as much to a file
 * in FOLDER, and syncs of batches of BATCH. Every number is the best of N_ROUNDS, as other programs only add. */
#include <fcntl.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crc32c.h"

enum { N_ROUNDS = 7, N_FETCHES = 2000, N_PAYLOADS = 200, BATCH = 20, N_BATCHES = 5 };

static int rank, n_ranks, n_bytes;
static char *payload;

static void fail(const char *what) {
    perror(what);
    MPI_Abort(MPI_COMM_WORLD, 1);
}

/* Seconds from the common start to the end of the last rank. */
static double time_round(void (*round)(void *), void *context) {
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime(), mine, slowest;
    round(context);
    mine = MPI_Wtime() - start;
    MPI_Allreduce(&mine, &slowest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return slowest;
}

static double best_round(void (*round)(void *), void *context) {
    double best = time_round(round, context);
    for (int k = 1; k < N_ROUNDS; k++) {
        double time = time_round(round, context);
        if (time < best) best = time;
    }
    return best;
}

/* --- Counter ---------------------------------------------------------------- */

typedef struct {
    MPI_Win window;
    int last; /* ranks 1 to last take numbers */
} counter;

static void fetch(void *context) {
    counter *c = context;
    long long one = 1, before;
    for (int k = 0; k < N_FETCHES && rank > 0 && rank <= c->last; k++) {
        MPI_Fetch_and_op(&one, &before, MPI_LONG_LONG, 0, 0, MPI_SUM, c->window);
        MPI_Win_flush(0, c->window);
    }
}

static void measure_counter(double *alone_us, double *together_us) {
    long long *cell;
    counter c = {.last = 1};
    MPI_Aint size = rank == 0 ? sizeof *cell : 0;
    MPI_Win_allocate(size, sizeof *cell, MPI_INFO_NULL, MPI_COMM_WORLD, &cell, &c.window);
    if (rank == 0) *cell = 0;
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Win_lock_all(MPI_MODE_NOCHECK, c.window);
    *alone_us = 1e6 * best_round(fetch, &c) / N_FETCHES;
    c.last = n_ranks - 1;
    *together_us = 1e6 * best_round(fetch, &c) / N_FETCHES / (n_ranks - 1);
    MPI_Win_unlock_all(c.window);
    MPI_Win_free(&c.window);
}

/* --- Payload ---------------------------------------------------------------- */

static void deliver(void *context) {
    (void)context;
    for (int k = 0; rank > 0 && k < N_PAYLOADS; k++) MPI_Send(payload, n_bytes, MPI_BYTE, 0, 1, MPI_COMM_WORLD);
    for (int n = rank > 0 ? 0 : N_PAYLOADS * (n_ranks - 1); n > 0;) {
        MPI_Status about;
        int found;
        MPI_Iprobe(MPI_ANY_SOURCE, 1, MPI_COMM_WORLD, &found, &about);
        if (!found) continue;
        MPI_Recv(payload, n_bytes, MPI_BYTE, about.MPI_SOURCE, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        n--;
    }
}

/* --- Journal ---------------------------------------------------------------- */

static void append(int file) {
    volatile uint32_t check = rc_crc32c(0, payload, (size_t)n_bytes);
    (void)check;
    if (write(file, payload, (size_t)n_bytes) != n_bytes) fail("messages: write");
}

static void measure_journal(const char *folder, double *append_us, double *sync_us) {
    char path[4096];
    snprintf(path, sizeof path, "%s/messages.tmp", folder);
    int file = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0) fail(path);
    *append_us = *sync_us = 1e30;
    for (int batch = 0; batch < N_BATCHES * N_ROUNDS; batch++) {
        double start = MPI_Wtime();
        for (int k = 0; k < BATCH; k++) append(file);
        double appended = MPI_Wtime();
        if (fdatasync(file) != 0) fail("messages: fdatasync");
        double synced = MPI_Wtime();
        if (appended - start < *append_us) *append_us = appended - start;
        if (synced - appended < *sync_us) *sync_us = synced - appended;
    }
    close(file);
    unlink(path);
    *append_us *= 1e6 / BATCH;
    *sync_us *= 1e6;
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &n_ranks);
    if (argc != 3 || n_ranks < 2 || (n_bytes = atoi(argv[2])) <= 0) {
        if (rank == 0) fprintf(stderr, "usage: mpirun -np K messages FOLDER BYTES    (K >= 2)\n");
        MPI_Finalize();
        return 2;
    }
    payload = calloc(1, (size_t)n_bytes);
    if (!payload) fail("messages");
    double alone_us, together_us, append_us, sync_us;
    measure_counter(&alone_us, &together_us);
    double payload_us = 1e6 * best_round(deliver, NULL) / (N_PAYLOADS * (n_ranks - 1));
    if (rank == 0) {
        measure_journal(argv[1], &append_us, &sync_us);
        printf("{\"ranks\": %d, \"fetch_us\": %.3f, \"fetch_together_us\": %.3f, \"payload_bytes\": %d, "
               "\"payload_us\": %.2f, \"append_us\": %.2f, \"batch\": %d, \"sync_us\": %.1f}\n",
               n_ranks, alone_us, together_us, n_bytes, payload_us, append_us, BATCH, sync_us);
    }
    free(payload);
    MPI_Finalize();
    return 0;
}
