/* The divergence exponent on distances with a known answer. */
#include "../unit.h"

#include <math.h>

enum { STEPS = 1000, TRIALS = 3 };
static double distance[STEPS * TRIALS], mean[STEPS];

/* Trials 0 and 2 grow as 1e-4 exp(rate t) up to 10; trial 1 decays. */
static void fill(double rate_per_step) {
    for (size_t t = 0; t < STEPS; t++)
        for (size_t k = 0; k < TRIALS; k++)
            distance[t * TRIALS + k] =
                k == 1 ? 1e-4 * exp(-0.01 * (double)t) : fmin(10, 1e-4 * exp(rate_per_step * (double)t));
}

static void slope_of_an_exponential(void **state) {
    (void)state;
    fill(0.02);
    rc_divergence fit = rc_divergence_measure(distance, STEPS, TRIALS, 0.5, 1, 0.8, mean);
    assert_int_equal(fit.outcome, RC_DIVERGENCE_FITTED);
    assert_int_equal(fit.n_kept, 2);
    assert_close(fit.exponent, 40, 1e-10); /* 0.02 a step of 0.5 ms */
    /* ln 1e-4 + 0.02 t >= 0.8 ln 10 first at t = 552.6 */
    assert_int_equal(fit.n_fit_steps, 553);
    assert_true(mean[0] == 1e-4);
}

static void nothing_kept(void **state) {
    (void)state;
    fill(-0.001);
    rc_divergence fit = rc_divergence_measure(distance, STEPS, TRIALS, 1, 1, 0.8, mean);
    assert_int_equal(fit.outcome, RC_DIVERGENCE_NO_TRIAL_KEPT);
    assert_true(isnan(fit.exponent) && isnan(mean[0]) && isnan(mean[STEPS - 1]));
}

static void saturated_from_the_start(void **state) {
    (void)state;
    for (size_t i = 0; i < STEPS * TRIALS; i++) distance[i] = 5;
    rc_divergence fit = rc_divergence_measure(distance, STEPS, TRIALS, 1, 1, 0.8, mean);
    assert_int_equal(fit.outcome, RC_DIVERGENCE_TOO_SHORT);
    assert_true(isnan(fit.exponent) && mean[0] == 5);
    fit = rc_divergence_measure(distance, 1, TRIALS, 1, 1, 0.8, mean);
    assert_int_equal(fit.outcome, RC_DIVERGENCE_TOO_SHORT);
    assert_string_equal(rc_divergence_outcome_name(fit.outcome), "too_short");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slope_of_an_exponential),
        cmocka_unit_test(nothing_kept),
        cmocka_unit_test(saturated_from_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
