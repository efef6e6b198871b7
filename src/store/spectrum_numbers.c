/* What is told of a trial in one number each. */
#include <stddef.h>

#include <rnnchaos/store.h>

#define NUMBER(name, units, long_name, field) \
    { #name, units, long_name, offsetof(rc_spectrum, field), false }
#define COUNT(name, long_name, field) \
    { #name, "1", long_name, offsetof(rc_spectrum, field), true }

/* clang-format off */
const rc_spectrum_number rc_spectrum_numbers[] = {
    NUMBER(twin_exponent, "1/s", "largest exponent from a renormalised twin", twin.value),
    NUMBER(twin_error, "1/s", "standard error of twin_exponent", twin.error),
    NUMBER(exponent_sum, "1/s", "sum of these exponents", derived.sum.value),
    NUMBER(exponent_sum_error, "1/s", "standard error of exponent_sum", derived.sum.error),
    NUMBER(entropy_rate, "1/s", "sum of the positive exponents", derived.entropy_rate.value),
    NUMBER(entropy_rate_error, "1/s", "standard error of entropy_rate", derived.entropy_rate.error),
    NUMBER(kaplan_yorke_dimension, "1", "Kaplan-Yorke dimension", derived.kaplan_yorke.value),
    NUMBER(kaplan_yorke_error, "1", "its standard error", derived.kaplan_yorke.error),
    NUMBER(participation_ratio, "1", "effective dimension of the activity", activity.participation_ratio),
    NUMBER(autocorrelation_ms, "ms", "autocorrelation time of the activity", activity.autocorrelation_ms),
    NUMBER(speed, "1/s", "mean of ||dr/dt||", activity.mean_speed),
    NUMBER(growth, "1", "ln of the largest growth of a perturbation from time 0 on", growth),
    NUMBER(growth_ms, "ms", "how long perturbations grew", growth_ms),
    NUMBER(transient_exponent, "1/s", "their mean growth rate until then", transient.value),
    NUMBER(transient_error, "1/s", "standard error of transient_exponent", transient.error),
    NUMBER(measured_s, "s", "time accumulated", measured_s),
    NUMBER(needed_s, "s", "more time for the target error", needed_s),
    NUMBER(interval_s, "s", "time between orthonormalisations", interval_s),
    NUMBER(condition_number, "1", "largest condition of a frame: longest vector over least R_ii", condition),
    NUMBER(period_ms, "ms", "period of a limit cycle", period_ms),
    NUMBER(lifetime_ms, "ms", "lifetime of transient chaos", lifetime_ms),
    NUMBER(rest_ms, "ms", "when the trial came to rest", rest_ms),
    NUMBER(sum_rule_residual, "1", "audit: sum rule", audit.sum_rule),
    NUMBER(zero_exponent_residual, "1/s", "audit: exponent nearest zero", audit.zero_exponent),
    NUMBER(twin_difference, "1", "audit: twin against tangent, in standard errors", audit.twin_sigmas),
    NUMBER(half_interval_effect, "1", "audit: half the QR interval", audit.half_interval),
    NUMBER(half_step_effect, "1/s", "audit: half the time step", audit.half_step),
    COUNT(attractor_id, "attractor of the trial, up to r -> -r; -1: unknown", attractor),
    COUNT(n_positive, "exponents above zero by more than 1.96 errors", derived.n_positive),
    COUNT(n_positive_least, "the fewest that errors allow", derived.n_positive_least),
    COUNT(n_positive_most, "the most that errors allow", derived.n_positive_most),
};
/* clang-format on */
const size_t rc_n_spectrum_numbers = sizeof rc_spectrum_numbers / sizeof *rc_spectrum_numbers;
