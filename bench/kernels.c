/* Times the kernels on one network:
 *   kernels time SESSION GAIN REPEATS [THREADS]     one JSON line for each kernel
 *   kernels states SESSION GAIN STEPS [THREADS]     the lanes after each step, raw float64 [step, neuron, lane]
 * The network is that of the published study; the lanes are its 20 trials and their twins, as in `rnnchaos run`. Every
 * thread has as many of its own, as a thread of `rnnchaos run` has; those of the later threads begin a little further
 * away: lane l at trial l % 20, plus l / 20 times the perturbation.
 * Kernels take turns, so that whatever else the machine does disturbs all of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rnnchaos/rnnchaos.h>

#include "bound.h"
#include "parallel.h"

enum { N_KERNELS = 3, MAX_REPEATS = 1000, N_VALUES = 1024 };
enum { STEPS = 400, TANH_ROUNDS = 1000, BOUND_ROUNDS = 2000 }; /* some milliseconds each */

typedef struct {
    const char *name;
    double (*bound)(size_t n_rounds, const double *x, const double *weight);
    const rc_kernels *kernels;                                                    /* NULL: not for this processor */
    rc_lanes *lanes[MOST_THREADS];                                                /* one each */
    double state_step[MAX_REPEATS], tanh[MAX_REPEATS], multiply_add[MAX_REPEATS]; /* ns */
} subject;

static subject subjects[N_KERNELS] = {
    {.name = "scalar", .bound = bound_scalar},
#if defined(__x86_64__)
    {.name = "avx2", .bound = bound_avx2},
    {.name = "avx512", .bound = bound_avx512},
#endif
};

static rc_study *study;
static rc_network *network;
static double *initial;
static size_t n_lanes; /* of one thread */
static unsigned n_threads = 1;
static double x[BOUND_TERMS] __attribute__((aligned(64))), y[N_VALUES] __attribute__((aligned(64)));
static double weight[BOUND_TERMS / 12];
static volatile double sink;

static void check(rc_status status) {
    if (status == RC_OK) return;
    fprintf(stderr, "kernels: %s\n", rc_message());
    exit(1);
}

static rc_lanes *make_lanes(double gain, const rc_kernels *kernels, unsigned thread) {
    rc_lanes *lanes;
    size_t n = network->n_neurons, n_trials = study->n_trials;
    check(rc_lanes_create(network, gain, study->dynamics.dt_ms / study->dynamics.tau_ms, n_lanes, kernels, &lanes));
    for (size_t trial = 0; trial < n_trials; trial++) {
        rc_lanes_set(lanes, trial, initial + trial * n, 2 * thread * study->perturbation);
        rc_lanes_set(lanes, n_trials + trial, initial + trial * n, (2 * thread + 1) * study->perturbation);
    }
    return lanes;
}

static void advance(void *lanes) {
    for (int step = 0; step < STEPS; step++) rc_lanes_advance(lanes);
}

static void measure(subject *s, int repeat) {
    double stepping = parallel_ns(n_threads, advance, (void **)s->lanes);
    double stepped = thread_ns();
    for (int round = 0; round < TANH_ROUNDS; round++) rc_tanh(s->kernels, N_VALUES, x, y);
    double tanh_done = thread_ns();
    sink = s->bound(BOUND_ROUNDS, x, weight);
    double bound_done = thread_ns();
    s->state_step[repeat] = stepping / (STEPS * (double)(n_lanes * n_threads));
    s->tanh[repeat] = (tanh_done - stepped) / (TANH_ROUNDS * (double)N_VALUES);
    s->multiply_add[repeat] = (bound_done - tanh_done) / (BOUND_ROUNDS * (double)BOUND_TERMS);
}

static int ascending(const void *a, const void *b) {
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

static void print_times(const char *name, double *times, int n, const char *end) {
    qsort(times, (size_t)n, sizeof *times, ascending);
    printf("\"%s\": {\"min\": %.5f, \"median\": %.5f}%s", name, times[0], times[n / 2], end);
}

static void time_kernels(double gain, int n_repeats) {
    for (size_t i = 0; i < BOUND_TERMS; i++) x[i] = 6 * ((double)(i * 7919 % BOUND_TERMS) / BOUND_TERMS - 0.5);
    for (size_t i = 0; i < BOUND_TERMS / 12; i++) weight[i] = i % 2 ? 1e-3 : -1e-3;
    for (size_t k = 0; k < N_KERNELS; k++)
        if (subjects[k].name && rc_kernels_find(subjects[k].name, &subjects[k].kernels) == RC_OK)
            for (unsigned t = 0; t < n_threads; t++) subjects[k].lanes[t] = make_lanes(gain, subjects[k].kernels, t);
    for (int repeat = 0; repeat < n_repeats; repeat++)
        for (size_t k = 0; k < N_KERNELS; k++)
            if (subjects[k].kernels) measure(&subjects[k], repeat);
    for (size_t k = 0; k < N_KERNELS; k++) {
        if (!subjects[k].kernels) continue;
        printf("{\"kernels\": \"%s\", \"neurons\": %zu, \"connections\": %zu, \"lanes\": %zu, ", subjects[k].name,
               network->n_neurons, network->n_connections, n_lanes * n_threads);
        print_times("state_step_ns", subjects[k].state_step, n_repeats, ", ");
        print_times("tanh_ns", subjects[k].tanh, n_repeats, ", ");
        print_times("multiply_add_ns", subjects[k].multiply_add, n_repeats, "}\n");
        for (unsigned t = 0; t < n_threads; t++) rc_lanes_destroy(&subjects[k].lanes[t]);
    }
}

static void write_states(double gain, int n_steps) {
    const rc_kernels *kernels;
    rc_lanes *lanes[MOST_THREADS];
    check(rc_kernels_find(NULL, &kernels));
    for (unsigned t = 0; t < n_threads; t++) lanes[t] = make_lanes(gain, kernels, t);
    for (int step = 0; step < n_steps; step++) {
        for (unsigned t = 0; t < n_threads; t++) rc_lanes_advance(lanes[t]);
        for (size_t i = 0; i < network->n_neurons; i++)
            for (size_t lane = 0; lane < n_threads * n_lanes; lane++) {
                double value = rc_lanes_get(lanes[lane / n_lanes], lane % n_lanes, i);
                fwrite(&value, sizeof value, 1, stdout);
            }
    }
    for (unsigned t = 0; t < n_threads; t++) rc_lanes_destroy(&lanes[t]);
}

int main(int argc, char **argv) {
    int count = argc == 5 || argc == 6 ? atoi(argv[4]) : 0;
    if (argc == 6) n_threads = (unsigned)atoi(argv[5]);
    if (count < 1 || count > MAX_REPEATS || n_threads < 1 || n_threads > MOST_THREADS ||
        (strcmp(argv[1], "time") != 0 && strcmp(argv[1], "states") != 0)) {
        fprintf(stderr, "usage: kernels time|states SESSION GAIN COUNT [THREADS, at most %d]\n", MOST_THREADS);
        return 2;
    }
    check(rc_study_read(NULL, NULL, 0, &study));
    check(rc_network_generate(study, (uint32_t)atoi(argv[2]), &network, &initial));
    n_lanes = 2 * study->n_trials;
    double gain = atof(argv[3]);
    if (strcmp(argv[1], "time") == 0)
        time_kernels(gain, count);
    else
        write_states(gain, count);
    free(initial);
    rc_network_destroy(&network);
    rc_study_destroy(&study);
    return fflush(stdout) ? 1 : 0;
}
