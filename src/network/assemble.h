/* Networks from what files hold: dense arrays, compressed rows, triplets.
 *
 * All refuse, with RC_INVALID or RC_DAMAGED and the name of the source, what
 * is not square, empty, not finite or out of range. Zeros are dropped. */
#ifndef RC_NETWORK_ASSEMBLE_H
#define RC_NETWORK_ASSEMBLE_H

#include "network/network.h"
#include "network/numbers.h"

/* From a dense array. Cost: two passes over it. */
rc_status rc_network_from_numbers(const rc_source *source, const rc_numbers *matrix, rc_network **out);

/* Connections in any order, each as often as the file names it. */
typedef struct rc_entries {
    size_t n_neurons;
    size_t n;
    uint32_t *row;    /* [entry] */
    uint32_t *column; /* [entry] */
    double *weight;   /* [entry] */
} rc_entries;

/* Checks the number of neurons of a file that names only entries: it may be
 * 10^6, or as many as the file has bytes. */
rc_status rc_entries_check_size(const rc_source *source, uint64_t n_rows, uint64_t n_columns);

/* Room for `capacity` entries, n = 0. Errors: RC_NO_MEMORY. */
rc_status rc_entries_allocate(size_t n_neurons, size_t capacity, rc_entries *entries);
void rc_entries_free(rc_entries *entries);

/* Sorts the entries; duplicates are added in their order. Frees the entries,
 * also when it fails. Cost: O(entries + neurons). */
rc_status rc_network_from_entries(const rc_source *source, rc_entries *entries, rc_network **out);

/* SciPy's parts of a sparse matrix. */
typedef struct rc_sparse {
    enum { RC_SPARSE_ROWS, RC_SPARSE_COLUMNS, RC_SPARSE_COORDINATES } format; /* csr, csc, coo */
    uint64_t shape[2];
    rc_numbers data;
    rc_numbers first;  /* indptr; the rows if format is RC_SPARSE_COORDINATES */
    rc_numbers second; /* indices; the columns if format is RC_SPARSE_COORDINATES */
} rc_sparse;

rc_status rc_network_from_sparse(const rc_source *source, const rc_sparse *sparse, rc_network **out);

#endif
