/* A task's part of the results: of every variable over (session, gain, ...)
 * the slice of its cell, and of those over (gain, ...) the slice of its gain
 * if its session is the recorded one. */
#include <stdlib.h>
#include <string.h>

#include <rnnchaos/run.h>

typedef struct {
    char *data;
    size_t size;
} part;

/* Where task's slice of a variable stands in results; size 0 if it has none.
 * results may be NULL to learn only the size. */
static part slice(const rc_study *study, const rc_results *results, size_t task, const rc_variable *variable) {
    size_t session = task / study->n_gains, gain = task % study->n_gains, cell, n_cells;
    if (variable->dims[0] == RC_DIM_SESSION && variable->dims[1] == RC_DIM_GAIN) {
        cell = task;
        n_cells = rc_task_count(study);
    } else if (variable->dims[0] == RC_DIM_GAIN && study->sessions[session] == study->record.session) {
        cell = gain;
        n_cells = study->n_gains;
    } else {
        return (part){NULL, 0};
    }
    size_t size = rc_variable_length(study, variable) / n_cells * rc_type_size(variable->type);
    return (part){results ? (char *)rc_variable_data(results, variable) + cell * size : NULL, size};
}

size_t rc_task_size(const rc_study *study, size_t task) {
    size_t size = 0;
    for (size_t v = 0; v < rc_n_variables; v++) size += slice(study, NULL, task, &rc_variable_table[v]).size;
    return size;
}

void rc_task_pack(const rc_results *results, size_t task, void *bytes) {
    char *next = bytes;
    for (size_t v = 0; v < rc_n_variables; v++) {
        part p = slice(results->study, results, task, &rc_variable_table[v]);
        if (p.size) memcpy(next, p.data, p.size);
        next += p.size;
    }
}

void rc_task_unpack(rc_results *results, size_t task, const void *bytes) {
    const char *next = bytes;
    for (size_t v = 0; v < rc_n_variables; v++) {
        part p = slice(results->study, results, task, &rc_variable_table[v]);
        if (p.size) memcpy(p.data, next, p.size);
        next += p.size;
    }
}
