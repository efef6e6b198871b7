/* Times the library's tangent work, the step and the QR, on one core:
 *   spectrum start   PROBLEM STEPS N_BLOCKS [THREADS]     what peers need: raw float64, see write_start
 *   spectrum time    PROBLEM SECONDS [THREADS [KERNELS [PRECISION]]]  one JSON line for each kernel, or for one (best:
 *                                                         the one that is used); of tangents: double or single
 *   spectrum network PROBLEM                              W: raw, see write_network
 * PROBLEM: NEURONS CONNECTIONS SESSION GAIN TANGENTS TRIALS. 200 neurons with 20 connections each are the published
 * study's network; others have the same random streams and their weights such that the spectral radius stays.
 * A block is some steps (100 where time is taken, 10 of frames beyond 80 MB) and one QR. Several trials go side by
 * side, one alone has its tangents in the lanes, as in `rnnchaos spectrum`. Several threads have an equal share of the
 * trials each. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <rnnchaos/rnnchaos.h>

#include "bound.h"
#include "exponents/probe.h"
#include "parallel.h"

enum { N_KERNELS = 3, MAX_REPEATS = 10000, BOUND_ROUNDS = 2000, SETTLING_MS = 2000 };

typedef struct {
    const char *name;
    double (*bound)(size_t n_rounds, const double *x, const double *weight);
    const rc_kernels *kernels;     /* NULL: not for this processor */
    rc_probe *probe[MOST_THREADS]; /* one each */
    double step[MAX_REPEATS], bare_step[MAX_REPEATS], qr[MAX_REPEATS], multiply_add[MAX_REPEATS]; /* ns */
} subject;

static subject subjects[N_KERNELS] = {
    {.name = "scalar", .bound = bound_scalar},
#if defined(__x86_64__)
    {.name = "avx2", .bound = bound_avx2},
    {.name = "avx512", .bound = bound_avx512},
#endif
};

static rc_network *network;
static double *states;              /* [trial, neuron], settled */
static size_t n_tangents, n_trials; /* n_trials: of all threads */
static unsigned n_threads = 1;
static size_t block_steps = 100; /* where time is taken */
static rc_spectrum_plan plan;
static double x[BOUND_TERMS] __attribute__((aligned(64))), weight[BOUND_TERMS / 12];
static volatile double sink;

static void check(rc_status status) {
    if (status == RC_OK) return;
    fprintf(stderr, "spectrum: %s\n", rc_message());
    exit(1);
}

static void make_network(char **problem) {
    enum { N_SETTINGS = 4 };
    char text[N_SETTINGS][64];
    const char *settings[N_SETTINGS] = {text[0], text[1], text[2], text[3]};
    double n = atof(problem[0]), k = atof(problem[1]);
    snprintf(text[0], sizeof text[0], "network.neurons=%.0f", n);
    snprintf(text[1], sizeof text[1], "network.connection_probability=%.17g", k / n);
    snprintf(text[2], sizeof text[2], "network.weight_std=%.17g", k == 20 ? 0.05 : 0.05 * sqrt(20 / k));
    snprintf(text[3], sizeof text[3], "trials=%s", problem[5]);
    rc_study *study;
    check(rc_study_read(NULL, settings, N_SETTINGS, &study));
    check(rc_network_generate(study, (uint32_t)atoi(problem[2]), &network, &states));
    n_tangents = (size_t)atoi(problem[4]);
    n_trials = study->n_trials;
    if (n * (double)n_tangents > 1e7) block_steps = 10;
    plan = (rc_spectrum_plan){.form = RC_FORM_RATE,
                              .precision = plan.precision,
                              .gain = atof(problem[3]),
                              .tau_ms = study->dynamics.tau_ms,
                              .dt_ms = study->dynamics.dt_ms};
    rc_study_destroy(&study);
}

