/* Times large networks:
 *   large build NEURONS IN-DEGREE THREADS SECONDS          drawing the network, and the bare generator
 *   large step NEURONS IN-DEGREE LANES THREADS SECONDS     a step, and what bounds it
 * Prints one JSON line. Whatever is compared takes turns until the seconds are over, twice at least. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rnnchaos/rnnchaos.h>

#include "base/memory.h"
#include "base/team.h"
#include "network/network.h"

enum { PARTS = 64, FETCHED_AHEAD = 40 };

static rc_study *study;
static rc_network *network;
static size_t n_neurons, n_lanes, n_threads;
static double *states; /* [neuron, lane] */
static volatile uint64_t sink[PARTS];

static void check(rc_status status) {
    if (status == RC_OK) return;
    fprintf(stderr, "large: %s\n", rc_message());
    exit(1);
}

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Bytes of this process in memory: "VmRSS" now, "VmHWM" at the most. */
static double resident(const char *what) {
    char line[256];
    double kilobytes = 0;
    FILE *file = fopen("/proc/self/status", "re");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, what, strlen(what)) == 0) kilobytes = atof(line + strlen(what) + 1);
    if (file) fclose(file);
    return 1024 * kilobytes;
}

static void read_study(const char *neurons, double in_degree) {
    char size[64], probability[64];
    n_neurons = strtoull(neurons, NULL, 10);
    snprintf(size, sizeof size, "network.neurons=%zu", n_neurons);
    snprintf(probability, sizeof probability, "network.connection_probability=%.17g", in_degree / (double)n_neurons);
    const char *settings[] = {size, probability, "network.streams=row", "network.weight_std=0.1", "trials=1"};
    check(rc_study_read(NULL, settings, sizeof settings / sizeof settings[0], &study));
}

static void build(void) {
    const rc_drawing how = {.n_threads = n_threads};
    check(rc_network_generate_by(&how, study, 1, &network, NULL));
}

static void take_least(double *least, double start) {
    double seconds = now_s() - start;
    if (*least == 0 || seconds < *least) *least = seconds;
}

/* --- What is compared ------------------------------------------------------------ */

/* As many uniforms and normals as there are connections. */
static void draw_part(void *context, size_t part) {
    const size_t *n = context;
    const uint32_t seed = 1234, key = (uint32_t)part;
    double normals[1000] = {0}, sum = 0;
    rc_stream stream;
    rc_stream_open(&seed, 1, &key, 1, &stream);
    for (size_t i = 0; i < *n / PARTS; i += 1000) {
        for (size_t k = 0; k < 1000; k++) sum += rc_stream_uniform(&stream);
        rc_stream_normals(&stream, 1000, normals);
    }
    sink[part] = (uint64_t)sum + (uint64_t)normals[0];
}

/* All of W, in order. */
static void read_part(void *context, size_t part) {
    const rc_network *W = context;
    size_t first = W->n_connections / PARTS * part, end = first + W->n_connections / PARTS;
    uint64_t sum = 0, word;
    for (size_t k = first; k < end; k++) {
        memcpy(&word, &W->weight[k], sizeof word);
        sum += word;
    }
    for (size_t k = first; k < end; k++) sum += W->column[k];
    sink[part] = sum;
}

/* One word of every cache line of the states that connections read, and nothing more. */
static void gather_part(void *context, size_t part) {
    const rc_network *W = context;
    size_t n = W->n_connections / PARTS, first = n * part, ahead = FETCHED_AHEAD * 8 / n_lanes;
    size_t last = W->n_connections - 1;
    uint64_t sum = 0, word;
    for (size_t k = first; k < first + n; k++) {
        const double *state = states + W->column[k] * n_lanes;
        const double *wanted = states + W->column[k + ahead < last ? k + ahead : last] * n_lanes;
        for (size_t lane = 0; lane < n_lanes; lane += 8) {
            __builtin_prefetch(wanted + lane);
            memcpy(&word, state + lane, sizeof word);
            sum += word;
        }
    }
    sink[part] = sum;
}

