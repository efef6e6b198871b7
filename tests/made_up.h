/* Made-up results of a real study, for tests of what stores and draws them. */
#ifndef RC_TESTS_MADE_UP_H
#define RC_TESTS_MADE_UP_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <rnnchaos/store.h>

/* Element i of a variable is 0.001 i plus the number of the variable (a
 * flag's is i modulo 2); every seventh of a float variable is NaN. NULL on failure. */
static inline rc_results *made_up_results(const char *const *settings, size_t n_settings) {
    rc_study *study = NULL;
    rc_results *results = NULL;
    if (rc_study_read(NULL, settings, n_settings, &study) != RC_OK) return NULL;
    if (rc_results_create(study, &results) != RC_OK) return NULL;
    for (size_t v = 0; v < rc_n_variables; v++) {
        const rc_variable *variable = &rc_variable_table[v];
        void *data = rc_variable_data(results, variable);
        size_t n = rc_variable_length(results->study, variable);
        for (size_t i = 0; i < n; i++) {
            if (variable->type == RC_FLOAT64) ((double *)data)[i] = i % 7 == 6 ? NAN : (double)v + 0.001 * (double)i;
            if (variable->type == RC_TEXT) snprintf((char *)data + i * RC_TEXT_SIZE, RC_TEXT_SIZE, "reason %zu", i);
            if (variable->type == RC_INT32) ((int32_t *)data)[i] = (int32_t)(variable->flag_meanings ? i % 2 : v + i);
        }
    }
    results->provenance = (rc_provenance){.version = strdup("0.1.0"),
                                          .commit = strdup("0123abc"),
                                          .compiler = strdup("gcc 12"),
                                          .flags = strdup("-O3"),
                                          .kernels = strdup("scalar"),
                                          .libraries = strdup("HDF5 1.10.8"),
                                          .host = strdup("h\xc3\xb4te"),
                                          .started = strdup("2024-06-18T12:00:00Z"),
                                          .threads = 2,
                                          .ranks = 1,
                                          .wall_time_s = 1.5};
    return results;
}

#endif
