/* Frames: tangent vectors made orthonormal, and how much they had stretched.
 *
 * A = Q R with R_ii > 0; a frame's columns are replaced by Q, and ln R_ii is
 * how much direction i grew beside those before it. Where R_ii is zero (to
 * rounding: below 1e-13 of the column's length) ln R_ii is -infinity and the
 * column becomes some unit vector orthogonal to the others. */
#ifndef RC_EXPONENTS_FRAME_H
#define RC_EXPONENTS_FRAME_H

#include <rnnchaos/random.h>

#include "dynamics/bundle.h"

/* One frame of any system, by Householder reflections (LAPACK). */
typedef struct rc_frame {
    size_t n_rows, n_columns;
    double *matrix; /* [column, row] */
    double *tau, *work, *sign;
    int work_size;
} rc_frame;

/* Zero. Errors: RC_INVALID unless 1 <= n_columns <= n_rows < 2^31; RC_NO_MEMORY. */
rc_status rc_frame_create(size_t n_rows, size_t n_columns, rc_frame **out);
void rc_frame_destroy(rc_frame **frame);

/* log_stretch [column]; condition: an estimate of the frame's condition number
 * (1-norm of R; infinity if singular). Results agree to rounding across
 * processors. Errors: RC_NUMERICS. Cost: 4 n_rows n_columns^2 multiply-adds. */
rc_status rc_frame_orthonormalise(rc_frame *frame, double *log_stretch, double *condition);

/* Room for orthonormalising the frames of a bundle. */
typedef struct rc_gauge {
    rc_frame *frame; /* one trial: through LAPACK */
    double *work;    /* trials side by side: lane by lane, to the bit on all kernels */
    double *vector;
} rc_gauge;

rc_status rc_gauge_create(const rc_bundle *bundle, rc_gauge **out);
void rc_gauge_destroy(rc_gauge **gauge);

/* Gives every trial of the bundle the same random orthonormal frame. */
rc_status rc_gauge_set_random(rc_gauge *gauge, rc_bundle *bundle);

/* log_stretch [trial, tangent], condition [trial]. The bundle is refreshed. */
rc_status rc_gauge_orthonormalise(rc_gauge *gauge, rc_bundle *bundle, double *log_stretch, double *condition);

#endif
