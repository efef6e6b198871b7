#include "store/h5.h"

#include <hdf5_hl.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/newfile.h"
#include "store/variables.h"

typedef struct rc_h5_image {
    hid_t file;
    const rc_results *results;
    const char *path;           /* the final one, for messages */
    hid_t scales[RC_DIM_COUNT]; /* dimension scales */
} rc_h5_image;

static rc_status fail_to(const rc_h5_image *image, const char *what) {
    return rc_fail(RC_IO, "%s: HDF5 cannot make %s", image->path, what);
}

/* n = 0 makes a scalar. */
static rc_status put_attribute(const rc_h5_image *image, hid_t object, const char *name, hid_t file_type,
                               hid_t memory_type, hsize_t n, const void *value) {
    hid_t space = n ? H5Screate_simple(1, &n, NULL) : H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool done = attribute >= 0 && H5Awrite(attribute, memory_type, value) >= 0;
    H5Aclose(attribute);
    H5Sclose(space);
    return done ? RC_OK : fail_to(image, name);
}

/* Of variable length and UTF-8: what h5py gives as str. */
static rc_status put_text(const rc_h5_image *image, hid_t object, const char *name, const char *text) {
    const char *value = text ? text : "";
    hid_t type = H5Tcopy(H5T_C_S1);
    bool done = H5Tset_size(type, H5T_VARIABLE) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0;
    rc_status status = done ? put_attribute(image, object, name, type, type, 0, &value) : fail_to(image, name);
    H5Tclose(type);
    return status;
}

static rc_status put_flags(const rc_h5_image *image, hid_t dataset, const rc_variable *variable) {
    rc_status status = RC_OK;
    int32_t values[256];
    size_t n = rc_variable_n_flags(variable);
    if (n > sizeof values / sizeof *values) RC_TRY(fail_to(image, "that many flags"));
    for (size_t i = 0; i < n; i++) values[i] = (int32_t)i;
    RC_TRY(put_attribute(image, dataset, "flag_values", H5T_STD_I32LE, H5T_NATIVE_INT32, n, values));
    RC_TRY(put_text(image, dataset, "flag_meanings", variable->flag_meanings));
done:
    return status;
}

static rc_status describe(const rc_h5_image *image, hid_t dataset, const rc_variable *variable) {
    rc_status status = RC_OK;
    double missing = NAN;
    RC_TRY(put_text(image, dataset, "units", variable->units));
    RC_TRY(put_text(image, dataset, "long_name", variable->long_name));
    if (variable->flag_meanings) RC_TRY(put_flags(image, dataset, variable));
    bool is_coordinate = !strcmp(variable->name, rc_dimension_name(variable->dims[0]));
    if (variable->type == RC_FLOAT64 && !is_coordinate)
        RC_TRY(put_attribute(image, dataset, "_FillValue", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, &missing));
done:
    return status;
}

/* One dataset with its attributes; the caller closes *out. */
static rc_status put_array(const rc_h5_image *image, const rc_variable *variable, const void *data, hid_t *out) {
    rc_status status = RC_OK;
    hsize_t shape[RC_MAX_DIMS];
    size_t n_dims = rc_variable_n_dims(variable);
    for (size_t i = 0; i < n_dims; i++) shape[i] = rc_dimension_length(image->results->study, variable->dims[i]);
    hid_t space = H5Screate_simple((int)n_dims, shape, NULL);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(creation, false); /* the same results give the same bytes */
    *out = H5Dcreate2(image->file, variable->name, rc_h5_file_type(variable->type), space, H5P_DEFAULT, creation,
                      H5P_DEFAULT);
    if (*out < 0 || H5Dwrite(*out, rc_h5_memory_type(variable->type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        RC_TRY(fail_to(image, variable->name));
    RC_TRY(describe(image, *out, variable));
done:
    H5Pclose(creation);
    H5Sclose(space);
    return status;
}

static rc_status put_scale(rc_h5_image *image, rc_dimension dim) {
    rc_status status = RC_OK;
    void *values = NULL;
    const rc_variable *coordinate = &rc_dimension_table[dim].coordinate;
    RC_TRY(rc_dimension_values(image->results->study, dim, &values));
    RC_TRY(put_array(image, coordinate, values, &image->scales[dim]));
    if (H5DSset_scale(image->scales[dim], coordinate->name) < 0) RC_TRY(fail_to(image, coordinate->name));
done:
    free(values);
    return status;
}

static rc_status put_variable(const rc_h5_image *image, const rc_variable *variable) {
    rc_status status = RC_OK;
    hid_t dataset = -1;
    RC_TRY(put_array(image, variable, rc_variable_data(image->results, variable), &dataset));
    for (size_t i = 0; i < rc_variable_n_dims(variable); i++)
        if (H5DSattach_scale(dataset, image->scales[variable->dims[i]], (unsigned)i) < 0)
            RC_TRY(fail_to(image, variable->name));
done:
    H5Dclose(dataset);
    return status;
}

static rc_status put_provenance(const rc_h5_image *image) {
    rc_status status = RC_OK;
    for (size_t i = 0; i < rc_n_provenance_fields; i++) {
        const rc_provenance_field *field = &rc_provenance_table[i];
        const void *value = (const char *)&image->results->provenance + field->offset;
        const char *text;
        memcpy(&text, value, sizeof text);
        if (field->kind == RC_FIELD_TEXT)
            RC_TRY(put_text(image, image->file, field->name, text));
        else if (field->kind == RC_FIELD_INTEGER)
            RC_TRY(put_attribute(image, image->file, field->name, H5T_STD_I64LE, H5T_NATIVE_INT64, 0, value));
        else
            RC_TRY(put_attribute(image, image->file, field->name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 0, value));
    }
done:
    return status;
}

static rc_status put_everything(rc_h5_image *image) {
    rc_status status = RC_OK;
    const rc_study *study = image->results->study;
    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, study->hash);
    RC_TRY(put_text(image, image->file, "Conventions", "CF-1.10"));
    RC_TRY(put_text(image, image->file, "title", "Chaos in recurrent rate networks, by rnnchaos"));
    RC_TRY(put_text(image, image->file, "study", study->text));
    RC_TRY(put_text(image, image->file, "study_hash", hash));
    RC_TRY(put_attribute(image, image->file, "tau_ms", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 0, &study->dynamics.tau_ms));
    RC_TRY(put_provenance(image));
    for (rc_dimension dim = RC_DIM_NONE + 1; dim < RC_DIM_COUNT; dim++) RC_TRY(put_scale(image, dim));
    for (size_t i = 0; i < rc_n_variables; i++) RC_TRY(put_variable(image, &rc_variable_table[i]));
done:
    for (rc_dimension dim = RC_DIM_NONE + 1; dim < RC_DIM_COUNT; dim++) H5Dclose(image->scales[dim]);
    return status;
}

rc_status rc_results_write(const rc_results *results, const char *path) {
    rc_status status = RC_OK;
    rc_newfile file = {.fd = -1};
    rc_h5_image image = {.results = results, .path = path, .file = -1};
    for (rc_dimension dim = RC_DIM_NONE; dim < RC_DIM_COUNT; dim++) image.scales[dim] = -1;
    H5E_BEGIN_TRY {
        status = rc_newfile_open(path, &file);
        if (status == RC_OK) status = rc_h5_create(&file, &image.file);
        if (status == RC_OK) status = put_everything(&image);
        if (status == RC_OK) status = rc_h5_save(image.file, &file);
        H5Fclose(image.file);
    }
    H5E_END_TRY
    rc_newfile_abandon(&file);
    return status;
}
