/* What one step costs, and what the machine could do:
 *   growth step      NEURONS CONNECTIONS LANES    states side by side advanced by a step
 *   growth bandwidth                              reading, for arrays that fit in each cache and one that fits in none
 *   growth tanh                                   in bulk
 * One JSON line each: nanoseconds or gigabytes a second of this thread with the best kernels, the best of many
 * measurements. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rnnchaos/rnnchaos.h>

#include "bound.h"

enum { N_TIMES = 40, N_VALUES = 1024 };

static void check(rc_status status) {
    if (status == RC_OK) return;
    fprintf(stderr, "growth: %s\n", rc_message());
    exit(1);
}

static double now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

/* Least time of one call, out of rounds of a millisecond or more. */
static double least_ns(void (*work)(void *), void *context) {
    double least = 1e300;
    size_t n_calls = 1;
    for (int time = 0; time < N_TIMES;) {
        double start = now_ns();
        for (size_t i = 0; i < n_calls; i++) work(context);
        double took = now_ns() - start;
        if (took < 1e6) {
            n_calls *= 2;
            continue;
        }
        if (took / (double)n_calls < least) least = took / (double)n_calls;
        time += took > 2e8 ? N_TIMES / 4 : 1;
    }
    return least;
}

/* --- The step ---------------------------------------------------------------------- */

static void advance(void *lanes) { rc_lanes_advance(lanes); }

static void time_step(double n, double k, size_t n_lanes) {
    char text[3][64];
    const char *settings[] = {text[0], text[1], text[2], "trials=1"};
    snprintf(text[0], sizeof text[0], "network.neurons=%.0f", n);
    snprintf(text[1], sizeof text[1], "network.connection_probability=%.17g", k < n - 1 ? k / (n - 1) : 1);
    snprintf(text[2], sizeof text[2], "network.weight_std=%.17g", 1 / sqrt(k));
    rc_study *study;
    rc_network *network;
    double *state;
    const rc_kernels *kernels;
    rc_lanes *lanes;
    check(rc_study_read(NULL, settings, 4, &study));
    check(rc_network_generate(study, 1, &network, &state));
    check(rc_kernels_find(NULL, &kernels));
    check(rc_lanes_create(network, 2, study->dynamics.dt_ms / study->dynamics.tau_ms, n_lanes, kernels, &lanes));
    for (size_t lane = 0; lane < n_lanes; lane++) rc_lanes_set(lanes, lane, state, 1e-3 * (double)lane);
    printf("{\"connections\": %zu, \"ns\": %.6f}\n", network->n_connections, least_ns(advance, lanes));
}

/* --- The machine --------------------------------------------------------------------- */

typedef struct {
    size_t n;
    double *x;
    double (*load)(size_t n, const double *x);
} array;

static volatile double sink;

static void read_array(void *context) {
    const array *a = context;
    sink = a->load(a->n, a->x);
}

static void time_bandwidth(void) {
    static const size_t bytes[] = {16 << 10, 256 << 10, 4 << 20, 512 << 20};
    double (*load)(size_t, const double *) = load_scalar;
    const rc_kernels *kernels;
#if defined(__x86_64__)
    if (rc_kernels_find("avx2", &kernels) == RC_OK) load = load_avx2;
    if (rc_kernels_find("avx512", &kernels) == RC_OK) load = load_avx512;
#endif
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        array a = {bytes[i] / sizeof(double), aligned_alloc(64, bytes[i]), load};
        if (!a.x) exit(1);
        memset(a.x, 0, bytes[i]);
        printf("{\"bytes\": %zu, \"gb_per_s\": %.6f}\n", bytes[i], (double)bytes[i] / least_ns(read_array, &a));
        free(a.x);
    }
}

static const rc_kernels *best;
static double values[N_VALUES] __attribute__((aligned(64))), results[N_VALUES] __attribute__((aligned(64)));

static void take_tanh(void *context) {
    (void)context;
    rc_tanh(best, N_VALUES, values, results);
}

static void time_tanh(void) {
    check(rc_kernels_find(NULL, &best));
    for (size_t i = 0; i < N_VALUES; i++) values[i] = 6 * ((double)(i * 389 % N_VALUES) / N_VALUES - 0.5);
    printf("{\"ns\": %.6f}\n", least_ns(take_tanh, NULL) / N_VALUES);
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "step") && argc == 5)
        time_step(atof(argv[2]), atof(argv[3]), (size_t)atoi(argv[4]));
    else if (!strcmp(what, "bandwidth"))
        time_bandwidth();
    else if (!strcmp(what, "tanh"))
        time_tanh();
    else
        return 2;
    return 0;
}
