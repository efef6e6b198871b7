/* Reading results.h5: nothing in the file is believed before it is checked. */
#include "store/h5.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "store/seal.h"
#include "store/variables.h"

/* Deflate's best ratio: a file cannot hold more numbers than this, so that a
 * small file cannot ask for much memory. */
#define MOST_COMPRESSION 1032

typedef struct rc_h5_source {
    hid_t file;
    const char *path;
    uint64_t size;
} rc_h5_source;

__attribute__((format(printf, 2, 3))) static rc_status damaged(const rc_h5_source *source, const char *format, ...) {
    char text[700];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return rc_fail(RC_DAMAGED, "%s: damaged or not a results file: %s", source->path, text);
}

/* A text attribute of the root; the caller frees *out. */
static rc_status get_text(const rc_h5_source *source, const char *name, char **out) {
    rc_status status = RC_OK;
    char *text = NULL;
    hid_t attribute = H5Aopen(source->file, name, H5P_DEFAULT);
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute), memory = H5Tcopy(H5T_C_S1);
    H5Tset_size(memory, H5T_VARIABLE);
    H5Tset_cset(memory, H5T_CSET_UTF8);
    if (attribute < 0) RC_TRY(damaged(source, "attribute %s is missing", name));
    if (H5Tis_variable_str(type) <= 0 || H5Tget_cset(type) != H5T_CSET_UTF8 || H5Sget_simple_extent_ndims(space) != 0)
        RC_TRY(damaged(source, "attribute %s is not a text", name));
    if (H5Aread(attribute, memory, &text) < 0) RC_TRY(damaged(source, "attribute %s cannot be read", name));
    *out = strdup(text ? text : ""); /* HDF5 may have another malloc */
    if (!*out) RC_TRY(rc_fail(RC_NO_MEMORY, "%s: out of memory", source->path));
done:
    if (text) H5free_memory(text);
    H5Tclose(memory);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return status;
}

static rc_status get_number(const rc_h5_source *source, const char *name, rc_variable_type type, void *value) {
    rc_status status = RC_OK;
    hid_t attribute = H5Aopen(source->file, name, H5P_DEFAULT);
    hid_t found = H5Aget_type(attribute), space = H5Aget_space(attribute);
    if (attribute < 0) RC_TRY(damaged(source, "attribute %s is missing", name));
    if (H5Tequal(found, rc_h5_file_type(type)) <= 0 || H5Sget_simple_extent_ndims(space) != 0)
        RC_TRY(damaged(source, "attribute %s is not %s", name, type == RC_INT64 ? "an integer" : "a number"));
    if (H5Aread(attribute, rc_h5_memory_type(type), value) < 0)
        RC_TRY(damaged(source, "attribute %s cannot be read", name));
done:
    H5Sclose(space);
    H5Tclose(found);
    H5Aclose(attribute);
    return status;
}

static rc_status get_provenance(const rc_h5_source *source, rc_provenance *provenance) {
    rc_status status = RC_OK;
    for (size_t i = 0; i < rc_n_provenance_fields; i++) {
        const rc_provenance_field *field = &rc_provenance_table[i];
        char *value = (char *)provenance + field->offset;
        char *text = NULL;
        if (field->kind == RC_FIELD_TEXT) {
            RC_TRY(get_text(source, field->name, &text));
            memcpy(value, &text, sizeof text);
        } else {
            RC_TRY(get_number(source, field->name, field->kind == RC_FIELD_INTEGER ? RC_INT64 : RC_FLOAT64, value));
        }
    }
done:
    return status;
}

static rc_status get_study(const rc_h5_source *source, rc_study **out) {
    rc_status status = RC_OK;
    char *text = NULL, *hash = NULL, expected[17];
    RC_TRY(get_text(source, "study", &text));
    RC_TRY(get_text(source, "study_hash", &hash));
    status = rc_study_parse(text, strlen(text), "its study", NULL, 0, out);
    if (status == RC_BAD_STUDY) {
        char reason[512];
        snprintf(reason, sizeof reason, "%s", rc_message());
        status = damaged(source, "%s", reason);
    }
    if (status != RC_OK) goto done;
    snprintf(expected, sizeof expected, "%016" PRIx64, (*out)->hash);
    if (strcmp(text, (*out)->text) || strcmp(hash, expected))
        RC_TRY(damaged(source, "its study does not match study_hash %.40s", hash));
done:
    if (status != RC_OK) rc_study_destroy(out);
    free(text);
    free(hash);
    return status;
}

static bool same_shape(hid_t dataset, const rc_study *study, const rc_variable *variable) {
    hid_t space = H5Dget_space(dataset);
    hsize_t shape[H5S_MAX_RANK];
    size_t n_dims = rc_variable_n_dims(variable);
    bool same = H5Sget_simple_extent_ndims(space) == (int)n_dims && H5Sget_simple_extent_dims(space, shape, NULL) >= 0;
    for (size_t i = 0; same && i < n_dims; i++) same = shape[i] == rc_dimension_length(study, variable->dims[i]);
    H5Sclose(space);
    return same;
}

