#include "store/h5.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "store/seal.h"

/* HDF5 has no ready type of fixed-length UTF-8 text: one is made, once, and
 * stays as long as the library does. */
static hid_t text_type;

static void make_text_type(void) {
    text_type = H5Tcopy(H5T_C_S1);
    H5Tset_size(text_type, RC_TEXT_SIZE);
    H5Tset_strpad(text_type, H5T_STR_NULLPAD);
    H5Tset_cset(text_type, H5T_CSET_UTF8);
}

static hid_t get_text_type(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_text_type);
    return text_type;
}

hid_t rc_h5_file_type(rc_variable_type type) {
    switch (type) {
    case RC_FLOAT64: return H5T_IEEE_F64LE;
    case RC_INT32: return H5T_STD_I32LE;
    case RC_INT64: return H5T_STD_I64LE;
    case RC_TEXT: break;
    }
    return get_text_type();
}

hid_t rc_h5_memory_type(rc_variable_type type) {
    switch (type) {
    case RC_FLOAT64: return H5T_NATIVE_DOUBLE;
    case RC_INT32: return H5T_NATIVE_INT32;
    case RC_INT64: return H5T_NATIVE_INT64;
    case RC_TEXT: break;
    }
    return get_text_type();
}

/* The name is not used on disk, but HDF5 tells open files apart by it. */
rc_status rc_h5_create(const rc_newfile *target, hid_t *out) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    bool done = H5Pset_fapl_core(access, 1 << 20, false) >= 0 && H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
                H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) >= 0 &&
                H5Pset_obj_track_times(creation, false) >= 0;
    *out = done ? H5Fcreate(target->temporary, H5F_ACC_TRUNC, creation, access) : -1;
    H5Pclose(creation);
    H5Pclose(access);
    return *out >= 0 ? RC_OK : rc_fail(RC_IO, "%s: HDF5 cannot make a file", target->path);
}

static rc_status copy_image(hid_t file, const char *path, void **bytes, size_t *n) {
    ssize_t size = H5Fflush(file, H5F_SCOPE_GLOBAL) < 0 ? -1 : H5Fget_file_image(file, NULL, 0);
    if (size <= 0) return rc_fail(RC_IO, "%s: HDF5 cannot make the file", path);
    *n = (size_t)size;
    *bytes = malloc(*n);
    if (!*bytes) return rc_fail(RC_NO_MEMORY, "%s: no memory for the file's %zu bytes", path, *n);
    if (H5Fget_file_image(file, *bytes, *n) == size) return RC_OK;
    return rc_fail(RC_IO, "%s: HDF5 cannot make the file", path);
}

rc_status rc_h5_save(hid_t file, rc_newfile *target) {
    rc_status status = RC_OK;
    void *bytes = NULL;
    size_t n = 0;
    unsigned char seal[RC_SEAL_SIZE];
    RC_TRY(copy_image(file, target->path, &bytes, &n));
    rc_seal_make(bytes, n, seal);
    RC_TRY(rc_newfile_write(target, bytes, n));
    RC_TRY(rc_newfile_write(target, seal, sizeof seal));
    status = rc_newfile_commit(target);
done:
    free(bytes);
    return status;
}
