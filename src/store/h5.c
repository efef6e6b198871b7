#include "store/h5.h"

#include <pthread.h>

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