static rc_status check_array(const rc_h5_source *source, hid_t dataset, const rc_study *study,
                             const rc_variable *variable) {
    rc_status status = RC_OK;
    const char *name = variable->name;
    hid_t type = H5Dget_type(dataset);
    size_t n = rc_variable_length(study, variable);
    size_t most = MOST_COMPRESSION / rc_type_size(variable->type); /* elements in a byte of the file */
    hsize_t stored = H5Dget_storage_size(dataset);
    if (dataset < 0) RC_TRY(damaged(source, "variable %s is missing", name));
    if (H5Tequal(type, rc_h5_file_type(variable->type)) <= 0)
        RC_TRY(damaged(source, "variable %s has another type", name));
    if (!same_shape(dataset, study, variable))
        RC_TRY(damaged(source, "variable %s has another shape than its study", name));
    if (stored > source->size || n / most > stored || (n > 0 && stored == 0))
        RC_TRY(damaged(source, "variable %s is larger than what the file holds", name));
done:
    H5Tclose(type);
    return status;
}

static rc_status check_variable(const rc_h5_source *source, const rc_study *study, const rc_variable *variable) {
    hid_t dataset = H5Dopen2(source->file, variable->name, H5P_DEFAULT);
    rc_status status = check_array(source, dataset, study, variable);
    H5Dclose(dataset);
    return status;
}

static rc_status get_array(const rc_h5_source *source, const rc_variable *variable, void *data) {
    hid_t dataset = H5Dopen2(source->file, variable->name, H5P_DEFAULT);
    bool done = H5Dread(dataset, rc_h5_memory_type(variable->type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0;
    H5Dclose(dataset);
    return done ? RC_OK : damaged(source, "variable %s cannot be read", variable->name);
}

static rc_status check_coordinates(const rc_h5_source *source, const rc_study *study, rc_dimension dim) {
    rc_status status = RC_OK;
    const rc_variable *coordinate = &rc_dimension_table[dim].coordinate;
    void *expected = NULL, *found = NULL;
    RC_TRY(check_variable(source, study, coordinate));
    RC_TRY(rc_dimension_values(study, dim, &expected));
    RC_TRY(rc_dimension_values(study, dim, &found));
    RC_TRY(get_array(source, coordinate, found));
    if (memcmp(expected, found, rc_dimension_length(study, dim) * rc_type_size(coordinate->type)))
        RC_TRY(damaged(source, "coordinate %s is not the study's", coordinate->name));
done:
    free(expected);
    free(found);
    return status;
}

/* Everything that can be told before memory is asked for. */
static rc_status check_layout(const rc_h5_source *source, const rc_study *study) {
    rc_status status = RC_OK;
    for (rc_dimension dim = RC_DIM_NONE + 1; dim < RC_DIM_COUNT; dim++) RC_TRY(check_coordinates(source, study, dim));
    for (size_t i = 0; i < rc_n_variables; i++) RC_TRY(check_variable(source, study, &rc_variable_table[i]));
done:
    return status;
}

static rc_status get_results(const rc_h5_source *source, rc_results **out) {
    rc_status status = RC_OK;
    rc_study *study = NULL;
    rc_results *results = NULL;
    RC_TRY(get_study(source, &study));
    RC_TRY(check_layout(source, study));
    status = rc_results_create(study, &results);
    study = NULL; /* taken */
    if (status != RC_OK) goto done;
    for (size_t i = 0; i < rc_n_variables; i++)
        RC_TRY(get_array(source, &rc_variable_table[i], rc_variable_data(results, &rc_variable_table[i])));
    RC_TRY(get_provenance(source, &results->provenance));
    *out = results;
    results = NULL;
done:
    rc_results_destroy(&results);
    rc_study_destroy(&study);
    return status;
}

static hid_t open_file(const char *path) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
#if H5_VERSION_GE(1, 10, 7)
    H5Pset_file_locking(access, false, true); /* read-only media and network drives */
#endif
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    return file;
}

static rc_status read_file(rc_h5_source *source, rc_results **out) {
    source->file = open_file(source->path);
    if (source->file < 0) return damaged(source, "HDF5 cannot open it");
    rc_status status = get_results(source, out);
    H5Fclose(source->file);
    return status;
}

rc_status rc_results_read(const char *path, rc_results **out) {
    rc_status status = RC_OK;
    rc_h5_source source = {.path = path};
    *out = NULL;
    RC_TRY(rc_seal_check(path, &source.size));
    H5E_BEGIN_TRY { status = read_file(&source, out); }
    H5E_END_TRY
done:
    return status;
}
