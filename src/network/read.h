/* The readers of weight matrices, one a format. Each gets the whole file and
 * gives a network, or leaves *out NULL. */
#ifndef RC_NETWORK_READ_H
#define RC_NETWORK_READ_H

#include "network/assemble.h"

rc_status rc_read_npy(const rc_source *source, rc_network **out);

/* dataset: a member with or without ".npy"; NULL for the default. */
rc_status rc_read_npz(const rc_source *source, const char *dataset, rc_network **out);

bool rc_is_mtx(const rc_source *source);
rc_status rc_read_mtx(const rc_source *source, rc_network **out);

/* source->bytes NULL: source->name is the file to open. dataset: the path of
 * a dataset or group; NULL for the default. Not for two threads at once. */
bool rc_is_hdf5(const rc_source *source);
rc_status rc_read_hdf5(const rc_source *source, const char *dataset, rc_network **out);

#endif
