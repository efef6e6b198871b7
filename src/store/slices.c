/* A task's part of the results as bytes: of every variable over (session,
 * gain, ...) the slice of its cell, and of those over (gain, ...) the slice of
 * its gain if its session is the recorded one. Each slice begins at a
 * multiple of 8 bytes, so that it can be worked on where it stands. */
#include <math.h>
#include <string.h>

#include <rnnchaos/store.h>

#include "store/slices.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "bytes of a task are kept as they lie in memory");

/* The first n_dims dimensions tell slices apart, and the task has slice number
 * `cell`; n_dims 0: it has none. */
typedef struct {
    size_t n_dims, cell;
} place;

static place find_place(const rc_study *study, size_t task, const rc_variable *variable) {
    size_t session = task / study->n_gains, gain = task % study->n_gains;
    if (variable->dims[0] == RC_DIM_SESSION && variable->dims[1] == RC_DIM_GAIN) return (place){2, task};
    if (variable->dims[0] == RC_DIM_GAIN && study->sessions[session] == study->record.session) return (place){1, gain};
    return (place){0, 0};
}

/* Elements of the task's slice; SIZE_MAX if they are more than that. */
static size_t slice_length(const rc_study *study, size_t task, const rc_variable *variable) {
    size_t length = 1, first = find_place(study, task, variable).n_dims;
    if (first == 0) return 0;
    for (size_t i = first; i < rc_variable_n_dims(variable); i++)
        if (__builtin_mul_overflow(length, rc_dimension_length(study, variable->dims[i]), &length)) return SIZE_MAX;
    return length;
}

/* Bytes of the task's slice, a multiple of 8 for the next one's sake. */
static size_t slice_room(const rc_study *study, size_t task, const rc_variable *variable) {
    size_t size;
    if (__builtin_mul_overflow(slice_length(study, task, variable), rc_type_size(variable->type), &size) ||
        size > SIZE_MAX / 2)
        return SIZE_MAX;
    return (size + 7) / 8 * 8;
}

size_t rc_task_count(const rc_study *study) { return study->n_sessions * study->n_gains; }

size_t rc_task_size(const rc_study *study, size_t task) {
    size_t size = 0;
    for (size_t v = 0; v < rc_n_variables; v++)
        if (__builtin_add_overflow(size, slice_room(study, task, &rc_variable_table[v]), &size)) return SIZE_MAX;
    return size;
}

void rc_task_unpack(rc_results *results, size_t task, const void *bytes) {
    const char *next = bytes;
    for (size_t v = 0; v < rc_n_variables; v++) {
        const rc_variable *variable = &rc_variable_table[v];
        size_t size = slice_length(results->study, task, variable) * rc_type_size(variable->type);
        size_t cell = find_place(results->study, task, variable).cell;
        if (size) memcpy((char *)rc_variable_data(results, variable) + cell * size, next, size);
        next += slice_room(results->study, task, variable);
    }
}

static void fill(const rc_variable *variable, size_t n, void *data) {
    if (variable->type == RC_FLOAT64)
        for (size_t i = 0; i < n; i++) ((double *)data)[i] = NAN;
    if (variable->type == RC_INT32)
        for (size_t i = 0; i < n; i++) ((int32_t *)data)[i] = variable->initial;
}

void rc_slices_begin(const rc_study *study, size_t task, void *bytes, rc_results *slices) {
    char *next = bytes;
    *slices = (rc_results){0};
    memset(bytes, 0, rc_task_size(study, task));
    for (size_t v = 0; v < rc_n_variables; v++) {
        const rc_variable *variable = &rc_variable_table[v];
        size_t n = slice_length(study, task, variable);
        void *data = n ? next : NULL;
        if (n) fill(variable, n, data);
        memcpy((char *)slices + variable->offset, &data, sizeof data);
        next += slice_room(study, task, variable);
    }
}

static uint64_t hash(uint64_t before, const void *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) before = (before ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3u;
    return before;
}

uint64_t rc_slices_layout(void) {
    uint64_t layout = 0xcbf29ce484222325u;
    for (size_t v = 0; v < rc_n_variables; v++) {
        const rc_variable *variable = &rc_variable_table[v];
        layout = hash(layout, variable->name, strlen(variable->name) + 1);
        layout = hash(layout, &(unsigned char){(unsigned char)variable->type}, 1);
        for (size_t i = 0; i < RC_MAX_DIMS; i++)
            layout = hash(layout, &(unsigned char){(unsigned char)variable->dims[i]}, 1);
    }
    return hash(layout, (unsigned char[]){RC_N_WINDOWS, RC_TEXT_SIZE & 255, RC_TEXT_SIZE >> 8}, 3);
}
