/* Frames: tangent vectors made orthonormal, and how much they had stretched.
 *
 * A = Q R with R_ii > 0; a frame's columns are replaced by Q, and ln R_ii is
 * how much direction i grew beside those before it. Where R_ii is zero (to
 * rounding: below dead_share of the column's length, see rc_rounding) ln R_ii is -infinity and the
 * column becomes some unit vector orthogonal to the others. */
#ifndef RC_EXPONENTS_FRAME_H
#define RC_EXPONENTS_FRAME_H

#include <rnnchaos/random.h>

#include "dynamics/bundle.h"

/* One frame, by Householder reflections, eight at a time (compact WY form:
 * Schreiber & Van Loan 1989, doi:10.1137/0910005), in place. The frame itself is
 * the caller's: [column / 8, row, column % 8], 64-byte aligned; columns beyond
 * the last must be zero, and stay it. */
typedef struct rc_frame {
    const rc_kernels *kernels;
    size_t n_rows, n_columns;
    double dead_share;
    double *diagonal;         /* [panel, 8]: R_ii */
    double *upper;            /* [panel, 8, 8]: R in the panel's own rows, above the diagonal */
    double *T, *T_transposed; /* [panel, 8, 8] */
    double *vectors;          /* [row, 8] of one panel */
    double *length;           /* [column] */
    int *exponent;            /* [column]: powers of two that were taken out */
} rc_frame;

/* Errors: RC_INVALID unless 1 <= n_columns <= n_rows < 2^31; RC_NO_MEMORY. */
rc_status rc_frame_create(size_t n_rows, size_t n_columns, const rc_kernels *kernels, double dead_share,
                          rc_frame **out);
void rc_frame_destroy(rc_frame **frame);

/* log_stretch [column]; condition: the longest column over the least R_ii, infinity
 * if that is zero to rounding; the frame's condition number is no smaller. The same
 * to the bit on all kernels. Cost: 4 n_rows n_columns^2 multiply-adds for a few
 * columns, 4/3 n^3 for all. */
void rc_frame_orthonormalise(rc_frame *frame, double *columns, double *log_stretch, double *condition);

/* Room for orthonormalising the frames of a bundle. */
typedef struct rc_gauge {
    rc_frame *frame; /* one trial: Householder reflections */
    double *work;    /* trials side by side: Gram-Schmidt, lane by lane */
    double *vector;
    double dead_share;
} rc_gauge;

rc_status rc_gauge_create(const rc_bundle *bundle, rc_gauge **out);
void rc_gauge_destroy(rc_gauge **gauge);

/* Gives every trial of the bundle the same random orthonormal frame. */
rc_status rc_gauge_set_random(rc_gauge *gauge, rc_bundle *bundle);

/* log_stretch [trial, tangent], condition [trial]. The bundle is refreshed. */
void rc_gauge_orthonormalise(rc_gauge *gauge, rc_bundle *bundle, double *log_stretch, double *condition);

#endif
