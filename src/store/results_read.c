/* Reading results.h5: nothing in the file is believed before it is checked. */
#include "store/h5.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "network/hdf5_guard.h"
#include "network/source.h"
#include "store/seal.h"
#include "store/variables.h"

typedef struct rc_h5_source {
    hid_t file;
    const char *path;
    uint64_t size;
    uint64_t left; /* bytes that no array has taken yet: arrays may not share theirs */
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
    char *text = NULL, *hash = NULL, expected[17], shown[RC_SHOWN_SIZE];
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
        RC_TRY(damaged(source, "its study does not match study_hash %s", rc_shown(hash, strlen(hash), shown)));
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

static rc_status check_array(rc_h5_source *source, hid_t dataset, const rc_study *study, const rc_variable *variable) {
    rc_status status = RC_OK;
    const char *name = variable->name;
    hid_t type = H5Dget_type(dataset);
    rc_hdf5_storage storage =
        rc_hdf5_storage_of(dataset, rc_variable_length(study, variable), rc_type_size(variable->type), source->size);
    if (H5Iget_type(dataset) != H5I_DATASET) RC_TRY(damaged(source, "variable %s is missing", name));
    if (H5Tequal(type, rc_h5_file_type(variable->type)) <= 0)
        RC_TRY(damaged(source, "variable %s has another type", name));
    if (!same_shape(dataset, study, variable))
        RC_TRY(damaged(source, "variable %s has another shape than its study", name));
    if (storage.elsewhere) RC_TRY(damaged(source, "variable %s has its elements in another file", name));
    if (storage.too_large || storage.n_stored > source->left)
        RC_TRY(damaged(source, "variable %s is larger than what the file holds", name));
    source->left -= storage.n_stored;
done:
    H5Tclose(type);
    return status;
}

static rc_status check_variable(rc_h5_source *source, const rc_study *study, const rc_variable *variable) {
    hid_t dataset = rc_hdf5_object(source->file, variable->name);
    rc_status status = check_array(source, dataset, study, variable);
    H5Oclose(dataset);
    return status;
}

static rc_status get_array(const rc_h5_source *source, const rc_variable *variable, void *data) {
    hid_t dataset = rc_hdf5_object(source->file, variable->name);
    bool done = H5Dread(dataset, rc_h5_memory_type(variable->type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0;
    H5Oclose(dataset);
    return done ? RC_OK : damaged(source, "variable %s cannot be read", variable->name);
}

static rc_status check_coordinates(rc_h5_source *source, const rc_study *study, rc_dimension dim) {
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
static rc_status check_layout(rc_h5_source *source, const rc_study *study) {
    rc_status status = RC_OK;
    for (rc_dimension dim = RC_DIM_NONE + 1; dim < RC_DIM_COUNT; dim++) RC_TRY(check_coordinates(source, study, dim));
    for (size_t i = 0; i < rc_n_variables; i++) RC_TRY(check_variable(source, study, &rc_variable_table[i]));
done:
    return status;
}

static rc_status get_results(rc_h5_source *source, rc_results **out) {
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

static rc_status read_file(rc_h5_source *source, rc_results **out) {
    source->file = rc_hdf5_open(source->path, NULL, 0);
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
    source.left = source.size;
    H5E_BEGIN_TRY { status = read_file(&source, out); }
    H5E_END_TRY
done:
    return status;
}
