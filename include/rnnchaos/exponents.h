/* Exponents: how fast neighbouring states part. */
#ifndef RNNCHAOS_EXPONENTS_H
#define RNNCHAOS_EXPONENTS_H

#include <stddef.h>

#include <rnnchaos/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Why a divergence exponent is what it is; the numbers are stored in
 * results.h5 as flag_values, the names as flag_meanings. */
#define RC_DIVERGENCE_TABLE(X)                              \
    X(RC_DIVERGENCE_FITTED, fitted)                         \
    X(RC_DIVERGENCE_BELOW_MINIMUM_GAIN, below_minimum_gain) \
    X(RC_DIVERGENCE_NO_TRIAL_KEPT, no_trial_kept)           \
    X(RC_DIVERGENCE_TOO_SHORT, too_short)

typedef enum rc_divergence_outcome {
#define RC_DIVERGENCE_ENUM(code, name) code,
    RC_DIVERGENCE_TABLE(RC_DIVERGENCE_ENUM)
#undef RC_DIVERGENCE_ENUM
} rc_divergence_outcome;

/* The name of an outcome, "fitted" and so on. Never NULL. */
const char *rc_divergence_outcome_name(rc_divergence_outcome outcome);

typedef struct rc_divergence {
    double exponent; /* 1/s; NaN unless fitted */
    rc_divergence_outcome outcome;
    size_t n_kept;      /* trials whose twin ended far enough away */
    size_t n_fit_steps; /* steps under the fit, from step 0 */
} rc_divergence;

/* The divergence exponent of the published study: the least-squares slope of
 * L = ln(mean distance of the kept trials) before L first reaches
 * `saturation` times its maximum.
 *   distance   [step, trial]
 *   mean       [step], receives the mean distance over the kept trials;
 *              NaN where none is kept
 * A trial is kept if its distance at the last step is >= minimum_distance.
 * Cost: O(n_steps * n_trials). */
rc_divergence rc_divergence_measure(const double *distance, size_t n_steps, size_t n_trials, double dt_ms,
                                    double minimum_distance, double saturation, double *mean);

#ifdef __cplusplus
}
#endif
#endif