/* --- Programs -------------------------------------------------------------------- */

static void time_build(double seconds) {
    double least_build = 0, least_draw = 0, before = resident("VmHWM:"), begin = now_s();
    size_t n = 0;
    for (int round = 0; round < 2 || now_s() < begin + seconds; round++) {
        double start = now_s();
        build();
        take_least(&least_build, start);
        n = network->n_connections;
        rc_network_destroy(&network);
        start = now_s();
        rc_team_do(n_threads, PARTS, draw_part, &n);
        take_least(&least_draw, start);
    }
    printf("{\"neurons\": %zu, \"connections\": %zu, \"threads\": %zu, \"build_s\": %.6g, \"draw_s\": %.6g, "
           "\"bytes\": %.0f}\n",
           n_neurons, n, n_threads, least_build, least_draw, resident("VmHWM:") - before);
}

static rc_lanes *make_lanes(void) {
    rc_lanes *lanes;
    double *state = malloc(n_neurons * sizeof *state);
    const rc_kernels *kernels;
    if (!state) exit(1);
    check(rc_kernels_find(NULL, &kernels));
    check(rc_lanes_create(network, 1.5, 0.05, n_lanes, kernels, &lanes));
    rc_lanes_use_threads(lanes, n_threads);
    for (size_t lane = 0; lane < n_lanes; lane++) {
        for (size_t i = 0; i < n_neurons; i++) state[i] = (double)((i * 7919 + lane) % 1000) / 500 - 1;
        rc_lanes_set(lanes, lane, state, 0);
    }
    free(state);
    return lanes;
}

static void time_step(double seconds) {
    double step = 0, read = 0, gather = 0, before = resident("VmRSS:");
    build();
    rc_lanes *lanes = make_lanes();
    double bytes = resident("VmRSS:") - before - 16.0 * (double)(n_lanes * n_neurons), begin = now_s();
    check(rc_array_allocate((void **)&states, n_neurons * n_lanes, sizeof *states, 64, "states"));
    for (int round = 0; round < 2 || now_s() < begin + seconds; round++) {
        double start = now_s();
        rc_lanes_advance(lanes);
        take_least(&step, start);
        start = now_s();
        rc_team_do(n_threads, PARTS, read_part, network);
        take_least(&read, start);
        start = now_s();
        rc_team_do(n_threads, PARTS, gather_part, network);
        take_least(&gather, start);
    }
    printf("{\"neurons\": %zu, \"connections\": %zu, \"lanes\": %zu, \"threads\": %zu, \"step_s\": %.6g, "
           "\"read_s\": %.6g, \"gather_s\": %.6g, \"bytes\": %.0f}\n",
           n_neurons, network->n_connections, n_lanes, n_threads, step, read, gather, bytes);
    rc_lanes_destroy(&lanes);
    rc_network_destroy(&network);
    free(states);
}

int main(int argc, char **argv) {
    bool steps = argc == 7 && strcmp(argv[1], "step") == 0;
    if (!steps && !(argc == 6 && strcmp(argv[1], "build") == 0)) {
        fprintf(stderr, "usage: large build NEURONS IN-DEGREE THREADS SECONDS\n"
                        "       large step NEURONS IN-DEGREE LANES THREADS SECONDS\n");
        return 2;
    }
    read_study(argv[2], atof(argv[3]));
    n_lanes = steps ? strtoull(argv[4], NULL, 10) : 0;
    n_threads = strtoull(argv[argc - 2], NULL, 10);
    if (n_threads == 0 || (steps && (n_lanes == 0 || n_lanes % 8 != 0 || n_lanes > RC_LANE_BLOCK))) return 2;
    if (steps)
        time_step(atof(argv[6]));
    else
        time_build(atof(argv[5]));
    rc_study_destroy(&study);
    return fflush(stdout) ? 1 : 0;
}
