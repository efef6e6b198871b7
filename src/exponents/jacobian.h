/* The map that a network's step moves towards, and its derivative, as plain
 * loops and dense matrices: for Newton's method, eigenvalues, determinants. */
#ifndef RC_EXPONENTS_JACOBIAN_H
#define RC_EXPONENTS_JACOBIAN_H

#include <rnnchaos/spectrum.h>

/* Of more neurons no dense matrix is made: 128 MB, and minutes for its
 * eigenvalues, at this number. */
enum { RC_MOST_DENSE = 4000 };

typedef struct rc_field {
    const rc_network *network;
    const rc_spectrum_plan *plan;
    const rc_kernels *kernels;
    double *sum, *slope; /* [neuron] */
} rc_field;

/* Borrows network and plan. On failure there is nothing to close. */
rc_status rc_field_open(const rc_network *network, const rc_spectrum_plan *plan, rc_field *field);
void rc_field_close(rc_field *field);

/* target = tanh(g W r + b), or g W tanh(x) + b for RC_FORM_CURRENT. */
void rc_field_target(rc_field *field, const double *state, double *target);

/* Its derivative, [row, column]: D g W, or g W D. */
void rc_field_target_jacobian(rc_field *field, const double *state, double *matrix);

/* ln |det| of the derivative of one whole step, by LU; matrix [neuron, neuron]
 * and pivots [neuron] are room to work in. -infinity if singular. */
double rc_field_log_determinant(rc_field *field, double fraction, const double *state, double *matrix, int *pivots);

#endif
