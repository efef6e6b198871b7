/* What the writer and the reader of results.h5 share. */
#ifndef RC_STORE_H5_H
#define RC_STORE_H5_H

#include <hdf5.h>

#include <rnnchaos/store.h>

/* The type of elements in the file and in memory. */
static inline hid_t rc_h5_file_type(rc_variable_type type) {
    return type == RC_FLOAT64 ? H5T_IEEE_F64LE : type == RC_INT32 ? H5T_STD_I32LE : H5T_STD_I64LE;
}

static inline hid_t rc_h5_memory_type(rc_variable_type type) {
    return type == RC_FLOAT64 ? H5T_NATIVE_DOUBLE : type == RC_INT32 ? H5T_NATIVE_INT32 : H5T_NATIVE_INT64;
}

#endif
