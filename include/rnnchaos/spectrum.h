/* Lyapunov spectra in tangent space, with error bars.
 *
 * Exponents are per second of model time unless said otherwise (for the form
 * `map`, time is counted in steps of dt_ms). */
#ifndef RNNCHAOS_SPECTRUM_H
#define RNNCHAOS_SPECTRUM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include <rnnchaos/dynamics.h>
#include <rnnchaos/network.h>
#include <rnnchaos/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- Error bars of correlated series --------------------------------------- */

/* A mean over time with its standard error. */
typedef struct rc_estimate {
    double value;
    double error;       /* standard error of value; NaN if it cannot be told */
    double n_effective; /* independent samples that the series is worth */
} rc_estimate;

/* The mean of x[0], x[stride], ... (n of them) and its standard error from
 * the autocovariance of the series. */
rc_estimate rc_series_mean(const double *x, size_t n, size_t stride);

/* --- Measuring a spectrum --------------------------------------------------- */

typedef enum rc_form {
    RC_FORM_RATE,    /* r <- r + (dt/tau) (-r + tanh(g W r + b)) */
    RC_FORM_CURRENT, /* x <- x + (dt/tau) (-x + g W tanh(x) + b) */
    RC_FORM_MAP      /* r <- tanh(g W r + b) */
} rc_form;

typedef struct rc_spectrum_plan {
    rc_form form;
    double gain;         /* g */
    const double *input; /* b [neuron], borrowed; NULL for none */
    double tau_ms, dt_ms;
    size_t n_exponents;        /* leading k, 1 .. N */
    double transient_ms;       /* state and frame settle before anything is accumulated */
    double duration_ms;        /* the most that is accumulated after the transient */
    double target_error;       /* stop when every exponent's standard error is below; 1/s; 0: use the whole duration */
    double target_error_share; /* ... below target_error + this * |exponent| */
    const rc_kernels *kernels; /* NULL: the best */
    atomic_bool *stop;         /* may be NULL; set: end soon with RC_STOPPED */
} rc_spectrum_plan;

/* What one trial did. Exponents descend. */
typedef struct rc_spectrum {
    size_t n_neurons, n_exponents, n_blocks;
    double block_s;              /* time between orthonormalisations */
    double condition;            /* the largest condition number of a frame before orthonormalisation */
    double *log_stretch;         /* ln R_ii, [block, exponent] */
    rc_estimate *exponent;       /* [exponent] */
    rc_estimate twin;            /* Benettin's renormalised twin, an independent check of exponent[0] */
    rc_estimate log_determinant; /* mean ln |det J| a second, [all exponents' sum]; NaN unless it was measured */
    double *state;               /* [neuron], at the end */
    double *start;               /* [neuron], where accumulation began */
    double measured_s;           /* time accumulated */
    double needed_s;             /* predicted time for the target error; 0 if reached, NaN if none was asked */
} rc_spectrum;

#ifdef __cplusplus
}
#endif
#endif
