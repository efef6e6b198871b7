/* What the writers and readers of HDF5 files share.
 *
 * HDF5 builds a file in memory and we write it out ourselves: a full disk
 * is then our own write() that fails, with the system's reason, and HDF5 is
 * never left with a file that it cannot close. */
#ifndef RC_STORE_H5_H
#define RC_STORE_H5_H

#include <hdf5.h>

#include <rnnchaos/store.h>

#include "base/newfile.h"

/* The type of elements in the file and in memory; not to be closed. */
hid_t rc_h5_file_type(rc_variable_type type);
hid_t rc_h5_memory_type(rc_variable_type type);

/* A file in memory, for rc_h5_save; the caller closes *out. Errors: RC_IO. */
rc_status rc_h5_create(const rc_newfile *target, hid_t *out);

/* Writes the file in memory, and its seal, to target and commits it.
 * Errors: RC_IO, RC_NO_MEMORY. */
rc_status rc_h5_save(hid_t file, rc_newfile *target);

#endif
