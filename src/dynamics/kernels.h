/* The inner loops of one instruction set, as a table of functions. */
#ifndef RC_DYNAMICS_KERNELS_H
#define RC_DYNAMICS_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include <rnnchaos/dynamics.h>

/* gW in sparse rows, with the gain multiplied in. */
typedef struct rc_couplings {
    size_t n_neurons;
    const size_t *row_start; /* [neuron + 1] */
    const uint32_t *column;  /* [connection] */
    const double *weight;    /* [connection] */
} rc_couplings;

struct rc_kernels {
    const char *name;
    int (*runs_here)(void); /* does this processor have the instructions? */

    void (*tanh)(size_t n, const double *x, double *y);

    /* next[i][l] = state[i][l] + fraction (tanh(sum_j gW[i][j] state[j][l]) - state[i][l]),
     * the sum in the order of the row, each term by a fused multiply-add.
     * state, next: [neuron, n_lanes], 64-byte aligned; n_lanes a multiple of
     * RC_LANE_UNIT. */
    void (*advance)(const rc_couplings *couplings, double fraction, size_t n_lanes, const double *state, double *next);

    /* distance[k] = sqrt(sum_i (second[i][k] - first[i][k])^2), k < n;
     * rows are n_lanes apart; four running sums over i mod 4. */
    void (*distance)(size_t n_neurons, size_t n_lanes, size_t n, const double *first, const double *second,
                     double *distance);
};

extern const rc_kernels rc_kernels_scalar, rc_kernels_avx2, rc_kernels_avx512;

#endif
