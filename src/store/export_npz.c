/* NumPy's .npz: a zip archive of .npy arrays
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rnnchaos/store.h>

#include "store/variables.h"
#include "store/zip.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "arrays are written as they lie in memory");

_Static_assert(RC_TEXT_SIZE == 256, "the npy type of texts");

#define HEADER_SIZE 192 /* a multiple of 64, as the format wants */
#define PREFIX_SIZE 10

/* The header of version 1.0: magic, length, a Python dictionary, blanks. */
static void make_header(rc_variable_type type, size_t n_dims, const size_t *shape, char header[HEADER_SIZE + 1]) {
    static const char *const descrs[] = {"<f8", "<i4", "<i8", "|S256"}; /* by rc_variable_type */
    char dims[100] = "";
    for (size_t i = 0; i < n_dims; i++) {
        size_t used = strlen(dims);
        snprintf(dims + used, sizeof dims - used, "%zu,", shape[i]);
    }
    memcpy(header, "\x93NUMPY\x01\x00", 8);
    header[8] = (char)(HEADER_SIZE - PREFIX_SIZE);
    header[9] = 0;
    snprintf(header + PREFIX_SIZE, HEADER_SIZE + 1 - PREFIX_SIZE, "%-*s\n", HEADER_SIZE - PREFIX_SIZE - 1, "");
    int n = snprintf(header + PREFIX_SIZE, HEADER_SIZE - PREFIX_SIZE,
                     "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descrs[type], dims);
    header[PREFIX_SIZE + n] = ' '; /* where snprintf ended the text */
}

static void add(rc_zip *zip, const char *name, rc_variable_type type, size_t n_dims, const size_t *shape,
                const void *data) {
    char header[HEADER_SIZE + 1], member[RC_ZIP_NAME_SIZE];
    size_t n = rc_type_size(type);
    for (size_t i = 0; i < n_dims; i++) n *= shape[i];
    make_header(type, n_dims, shape, header);
    snprintf(member, sizeof member, "%s.npy", name);
    rc_zip_add(zip, member, header, HEADER_SIZE, data, n);
}

static void add_variable(rc_zip *zip, const rc_study *study, const rc_variable *variable, const void *data) {
    size_t shape[RC_MAX_DIMS];
    size_t n_dims = rc_variable_n_dims(variable);
    for (size_t i = 0; i < n_dims; i++) shape[i] = rc_dimension_length(study, variable->dims[i]);
    add(zip, variable->name, variable->type, n_dims, shape, data);
}

static rc_status add_coordinates(rc_zip *zip, const rc_study *study, rc_dimension dim) {
    void *values = NULL;
    rc_status status = rc_dimension_values(study, dim, &values);
    if (status == RC_OK) add_variable(zip, study, &rc_dimension_table[dim].coordinate, values);
    free(values);
    return status;
}

rc_status rc_results_export_npz(const rc_results *results, const char *path) {
    rc_zip zip;
    rc_zip_open(path, &zip);
    for (rc_dimension dim = RC_DIM_NONE + 1; dim < RC_DIM_COUNT; dim++)
        rc_output_fail(&zip.output, add_coordinates(&zip, results->study, dim));
    for (size_t i = 0; i < rc_n_variables; i++)
        add_variable(&zip, results->study, &rc_variable_table[i], rc_variable_data(results, &rc_variable_table[i]));
    return rc_zip_finish(&zip);
}

rc_status rc_network_export_npz(const double *weights, const double *initial_states, size_t n_neurons, size_t n_trials,
                                const char *path) {
    rc_zip zip;
    rc_zip_open(path, &zip);
    add(&zip, "weights", RC_FLOAT64, 2, (size_t[]){n_neurons, n_neurons}, weights);
    add(&zip, "initial_states", RC_FLOAT64, 2, (size_t[]){n_trials, n_neurons}, initial_states);
    return rc_zip_finish(&zip);
}