/* Onto the attractor, by the study's own integrator. */
static void settle(void) {
    const rc_kernels *kernels;
    rc_lanes *lanes;
    size_t n = network->n_neurons;
    check(rc_kernels_find(NULL, &kernels));
    check(rc_lanes_create(network, plan.gain, plan.dt_ms / plan.tau_ms, n_trials, kernels, &lanes));
    for (size_t t = 0; t < n_trials; t++) rc_lanes_set(lanes, t, states + t * n, 0);
    for (int step = 0; step * plan.dt_ms < SETTLING_MS; step++) rc_lanes_advance(lanes);
    for (size_t t = 0; t < n_trials; t++)
        for (size_t i = 0; i < n; i++) states[t * n + i] = rc_lanes_get(lanes, t, i);
    rc_lanes_destroy(&lanes);
}

static rc_probe *make_probe(const rc_kernels *kernels, unsigned thread) {
    rc_probe *probe;
    size_t share = n_trials / n_threads;
    plan.kernels = kernels;
    check(rc_probe_create(network, &plan, share, n_tangents, share == 1, &probe));
    check(rc_probe_start(probe, states + thread * share * network->n_neurons));
    return probe;
}

/* In single precision frames become poor sooner: blocks that one orthonormalisation is enough for, also when the frame
 * has settled. */
static void shorten_blocks(void) {
    enum { SETTLED = 8, LONGEST = 50 }; /* blocks, steps */
    rc_probe *probe = make_probe(NULL, 0);
    for (block_steps = block_steps > LONGEST ? LONGEST : block_steps;; block_steps /= 2) {
        check(rc_probe_advance(probe, SETTLED * block_steps, block_steps));
        if (probe->condition[0] <= probe->rounding->condition_most / 3 || block_steps < 2) break;
    }
    rc_probe_destroy(&probe);
}

static void write_values(const double *values, size_t n) { fwrite(values, sizeof *values, n, stdout); }

/* States [trial, neuron], the frame of all trials [tangent, neuron], the sums of ln R_ii over the blocks [trial,
 * tangent]. */
static void write_start(size_t n_steps, int n_blocks) {
    size_t n = network->n_neurons, n_sums = n_trials / n_threads * n_tangents;
    double *tangent = calloc(n, sizeof *tangent), *sum = calloc(n_threads * n_sums, sizeof *sum);
    if (!tangent || !sum) exit(1);
    write_values(states, n_trials * n);
    for (unsigned t = 0; t < n_threads; t++) {
        rc_probe *probe = make_probe(NULL, t);
        for (size_t c = 0; t == 0 && c < n_tangents; c++) {
            rc_bundle_get_tangent(probe->bundle, 0, c, tangent);
            write_values(tangent, n);
        }
        for (int block = 0; block < n_blocks; block++) {
            check(rc_probe_advance(probe, n_steps, n_steps));
            for (size_t i = 0; i < n_sums; i++) sum[t * n_sums + i] += probe->log_stretch[i];
        }
        rc_probe_destroy(&probe);
    }
    write_values(sum, n_threads * n_sums);
    free(tangent);
    free(sum);
}

/* n and the number of connections as float64; then row starts (float64), columns (float64), weights. */
static void write_network(void) {
    double n = (double)network->n_neurons, count = (double)network->n_connections;
    write_values(&n, 1);
    write_values(&count, 1);
    for (size_t i = 0; i <= network->n_neurons; i++) write_values((double[]){(double)network->row_start[i]}, 1);
    for (size_t k = 0; k < network->n_connections; k++) write_values((double[]){network->column[k]}, 1);
    write_values(network->weight, network->n_connections);
}

static void advance(void *probe) { check(rc_probe_advance(probe, block_steps, block_steps)); }

/* The parts of a step are those of one thread. */
static void measure(subject *s, int repeat) {
    rc_probe *probe = s->probe[0];
    double *log_stretch = probe->piece, condition[RC_LANE_UNIT], share = (double)n_trials / n_threads;
    double whole = parallel_ns(n_threads, advance, (void **)s->probe), start = thread_ns();
    for (size_t step = 0; step < block_steps; step++) rc_bundle_advance(probe->bundle);
    double bare = thread_ns();
    rc_gauge_orthonormalise(probe->gauge, probe->bundle, log_stretch, condition);
    double qr = thread_ns();
    sink = s->bound(BOUND_ROUNDS, x, weight);
    double bound = thread_ns();
    s->step[repeat] = whole / ((double)block_steps * (double)n_trials);
    s->bare_step[repeat] = (bare - start) / ((double)block_steps * share);
    s->qr[repeat] = (qr - bare) / share;
    s->multiply_add[repeat] = (bound - qr) / (BOUND_ROUNDS * (double)BOUND_TERMS);
}

