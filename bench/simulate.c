/* Simulates the scheduler:  simulate [FIELD=VALUE]...    prints one JSON line
 * Fields are those of sim_plan; durations=FILE reads numbers, one after another. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulation.h"

static const struct {
    const char *name;
    size_t offset;
    enum { COUNT, REAL, SWITCH } kind;
} fields[] = {
#define FIELD(name, kind) \
    { #name, offsetof(sim_plan, name), kind }
    FIELD(n_ranks, COUNT),      FIELD(n_tasks, COUNT),  FIELD(ranks_per_node, COUNT),  FIELD(n_cores, COUNT),
    FIELD(mean_s, REAL),        FIELD(latency_s, REAL), FIELD(counter_s, REAL),        FIELD(send_s, REAL),
    FIELD(receive_s, REAL),     FIELD(write_s, REAL),   FIELD(sync_s, REAL),           FIELD(sync_each_s, REAL),
    FIELD(n_buffers, COUNT),    FIELD(blocks, SWITCH),  FIELD(first_is_given, SWITCH), FIELD(chunk_most, COUNT),
    FIELD(reserve_until, REAL), FIELD(seed, COUNT),
#undef FIELD
};

static void read_durations(const char *path, sim_plan *plan) {
    static double durations[100000];
    FILE *file = fopen(path, "re");
    if (!file) {
        perror(path);
        exit(1);
    }
    while (plan->n_durations < sizeof durations / sizeof *durations &&
           fscanf(file, "%lf", &durations[plan->n_durations]) == 1)
        plan->n_durations++;
    fclose(file);
    plan->durations_s = durations;
}

static void set(sim_plan *plan, const char *name, size_t length, const char *value) {
    if (length == strlen("durations") && strncmp(name, "durations", length) == 0) {
        read_durations(value, plan);
        return;
    }
    for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) {
        void *place = (char *)plan + fields[k].offset;
        if (strlen(fields[k].name) != length || strncmp(fields[k].name, name, length) != 0) continue;
        if (fields[k].kind == COUNT) *(size_t *)place = (size_t)strtod(value, NULL);
        if (fields[k].kind == REAL) *(double *)place = strtod(value, NULL);
        if (fields[k].kind == SWITCH) *(bool *)place = strtod(value, NULL) != 0;
        return;
    }
    fprintf(stderr, "simulate: no field '%.*s'\n", (int)length, name);
    exit(2);
}

int main(int argc, char **argv) {
    sim_plan plan = {.n_buffers = 1};
    sim_result result;
    for (int k = 1; k < argc; k++) {
        size_t length = strcspn(argv[k], "=");
        set(&plan, argv[k], length, argv[k][length] ? argv[k] + length + 1 : "1");
    }
    if (sim_run(&plan, &result) != RC_OK) {
        fprintf(stderr, "simulate: %s\n", rc_message());
        return 1;
    }
    printf("{\"ranks\": %zu, \"tasks\": %zu, \"makespan_s\": %.6g, \"busy\": %.5f, \"counter_load\": %.4f, "
           "\"receiver_load\": %.4f, \"counter_wait_s\": %.4g, \"requests\": %llu}\n",
           plan.n_ranks, plan.n_tasks, result.makespan_s, result.busy, result.counter_load, result.receiver_load,
           result.counter_wait_s, (unsigned long long)result.n_requests);
    return 0;
}
