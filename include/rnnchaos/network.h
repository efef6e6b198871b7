/* Networks: one sparse matrix W and where it came from. */
#ifndef RNNCHAOS_NETWORK_H
#define RNNCHAOS_NETWORK_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <rnnchaos/status.h>
#include <rnnchaos/study.h>

#ifdef __cplusplus
extern "C" {
#endif

/* W in compressed sparse rows; W[i][j] is the weight from neuron j to
 * neuron i. Columns ascend within a row. */
typedef struct rc_network {
    size_t n_neurons;
    size_t n_connections;
    size_t *row_start; /* [neuron + 1] */
    uint32_t *column;  /* [connection] */
    double *weight;    /* [connection] */
} rc_network;

/* The network of one session and its initial states, drawn as docs/numerics.md
 * ("Streams") says, from the stream (seed, session) or from a stream for each row.
 * initial_states (may be NULL): receives [trial, neuron], uniform in [-1, 1);
 * the caller frees it with free(). Errors: RC_NO_MEMORY. Cost: O(N^2), or
 * O(connections + N) with streams of rows. */
rc_status rc_network_generate(const rc_study *study, uint32_t session, rc_network **out, double **initial_states);

/* The same for networks that take their time: gives up with RC_STOPPED once
 * *stop is set. stop may be NULL. */
rc_status rc_network_generate_unless(const atomic_bool *stop, const rc_study *study, uint32_t session, rc_network **out,
                                     double **initial_states);

/* A network from a row-major dense matrix [n_neurons, n_neurons]; zeros are
 * absent connections. Errors: RC_NO_MEMORY, RC_INVALID if a weight is not
 * finite or n_neurons is 0. */
rc_status rc_network_from_dense(const double *weights, size_t n_neurons, rc_network **out);

/* A network from compressed sparse rows in memory, as in rc_network: row_start
 * [n_neurons + 1], column and weight [row_start[n_neurons]]. Columns may come in
 * any order; duplicates are added in their order, zeros dropped. Errors:
 * RC_NO_MEMORY; RC_INVALID if n_neurons is 0, row_start does not ascend from 0,
 * a column is not below n_neurons, or a weight is not finite.
 * Cost: O(connections + n_neurons). */
rc_status rc_network_from_csr(const size_t *row_start, const uint32_t *column, const double *weight, size_t n_neurons,
                              rc_network **out);

/* A network from somebody's matrix, docs/weights.md: .npy, .npz (dense, or
 * SciPy's sparse csr, csc, coo), Matrix Market or HDF5, told by the content.
 * Row = receiving neuron. A sparse matrix stays sparse; duplicates are added,
 * zeros dropped.
 *   path     the file; "FILE:NAME" names an array in it if dataset is NULL
 *            and there is no file of the whole name
 *   dataset  an array of an .npz or HDF5 file; NULL: "weights", "W", or the
 *            only matrix
 * Errors: RC_IO; RC_NO_MEMORY; RC_DAMAGED if the bytes break their format;
 * RC_INVALID if they are sound but no square, non-empty matrix of finite real
 * numbers; rc_message() is "FILE: [byte B:] expected ..., found ...", of a
 * text "FILE:LINE:COLUMN: ...". Memory: in proportion to the file, or to what
 * its compression can hold. Two threads may call it at once, but not for HDF5. */
rc_status rc_network_read(const char *path, const char *dataset, rc_network **out);

/* The same from a file in memory; name stands for it in messages. */
rc_status rc_network_parse(const void *bytes, size_t size, const char *name, const char *dataset, rc_network **out);

/* Reads n finite numbers, one a neuron, as b [neuron]: an .npy array of one
 * dimension, or text with a number a line and '#' for comments. The caller
 * frees *out with free(). Errors: as rc_network_read. */
rc_status rc_vector_read(const char *path, size_t n, double **out);
rc_status rc_vector_parse(const void *bytes, size_t size, const char *name, size_t n, double **out);

/* Writes W as a row-major dense matrix [n_neurons, n_neurons]. */
void rc_network_to_dense(const rc_network *network, double *weights);

/* The largest modulus of W's eigenvalues (LAPACK dgeev, O(N^3) time and
 * N^2 memory). Errors: RC_NO_MEMORY, RC_NUMERICS. */
rc_status rc_network_spectral_radius(const rc_network *network, double *radius);

/* The gain that random-matrix theory gives a sparse Gaussian network:
 * weight_std * sqrt(N * p), per unit g (Rajan & Abbott 2006,
 * doi:10.1103/PhysRevLett.97.188104). */
double rc_network_effective_gain(const rc_study *study);

/* Accepts NULL; leaves NULL. */
void rc_network_destroy(rc_network **network);

#ifdef __cplusplus
}
#endif
#endif