static int ascending(const void *a, const void *b) {
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

static void print_times(const char *name, double *times, int n) {
    qsort(times, (size_t)n, sizeof *times, ascending);
    printf(", \"%s\": {\"min\": %.6f, \"median\": %.6f}", name, times[0], times[n / 2]);
}

static void time_kernels(double seconds, const char *only) {
    for (size_t i = 0; i < BOUND_TERMS; i++) x[i] = 6 * ((double)(i * 7919 % BOUND_TERMS) / BOUND_TERMS - 0.5);
    for (size_t i = 0; i < BOUND_TERMS / 12; i++) weight[i] = i % 2 ? 1e-3 : -1e-3;
    const rc_kernels *best;
    check(rc_kernels_find(NULL, &best));
    if (plan.precision == RC_PRECISION_SINGLE) shorten_blocks();
    if (only && !strcmp(only, "best")) only = rc_kernels_name(best);
    for (size_t k = 0; k < N_KERNELS; k++)
        if (subjects[k].name && (!only || !strcmp(only, subjects[k].name)) &&
            rc_kernels_find(subjects[k].name, &subjects[k].kernels) == RC_OK)
            for (unsigned t = 0; t < n_threads; t++) subjects[k].probe[t] = make_probe(subjects[k].kernels, t);
    int n = 0;
    for (double start = thread_ns(); n < MAX_REPEATS && (n < 2 || thread_ns() - start < 1e9 * seconds); n++)
        for (size_t k = 0; k < N_KERNELS; k++)
            if (subjects[k].kernels) measure(&subjects[k], n);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    for (size_t k = 0; k < N_KERNELS; k++) {
        if (!subjects[k].kernels) continue;
        printf("{\"kernels\": \"%s\", \"neurons\": %zu, \"connections\": %zu, \"block_steps\": %zu, \"peak_mb\": %.3f",
               subjects[k].name, network->n_neurons, network->n_connections, block_steps,
               (double)usage.ru_maxrss * 1024 / 1e6);
        print_times("step_ns", subjects[k].step, n);
        print_times("bare_step_ns", subjects[k].bare_step, n);
        print_times("qr_ns", subjects[k].qr, n);
        print_times("multiply_add_ns", subjects[k].multiply_add, n);
        printf("}\n");
        for (unsigned t = 0; t < n_threads; t++) rc_probe_destroy(&subjects[k].probe[t]);
    }
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    bool is_network = !strcmp(what, "network"), is_start = !strcmp(what, "start"), is_time = !strcmp(what, "time");
    int threads = is_start ? 10 : 9; /* where the argument is */
    if (argc == 12) check(rc_precision_find(argv[11], &plan.precision));
    if (argc > threads) n_threads = (unsigned)atoi(argv[threads]);
    if (!(is_network && argc == 8) && !(is_start && (argc == 10 || argc == 11)) &&
        !(is_time && argc >= 9 && argc <= 12)) {
        fprintf(stderr, "usage: spectrum network|start|time NEURONS CONNECTIONS SESSION GAIN TANGENTS TRIALS "
                        "[STEPS N_BLOCKS [THREADS] | SECONDS [THREADS [KERNELS [PRECISION]]]]\n");
        return 2;
    }
    if (n_threads < 1 || n_threads > MOST_THREADS || (unsigned)atoi(argv[7]) % n_threads != 0) {
        fprintf(stderr, "spectrum: %u threads, expected at most %d and the trials to be a multiple\n", n_threads,
                MOST_THREADS);
        return 2;
    }
    make_network(argv + 2);
    settle();
    if (is_network) write_network();
    if (is_start) write_start((size_t)atoi(argv[8]), atoi(argv[9]));
    if (is_time) time_kernels(atof(argv[8]), argc > 10 ? argv[10] : NULL);
    free(states);
    rc_network_destroy(&network);
    return fflush(stdout) ? 1 : 0;
}
