/* Bundles: states of one network, a twin of each, and tangent vectors, all
 * advanced side by side.
 *
 * Points are states and their twins, [neuron, n_lanes]; tangents stand in
 * columns of 8 lanes (RC_LANE_UNIT), [column, neuron, 8]. Two layouts:
 *   trials side by side  up to 8 of them; points have 16 lanes, states first,
 *                        then twins; tangent c of trial t is lane t of column c;
 *   one trial (wide)     points have 2 lanes; tangent c is lane c % 8 of
 *                        column c / 8.
 * In memory neurons stand in the order of their numbers of connections, so that
 * a step writes where it sums. A step moves tangents up or down by the columns
 * that are advanced at a time: what was read last is where is written next, so
 * that one array (and little more) is enough and stays in cache.
 *
 * Tangents in single precision are floats while steps are taken, [pair of
 * columns, neuron, 2, 8]: 64 bytes a neuron as well. Whoever asks for them gets
 * doubles, and the next step rounds these. */
#ifndef RC_DYNAMICS_BUNDLE_H
#define RC_DYNAMICS_BUNDLE_H

#include <stdbool.h>

#include "dynamics/kernels.h"

enum { RC_POINT_STATE, RC_POINT_TWIN, RC_N_POINTS };

typedef struct rc_bundle {
    rc_step step;
    const rc_kernels *kernels;
    size_t n_neurons, n_trials, n_tangents, n_columns;
    size_t n_points;     /* doubles of all points, a multiple of 8 */
    bool wide;           /* one trial, its tangents fill the lanes */
    const uint32_t *row; /* [neuron]: its number inside the bundle, see rc_rows */
    double *input;
    double *value;          /* x and its tangents for RC_FORM_CURRENT, points first; else NULL */
    double *points;         /* what W multiplies, */
    double *next_points;    /* after the step that is being taken; the two take turns */
    void *memory;           /* where the sources of tangents move up and down: doubles, or floats */
    void *source;           /* what W multiplies: tangents */
    rc_precision precision; /* of tangents; if single: */
    double *tangents;       /* they are here, as doubles, */
    float *single_value;    /* or in the source; for RC_FORM_CURRENT their values are here */
    bool rounded;           /* ... or in the source */
} rc_bundle;

/* States and tangents are zero. Borrows the network. Errors: RC_NO_MEMORY,
 * RC_INVALID if there are no trials, more than 8, or more than one when wide.
 * Memory: 8 bytes for each value (twice for RC_FORM_CURRENT), 12 for each
 * connection; in single precision half as much again of tangents and a third of
 * connections. */
rc_status rc_bundle_create(const rc_network *network, rc_form form, double gain, const double *input, double fraction,
                           size_t n_trials, size_t n_tangents, bool wide, const rc_kernels *kernels,
                           rc_precision precision, rc_bundle **out);
void rc_bundle_destroy(rc_bundle **bundle);

/* Advances everything by one step: one fused multiply-add for each connection
 * and column of 8 lanes. */
void rc_bundle_advance(rc_bundle *bundle);

/* A state or twin: [neuron]. After all of them are set: refresh. */
void rc_bundle_set_point(rc_bundle *bundle, int point, size_t trial, const double *state);
void rc_bundle_get_point(const rc_bundle *bundle, int point, size_t trial, double *state);

/* A tangent vector [neuron]; refresh afterwards. */
void rc_bundle_set_tangent(rc_bundle *bundle, size_t trial, size_t tangent, const double *vector);
void rc_bundle_get_tangent(rc_bundle *bundle, size_t trial, size_t tangent, double *vector);

/* Makes sources agree with values that were set. */
void rc_bundle_refresh(rc_bundle *bundle);

/* All values, points then tangents as above, the same on all kernels, to be saved
 * and put back: [rc_bundle_size]. */
size_t rc_bundle_size(const rc_bundle *bundle);
void rc_bundle_get_values(rc_bundle *bundle, double *values);
void rc_bundle_set_values(rc_bundle *bundle, const double *values);

/* The values of states or twins: element (row i, trial t) is [i * *stride + t]. They
 * move with every step, as tangents do. */
double *rc_bundle_points(const rc_bundle *bundle, int point, size_t *stride);

/* The values of tangents: [column, row, 8]. */
double *rc_bundle_tangents(rc_bundle *bundle);

#endif
