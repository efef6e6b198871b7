#include "check.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "scheduler.h"
#include "stop.h"

enum { N_VALUES = 100000, N_REPEATS = 20 }; /* doubles a rank and message */

/* What a rank found; times are means in microseconds. */
typedef struct {
    char host[64];
    long long process;
    double broadcast_us, scatter_us, gather_us;
    int broadcast_ok, scatter_ok, gather_ok;
} finding;

typedef struct {
    int rank, n_ranks;
    double *mine, *all; /* [N_VALUES], [n_ranks * N_VALUES] */
} collective;

static double expected(int rank, size_t i) { return (double)rank * N_VALUES + (double)i + 0.5; }

static int holds(const double *values, int rank) {
    for (size_t i = 0; i < N_VALUES; i++)
        if (values[i] != expected(rank, i)) return 0;
    return 1;
}

static void broadcast(collective *c) {
    for (size_t i = 0; i < N_VALUES; i++) c->mine[i] = c->rank == 0 ? expected(0, i) : -1;
    MPI_Bcast(c->mine, N_VALUES, MPI_DOUBLE, 0, MPI_COMM_WORLD);
}

static void scatter(collective *c) {
    memset(c->mine, 0, N_VALUES * sizeof *c->mine);
    MPI_Scatter(c->all, N_VALUES, MPI_DOUBLE, c->mine, N_VALUES, MPI_DOUBLE, 0, MPI_COMM_WORLD);
}

static void gather(collective *c) {
    MPI_Gather(c->mine, N_VALUES, MPI_DOUBLE, c->all, N_VALUES, MPI_DOUBLE, 0, MPI_COMM_WORLD);
}

static double time_us(void (*operation)(collective *), collective *c) {
    operation(c);
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime();
    for (int k = 0; k < N_REPEATS; k++) operation(c);
    return 1e6 * (MPI_Wtime() - start) / N_REPEATS;
}

static finding try_collectives(collective *c) {
    finding found = {.process = getpid()};
    gethostname(found.host, sizeof found.host - 1);
    found.broadcast_us = time_us(broadcast, c);
    found.broadcast_ok = holds(c->mine, 0);
    for (int r = 0; c->rank == 0 && r < c->n_ranks; r++)
        for (size_t i = 0; i < N_VALUES; i++) c->all[(size_t)r * N_VALUES + i] = expected(r, i);
    found.scatter_us = time_us(scatter, c);
    found.scatter_ok = holds(c->mine, c->rank);
    if (c->rank == 0) memset(c->all, 0, (size_t)c->n_ranks * N_VALUES * sizeof *c->all);
    found.gather_us = time_us(gather, c);
    found.gather_ok = 1;
    for (int r = 0; c->rank == 0 && r < c->n_ranks; r++) found.gather_ok &= holds(c->all + (size_t)r * N_VALUES, r);
    return found;
}

static bool print_findings(const finding *findings, int n_ranks) {
    bool ok = true;
    printf("%d rank%s; times for %d doubles a rank, mean of %d\n\n", n_ranks, n_ranks == 1 ? "" : "s", N_VALUES,
           N_REPEATS);
    printf("%5s  %-20s %8s  %14s %14s %14s\n", "rank", "host", "process", "broadcast (us)", "scatter (us)",
           "gather (us)");
    for (int r = 0; r < n_ranks; r++) {
        const finding *f = &findings[r];
        printf("%5d  %-20.20s %8lld  %9.0f %4s %9.0f %4s %9.0f %4s\n", r, f->host, f->process, f->broadcast_us,
               f->broadcast_ok ? "ok" : "BAD", f->scatter_us, f->scatter_ok ? "ok" : "BAD", f->gather_us,
               f->gather_ok ? "ok" : "BAD");
        ok = ok && f->broadcast_ok && f->scatter_ok && f->gather_ok;
    }
    return ok;
}

static bool check_collectives(int rank, int n_ranks) {
    finding *findings = calloc((size_t)n_ranks, sizeof *findings);
    collective c = {rank, n_ranks, calloc(N_VALUES, sizeof(double)), NULL};
    c.all = calloc(rank == 0 ? (size_t)n_ranks * N_VALUES : 1, sizeof(double));
    if (!findings || !c.mine || !c.all) {
        fprintf(stderr, "rnnchaos-mpi: rank %d: out of memory\n", rank);
        MPI_Abort(MPI_COMM_WORLD, 1);
        abort(); /* unreachable, which compilers cannot know */
    }
    finding mine = try_collectives(&c);
    MPI_Gather(&mine, sizeof mine, MPI_BYTE, findings, sizeof mine, MPI_BYTE, 0, MPI_COMM_WORLD);
    bool ok = rank != 0 || print_findings(findings, n_ranks);
    free(findings);
    free(c.mine);
    free(c.all);
    return ok;
}

/* Runs the small study once; the time it took, or -1. */
static double time_run(rc_status (*run)(const rc_study *, const rc_run_options *), rc_results **results) {
    static const char *const settings[] = {"sessions=[1,2]", "dynamics.duration_ms=1000", "record.duration_ms=0",
                                           "exponents.count=0"};
    rc_study *study;
    rc_run_options options = {.n_threads = 1, .control = &cli_control};
    rc_status status = rc_study_read(NULL, settings, sizeof settings / sizeof settings[0], &study);
    if (status == RC_OK) status = rc_results_create(study, results);
    if (status == RC_OK) status = rc_kernels_find(NULL, &options.kernels);
    options.results = *results;
    double start = MPI_Wtime();
    if (status == RC_OK) status = run((*results)->study, &options);
    if (status == RC_OK) return MPI_Wtime() - start;
    fprintf(stderr, "rnnchaos-mpi: %s\n", rc_message());
    return -1;
}

/* On rank 0 while the others serve. */
static bool check_speed(int n_ranks) {
    rc_results *alone = NULL, *together = NULL;
    double alone_s = time_run(rc_run_threads, &alone), together_s = time_run(mpi_run_study, &together);
    bool ok = alone_s > 0 && together_s > 0;
    if (ok) {
        size_t size = rc_variable_length(alone->study, &rc_variable_table[0]) * sizeof(double);
        ok = memcmp(alone->delta_mean, together->delta_mean, size) == 0;
        printf("\n%zu tasks of the published study, 1 s each: %.3f s on one rank alone, %.3f s on %d: %.2f times\n"
               "as fast; results %s\n",
               rc_task_count(alone->study), alone_s, together_s, n_ranks, alone_s / together_s,
               ok ? "equal to the bit" : "DIFFER");
    }
    rc_results_destroy(&alone);
    rc_results_destroy(&together);
    return ok;
}

int mpi_check(int argc, char **argv) {
    int rank, n_ranks;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &n_ranks);
    if (argc > 1) {
        if (rank == 0)
            fprintf(stderr, "rnnchaos-mpi: check takes no argument, not '%s'\nusage: mpirun -np K rnnchaos-mpi check\n",
                    argv[1]);
        return 2;
    }
    bool ok = check_collectives(rank, n_ranks);
    if (rank != 0) return mpi_serve(&cli_control);
    ok = check_speed(n_ranks) && ok;
    printf("\n%s\n", ok ? "MPI works here" : "MPI DOES NOT WORK here");
    int exit_status = ok ? 0 : 1;
    mpi_release(exit_status);
    return exit_status;
}
