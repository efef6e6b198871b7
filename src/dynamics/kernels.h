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

/* Columns of a bundle's block that fit in the nearest cache. */
#define RC_STEP_COLUMNS 6

/* One step of a bundle: what stays the same from block to block. */
typedef struct rc_step {
    rc_couplings couplings;
    rc_form form;
    double fraction;     /* dt / tau; not used by RC_FORM_MAP */
    const double *input; /* b [neuron] */
} rc_step;

/* A block of columns of 8 lanes: [neuron, column, 8]. The first n_points
 * columns are states, the rest tangent vectors of column 0's states. */
typedef struct rc_step_block {
    size_t n_columns, n_points;
    double *value;        /* RC_FORM_CURRENT: x and its tangents, changed in place */
    const double *source; /* what W multiplies: r, or tanh(x); tangents likewise */
    double *next;         /* the new source */
    double *slope;        /* D [neuron, 8]: written where n_points > 0, else read */
} rc_step_block;

/* Columns of one frame: element (neuron i, lane l) of column c is
 * start[c][i * stride[c] + l]. */
typedef struct rc_columns {
    size_t n_neurons, n_columns;
    double **start;       /* [column], 64-byte aligned */
    const size_t *stride; /* [column], multiples of 8 */
} rc_columns;

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

    void (*sech2)(size_t n, const double *x, double *y);

    /* One step of a block. With S the source, s_i = sum_j gW[i][j] S[j] in the
     * order of the row (b_i first for states), D = 1/cosh^2:
     *   rate     r' = r + f (tanh(s) - r)   q' = q + f (D(s) s_q - q)
     *   map      r' = tanh(s)               q' = D(s) s_q
     *   current  x' = x + f (s - x)         q' = q + f (s_q - q);
     *            S' = tanh(x')              S'_q = D(x') q' */
    void (*step)(const rc_step *step, const rc_step_block *block);

    /* Column c against columns 0 .. c-1, which are orthonormal: two rounds of
     * classical Gram-Schmidt, then c is divided by its norm (unless that is 0).
     *   before, after   [8]: norm of c before and after
     *   work            [8 * c], 64-byte aligned
     * Lanes never mix; sums run over neurons in order, four at a time. */
    void (*orthonormalise)(const rc_columns *columns, size_t c, double *before, double *after, double *work);
};

extern const rc_kernels rc_kernels_scalar, rc_kernels_avx2, rc_kernels_avx512;

#endif
