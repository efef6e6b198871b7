/* What the writer and the reader of results.h5 share. */
#ifndef RC_STORE_H5_H
#define RC_STORE_H5_H

#include <hdf5.h>

#include <rnnchaos/store.h>

/* The type of elements in the file and in memory; not to be closed. */
hid_t rc_h5_file_type(rc_variable_type type);
hid_t rc_h5_memory_type(rc_variable_type type);

#endif
