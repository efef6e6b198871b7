/* The inner loops of one instruction set, as a table of functions. */
#ifndef RC_DYNAMICS_KERNELS_H
#define RC_DYNAMICS_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rnnchaos/dynamics.h>

enum { RC_N_PRECISIONS = RC_PRECISION_SINGLE + 1 };

/* W in sparse rows, with the gain multiplied in if it does not say otherwise. */
typedef struct rc_couplings {
    size_t n_neurons;
    const size_t *row_start; /* [neuron + 1] */
    const uint32_t *column;  /* [connection] */
    const double *weight;    /* [connection] */
} rc_couplings;

/* A step of one block of lanes by a network too large for the caches. */
typedef struct rc_far_step {
    const rc_couplings *couplings; /* W itself: */
    double gain;                   /* is multiplied in as weights are read */
    double fraction;               /* dt / tau */
    size_t n_lanes;                /* a multiple of RC_LANE_UNIT, at most RC_LANE_BLOCK */
    const double *state;           /* [neuron, n_lanes], 64-byte aligned */
    double *next;
} rc_far_step;

/* gW for states and tangents: rows in groups of step_rows that are summed at the
 * same time, sorted by length so that a group's are nearly as long as each other,
 * the longest first. Neurons are numbered by their row here. A group's entries:
 * number k of every row, for k < common; then what is left of the first row, of
 * the second, ... Inside a row the order is the network's. The last group is
 * filled up with empty rows.
 *
 * A dense W has all its entries, absent ones as zeros, and only weights: of the
 * first dense_block columns, then of the next ones, ...; among these in groups of
 * dense_rows rows; in a group [column, row]. */
typedef struct rc_rows {
    size_t n_neurons;
    size_t dense_block;   /* columns of a dense W that are gone through together; 0: not dense */
    uint32_t *row;        /* [neuron]: the number of its row */
    size_t *common;       /* [group] */
    size_t *end;          /* [row]: where what is left of it ends; where the next begins */
    uint32_t *offset;     /* [entry]: 8 * the neuron that it comes from */
    double *weight;       /* [entry] */
    float *single_weight; /* the same, rounded; NULL unless tangents are in single precision */
} rc_rows;

/* One step of a bundle: what stays the same for all of it. */
typedef struct rc_step {
    rc_rows rows;
    rc_form form;
    double fraction;      /* dt / tau; not used by RC_FORM_MAP */
    const double *input;  /* b [neuron], zero in rows that fill up */
    size_t n_lanes;       /* of a neuron's states, then their twins: 16, or 2 */
    bool half;            /* with 16 lanes, only the first 4 of each 8 are in use; others may hold anything finite */
    bool twins;           /* with 16 lanes, twins move, too */
    bool slope_from_tanh; /* D is 1 - tanh^2 */
    double *slope;        /* D [neuron, n_lanes / 2] of the states */
} rc_step;

typedef void rc_step_tangents(const rc_step *step, size_t n_columns, void *value, const void *source, void *next);

struct rc_kernels {
    const char *name;
    int (*runs_here)(void); /* does this processor have the instructions? */

    void (*tanh)(size_t n, const double *x, double *y);

    /* next[i][l] = state[i][l] + fraction (tanh(sum_j gW[i][j] state[j][l]) - state[i][l]),
     * the sum in the order of the row, each term by a fused multiply-add.
     * state, next: [neuron, n_lanes], 64-byte aligned; n_lanes a multiple of
     * RC_LANE_UNIT. */
    void (*advance)(const rc_couplings *couplings, double fraction, size_t n_lanes, const double *state, double *next);

    /* The same with columns of 8 lanes, [column, neuron, 8], and a dense W; 1 .. step_columns of them. */
    void (*advance_dense)(const rc_rows *rows, double fraction, size_t n_columns, const double *state, double *next);

    /* As advance, for rows first .. end - 1 of a network too large for the caches;
     * the same bits. */
    void (*advance_far)(const rc_far_step *step, size_t first, size_t end);

    /* distance[k] = sqrt(sum_i (second[i][k] - first[i][k])^2), k < n;
     * rows are n_lanes apart; four running sums over i mod 4. */
    void (*distance)(size_t n_neurons, size_t n_lanes, size_t n, const double *first, const double *second,
                     double *distance);

    void (*sech2)(size_t n, const double *x, double *y);

    /* One step of states and twins, then of tangents. With S the source,
     * s_i = sum_j gW[i][j] S[j] in the order of the row (b_i first for states),
     * D = 1/cosh^2, or fma(-tanh, tanh, 1) for slope_from_tanh:
     *   rate     r' = r + f (tanh(s) - r)   q' = q + f (D(s) s_q - q)
     *   map      r' = tanh(s)               q' = D(s) s_q
     *   current  x' = x + f (s - x)         q' = q + f (s_q - q);
     *            S' = tanh(x')              S'_q = D(x') q'
     * next: S'. value: x and its tangents, changed in place (RC_FORM_CURRENT).
     * Points are [neuron, n_lanes], and write the slope. */
    void (*step_points)(const rc_step *step, double *value, const double *source, double *next);

    /* 1 .. step_columns columns of tangents, [column, neuron, 8]; with 16 lanes
     * of points a tangent's slope is that of its lane, with 2 there is one for all.
     * All arrays are doubles; in single precision floats, and columns stand in
     * pairs, [pair, neuron, 2, 8], which n_columns counts. */
    rc_step_tangents *step_tangents[RC_N_PRECISIONS];
    size_t step_columns; /* that stay in the nearest cache for the study's network */
    size_t step_rows;
    size_t dense_rows;

    /* Column c of [column, neuron, 8] against columns 0 .. c-1, which are
     * orthonormal: two rounds of classical Gram-Schmidt, then c is divided by its
     * norm (unless that is 0).
     *   before, after   [8]: norm of c before and after
     *   work            [8 * c], 64-byte aligned
     * Lanes never mix; sums run over neurons in order, four at a time. */
    void (*orthonormalise)(size_t n_neurons, double *columns, size_t c, double *before, double *after, double *work);

    /* Householder reflections of a panel [row, 8], n_rows >= 1, by columns: column
     * j is reflected onto diagonal[j] times unit vector j. Afterwards the panel
     * holds the vectors v of the reflections 1 - tau v v', zero above their first
     * row; what was above is in upper [8, 8], strictly upper triangular. Their
     * product is 1 - V T V', T [8, 8] upper triangular, zero beyond. A column that
     * is zero below its first row is left alone. */
    void (*factor_panel)(size_t n_rows, double *panel, double *diagonal, double *upper, double *T);

    /* c -= V (M (V' c)): V, c [row, 8], M [8, 8]; sums over rows in order. */
    void (*reflect)(size_t n_rows, const double *V, const double *M, double *c);
};

extern rc_step_tangents rc_step_tangents_scalar, rc_step_tangents_avx2, rc_step_tangents_avx512, rc_step_tangents_neon;
extern const rc_kernels rc_kernels_scalar, rc_kernels_avx2, rc_kernels_avx512, rc_kernels_neon;

#endif
