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

/* Arrays that may be meant, for the message that they are none or many. */
typedef struct rc_candidates {
    size_t n;
    char first[RC_SHOWN_SIZE];
    char list[160]; /* their names */
} rc_candidates;

void rc_candidates_add(rc_candidates *candidates, const char *name, size_t n_name);

/* RC_INVALID, unless there is exactly one. */
rc_status rc_candidates_check(const rc_candidates *candidates, const rc_source *source);

#endif
