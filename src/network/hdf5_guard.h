/* What keeps an HDF5 file from making us read other files, or from asking for
 * memory that it does not deserve. */
#ifndef RC_NETWORK_HDF5_GUARD_H
#define RC_NETWORK_HDF5_GUARD_H

#include <hdf5.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Opens a file to read: no locks, for read-only media and network drives.
 * bytes NULL: the file `name`; else an image of it in memory. Negative on
 * failure. */
hid_t rc_hdf5_open(const char *name, const void *bytes, size_t size);

/* Opens an object, but through no link to another file. Negative on failure. */
hid_t rc_hdf5_object(hid_t place, const char *name);

/* Where the elements of a dataset are, and how many bytes. */
typedef struct rc_hdf5_storage {
    bool elsewhere;    /* in other files: external storage or a virtual dataset */
    bool too_large;    /* for what the file holds, even if it is compressed as well as can be */
    uint64_t n_bytes;  /* that HDF5 needs to read them; UINT64_MAX: more */
    uint64_t n_stored; /* in the file */
} rc_hdf5_storage;

rc_hdf5_storage rc_hdf5_storage_of(hid_t dataset, uint64_t n_elements, uint64_t element_size, uint64_t file_size);

#endif
