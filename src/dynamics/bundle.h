/* Bundles: states of one network, a twin of each, and tangent vectors, all
 * advanced side by side.
 *
 * A column is 8 lanes (RC_LANE_UNIT). Column 0 holds states, column 1 their
 * twins, the others tangent vectors; lane l of a tangent column is a tangent
 * at the state in lane l of column 0. Two layouts follow from this one rule:
 *   trials side by side  lane = trial (up to 8), tangent c is column 2 + c;
 *   one trial            the state stands in all 8 lanes, tangent c is lane
 *                        c % 8 of column 2 + c / 8.
 * In memory: blocks of columns, each [neuron, column of the block, 8]. */
#ifndef RC_DYNAMICS_BUNDLE_H
#define RC_DYNAMICS_BUNDLE_H

#include <stdbool.h>

#include "dynamics/kernels.h"

enum { RC_POINT_STATE, RC_POINT_TWIN, RC_N_POINTS };

typedef struct rc_bundle {
    rc_step step; /* fraction may be changed between steps */
    const rc_kernels *kernels;
    size_t n_neurons, n_trials, n_tangents, n_columns;
    bool wide; /* one trial, its tangents fill the lanes */
    size_t block_columns;
    double *weight, *input;
    double *value;         /* x and its tangents for RC_FORM_CURRENT; else NULL */
    double *source, *next; /* what W multiplies */
    double *slope;         /* D [neuron, 8] of the states as they are */
    double **frame_start;  /* the tangent columns, as rc_columns wants them */
    size_t *frame_stride;
} rc_bundle;

/* States and tangents are zero. Borrows the network. Errors: RC_NO_MEMORY,
 * RC_INVALID if there are no trials, more than 8, or more than one when wide. */
rc_status rc_bundle_create(const rc_network *network, rc_form form, double gain, const double *input, double fraction,
                           size_t n_trials, size_t n_tangents, bool wide, const rc_kernels *kernels, rc_bundle **out);
void rc_bundle_destroy(rc_bundle **bundle);

/* Advances everything by one step: one fused multiply-add for each connection
 * and column of 8 lanes. */
void rc_bundle_advance(rc_bundle *bundle);

/* A state or twin: [neuron]. After all of them are set: refresh. */
void rc_bundle_set_point(rc_bundle *bundle, int point, size_t trial, const double *state);
void rc_bundle_get_point(const rc_bundle *bundle, int point, size_t trial, double *state);

/* A tangent vector [neuron]; refresh afterwards. */
void rc_bundle_set_tangent(rc_bundle *bundle, size_t trial, size_t tangent, const double *vector);
void rc_bundle_get_tangent(const rc_bundle *bundle, size_t trial, size_t tangent, double *vector);

/* Makes sources agree with values that were set. */
void rc_bundle_refresh(rc_bundle *bundle);

/* All values, as one array of n_neurons * n_columns * 8, to be saved and put
 * back (then refresh). */
double *rc_bundle_values(const rc_bundle *bundle);
size_t rc_bundle_size(const rc_bundle *bundle);

/* The values of one column: element (neuron i, lane l) is [i * *stride + l]. */
double *rc_bundle_column(const rc_bundle *bundle, size_t column, size_t *stride);

/* The tangents as columns. */
rc_columns rc_bundle_frame(const rc_bundle *bundle);

#endif
