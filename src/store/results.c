#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <rnnchaos/store.h>

#include "base/memory.h"
#include "store/variables.h"

#define FIELD(name, kind) \
    { #name, kind, offsetof(rc_provenance, name) }

const rc_provenance_field rc_provenance_table[] = {
    FIELD(version, RC_TEXT),    FIELD(commit, RC_TEXT),   FIELD(compiler, RC_TEXT),    FIELD(flags, RC_TEXT),
    FIELD(kernels, RC_TEXT),    FIELD(host, RC_TEXT),     FIELD(libraries, RC_TEXT),   FIELD(started, RC_TEXT),
    FIELD(threads, RC_INTEGER), FIELD(ranks, RC_INTEGER), FIELD(wall_time_s, RC_REAL),
};
const size_t rc_n_provenance_fields = sizeof rc_provenance_table / sizeof *rc_provenance_table;

static rc_status allocate(rc_results *results, const rc_variable *variable) {
    size_t n = rc_variable_length(results->study, variable);
    void *data;
    rc_status status = rc_array_allocate(&data, n, rc_type_size(variable->type), 0, variable->name);
    memcpy((char *)results + variable->offset, &data, sizeof data);
    if (status == RC_OK && variable->type == RC_FLOAT64)
        for (size_t i = 0; i < n; i++) ((double *)data)[i] = NAN;
    return status;
}

rc_status rc_results_create(rc_study *study, rc_results **out) {
    *out = NULL;
    rc_status status = RC_OK;
    rc_results *results = calloc(1, sizeof *results);
    if (!results) {
        rc_study_destroy(&study);
        return rc_fail(RC_NO_MEMORY, "results: out of memory");
    }
    results->study = study;
    for (size_t i = 0; i < rc_n_variables; i++) RC_TRY(allocate(results, &rc_variable_table[i]));
    *out = results;
    results = NULL;
done:
    rc_results_destroy(&results);
    return status;
}

static void free_provenance(rc_provenance *provenance) {
    for (size_t i = 0; i < rc_n_provenance_fields; i++) {
        char *text;
        memcpy(&text, (char *)provenance + rc_provenance_table[i].offset, sizeof text);
        if (rc_provenance_table[i].kind == RC_TEXT) free(text);
    }
}

void rc_results_destroy(rc_results **results) {
    if (!results || !*results) return;
    for (size_t i = 0; i < rc_n_variables; i++) free(rc_variable_data(*results, &rc_variable_table[i]));
    free_provenance(&(*results)->provenance);
    rc_study_destroy(&(*results)->study);
    free(*results);
    *results = NULL;
}
