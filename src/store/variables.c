#include "store/variables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rnnchaos/exponents.h>
#include <rnnchaos/spectrum.h>

#include "base/memory.h"

#define SESSION RC_DIM_SESSION
#define GAIN RC_DIM_GAIN
#define TRIAL RC_DIM_TRIAL
#define TIME RC_DIM_TIME
#define RECORD_TIME RC_DIM_RECORD_TIME
#define WINDOW RC_DIM_WINDOW
#define INDEX RC_DIM_INDEX

#define FLAG_NAME(code, name) " " #name
#define OUTCOMES &(RC_DIVERGENCE_TABLE(FLAG_NAME))[1] /* without the first space */

#define VERDICTS &(RC_VERDICT_TABLE(FLAG_NAME))[1]

#define FLOATS(field, units, long_name, ...) \
    { #field, RC_FLOAT64, {__VA_ARGS__ }, units, long_name, NULL, 0, offsetof(rc_results, field) }
#define COUNTS(field, initial, long_name, ...) \
    { #field, RC_INT32, {__VA_ARGS__ }, "1", long_name, NULL, initial, offsetof(rc_results, field) }
#define TEXTS(field, long_name, ...) \
    { #field, RC_TEXT, {__VA_ARGS__ }, "1", long_name, NULL, 0, offsetof(rc_results, field) }
#define FLAGS(field, meanings, initial, long_name, ...) \
    { #field, RC_INT32, {__VA_ARGS__ }, "1", long_name, meanings, initial, offsetof(rc_results, field) }

/* clang-format off */
const rc_variable rc_variable_table[] = {
    FLOATS(delta_mean, "1", "mean distance between state and twin over the trials kept", SESSION, GAIN, TIME),
    FLOATS(divergence_exponent, "1/s", "divergence exponent: slope of ln(delta_mean) before it saturates", SESSION, GAIN),
    FLAGS(divergence_outcome, OUTCOMES, RC_DIVERGENCE_TOO_SHORT, "why the divergence exponent is what it is", SESSION, GAIN),
    COUNTS(trials_kept, 0, "trials whose twin ended far enough away", SESSION, GAIN),
    FLOATS(fit_end_ms, "ms", "end of the time span under the divergence fit", SESSION, GAIN),
    FLOATS(final_distance, "1", "distance between state and twin at the last step", SESSION, GAIN, TRIAL),
    FLOATS(lyapunov_exponent, "1/s", "leading Lyapunov exponents in tangent space", SESSION, GAIN, TRIAL, INDEX),
    FLOATS(lyapunov_error, "1/s", "standard error of lyapunov_exponent", SESSION, GAIN, TRIAL, INDEX),
    FLOATS(lyapunov_window, "1/s", "mean stretching rate in each window of the measured time", SESSION, GAIN, TRIAL, WINDOW, INDEX),
    FLOATS(twin_exponent, "1/s", "largest exponent from a renormalised twin, over the part of the measured time in which there was one", SESSION, GAIN, TRIAL),
    FLOATS(twin_error, "1/s", "standard error of twin_exponent", SESSION, GAIN, TRIAL),
    FLAGS(verdict, VERDICTS, RC_VERDICT_UNDECIDED, "what the trial is", SESSION, GAIN, TRIAL),
    TEXTS(verdict_reason, "what the verdict rests on, or what would decide it", SESSION, GAIN, TRIAL),
    COUNTS(attractor_id, -1, "attractor of the trial within its session and gain, up to r -> -r; -1: unknown", SESSION, GAIN, TRIAL),
    FLOATS(transient_ms, "ms", "transient chaos: its lifetime; else the time until the trial was at rest, NaN if it never was", SESSION, GAIN, TRIAL),
    FLOATS(growth, "1", "ln of the largest growth that a perturbation reached from time 0 on", SESSION, GAIN, TRIAL),
    FLOATS(growth_ms, "ms", "how long perturbations grew: when they were first within e^3 of it", SESSION, GAIN, TRIAL),
    FLOATS(transient_exponent, "1/s", "mean growth rate of perturbations from time 0 to growth_ms", SESSION, GAIN, TRIAL),
    FLOATS(transient_error, "1/s", "standard error of transient_exponent", SESSION, GAIN, TRIAL),
    FLOATS(period_ms, "ms", "period of a limit cycle", SESSION, GAIN, TRIAL),
    FLOATS(measured_ms, "ms", "time under the exponents, after the transient", SESSION, GAIN, TRIAL),
    FLOATS(needed_ms, "ms", "time predicted to reach exponents.target_error; NaN if none was asked", SESSION, GAIN, TRIAL),
    FLOATS(kaplan_yorke_dimension, "1", "Kaplan-Yorke dimension; NaN if the known exponents do not tell it", SESSION, GAIN, TRIAL),
    FLOATS(kaplan_yorke_error, "1", "standard error of kaplan_yorke_dimension", SESSION, GAIN, TRIAL),
    FLOATS(exponent_sum, "1/s", "sum of lyapunov_exponent over the exponents that are known", SESSION, GAIN, TRIAL),
    FLOATS(exponent_sum_error, "1/s", "standard error of exponent_sum", SESSION, GAIN, TRIAL),
    FLOATS(entropy_rate, "1/s", "sum of the positive exponents (an upper bound of the entropy rate)", SESSION, GAIN, TRIAL),
    FLOATS(entropy_rate_error, "1/s", "standard error of entropy_rate", SESSION, GAIN, TRIAL),
    COUNTS(n_positive, 0, "exponents above zero by more than 1.96 standard errors", SESSION, GAIN, TRIAL),
    COUNTS(n_positive_least, 0, "exponents that are positive by more than 1.96 standard errors", SESSION, GAIN, TRIAL),
    COUNTS(n_positive_most, 0, "exponents that are not negative by more than 1.96 standard errors", SESSION, GAIN, TRIAL),
    FLOATS(participation_ratio, "1", "effective dimension of the activity: (tr C)^2 / tr C^2", SESSION, GAIN, TRIAL),
    FLOATS(autocorrelation_ms, "ms", "integral of the activity's autocorrelation up to its first zero", SESSION, GAIN, TRIAL),
    FLOATS(speed, "1/s", "mean of ||dr/dt||", SESSION, GAIN, TRIAL),
    FLOATS(block_ms, "ms", "time between orthonormalisations", SESSION, GAIN, TRIAL),
    FLOATS(condition_number, "1", "largest condition of the tangent frame: longest column over least R_ii", SESSION, GAIN, TRIAL),
    COUNTS(audit_passed, 0, "1 if every check of the measurement passed", SESSION, GAIN, TRIAL),
    FLOATS(sum_rule_residual, "1", "relative difference between the sum of all exponents and ln |det J|, over a few steps", SESSION, GAIN, TRIAL),
    FLOATS(zero_exponent_residual, "1/s", "the exponent nearest zero; NaN at rest or if all known are positive", SESSION, GAIN, TRIAL),
    FLOATS(twin_difference, "1", "distance of twin_exponent from the leading direction over the same time, in standard errors; NaN at rest", SESSION, GAIN, TRIAL),
    FLOATS(block_effect, "1", "relative change of a piece's stretching when orthonormalised twice as often", SESSION, GAIN, TRIAL),
    FLOATS(dt_effect, "1/s", "change of a piece's largest stretching rate with half the time step", SESSION, GAIN, TRIAL),
    FLOATS(chaos_probability, "1", "share of chaotic trials", SESSION, GAIN),
    FLOATS(chaos_probability_low, "1", "lower end of its 95 % interval", SESSION, GAIN),
    FLOATS(chaos_probability_high, "1", "upper end of its 95 % interval", SESSION, GAIN),
    COUNTS(n_escaped, 0, "trials that settled (fixed point, cycle, torus)", SESSION, GAIN),
    FLOATS(escape_rate, "1/s", "rate at which perturbations stop growing for good, over the time in which this is known of all trials", SESSION, GAIN),
    FLOATS(escape_rate_low, "1/s", "lower end of its 95 % interval", SESSION, GAIN),
    FLOATS(escape_rate_high, "1/s", "upper end of its 95 % interval", SESSION, GAIN),
    FLOATS(survival, "1", "share of trials that had not settled at the end", SESSION, GAIN),
    FLOATS(survival_low, "1", "lower end of its 95 % interval", SESSION, GAIN),
    FLOATS(survival_high, "1", "upper end of its 95 % interval", SESSION, GAIN),
    COUNTS(n_attractors, 0, "distinct attractors among the trials, up to r -> -r", SESSION, GAIN),
    FLOATS(rates1, "1", "rate of the recorded neuron", GAIN, RECORD_TIME),
    FLOATS(rates2, "1", "rate of the recorded neuron in the twin", GAIN, RECORD_TIME),
};
/* clang-format on */
const size_t rc_n_variables = sizeof rc_variable_table / sizeof *rc_variable_table;

static size_t n_sessions(const rc_study *study) { return study->n_sessions; }
static size_t n_gains(const rc_study *study) { return study->n_gains; }
static size_t n_trials(const rc_study *study) { return study->n_trials; }
static size_t n_steps(const rc_study *study) { return study->n_steps; }
static size_t n_recorded(const rc_study *study) { return study->n_recorded; }
static size_t n_exponents(const rc_study *study) { return study->n_exponents; }
static size_t n_windows(const rc_study *study) { return study->n_exponents ? RC_N_WINDOWS : 0; }
static double session(const rc_study *study, size_t i) { return study->sessions[i]; }
static double gain(const rc_study *study, size_t i) { return study->gains[i]; }
static double number(const rc_study *study, size_t i) { return (void)study, (double)i; }
static double time_ms(const rc_study *study, size_t i) { return (double)i * study->dynamics.dt_ms; }

static double window_ms(const rc_study *study, size_t i) {
    return study->exponents.duration_ms / RC_N_WINDOWS * (double)(i + 1);
}

#define AXIS(dim, name, type, units, long_name) .coordinate = {name, type, {dim}, units, long_name, NULL, 0, 0}

/* clang-format off */
const rc_axis rc_dimension_table[RC_DIM_COUNT] = {
    [RC_DIM_SESSION]     = {AXIS(SESSION, "session", RC_INT64, "1", "session: number of the connectivity matrix"), n_sessions, session},
    [RC_DIM_GAIN]        = {AXIS(GAIN, "gain", RC_FLOAT64, "1", "g: factor on every weight"), n_gains, gain},
    [RC_DIM_TRIAL]       = {AXIS(TRIAL, "trial", RC_INT64, "1", "trial: number of the initial state, from 0"), n_trials, number},
    [RC_DIM_TIME]        = {AXIS(TIME, "time_ms", RC_FLOAT64, "ms", "time since the initial state"), n_steps, time_ms},
    [RC_DIM_RECORD_TIME] = {AXIS(RECORD_TIME, "record_time_ms", RC_FLOAT64, "ms", "time since the initial state, of the recorded neuron"), n_recorded, time_ms},
    [RC_DIM_WINDOW]      = {AXIS(WINDOW, "window_ms", RC_FLOAT64, "ms", "end of the window, from the end of the transient"), n_windows, window_ms},
    [RC_DIM_INDEX]       = {AXIS(INDEX, "index", RC_INT64, "1", "number of the exponent, from 0, in descending order"), n_exponents, number},
};
/* clang-format on */

size_t rc_dimension_length(const rc_study *study, rc_dimension dim) {
    return dim == RC_DIM_NONE ? 1 : rc_dimension_table[dim].length(study);
}

const char *rc_dimension_name(rc_dimension dim) {
    return dim == RC_DIM_NONE ? "" : rc_dimension_table[dim].coordinate.name;
}

double rc_dimension_value(const rc_study *study, rc_dimension dim, size_t index) {
    return rc_dimension_table[dim].value(study, index);
}

rc_status rc_dimension_values(const rc_study *study, rc_dimension dim, void **out) {
    const rc_variable *coordinate = &rc_dimension_table[dim].coordinate;
    size_t n = rc_dimension_length(study, dim);
    rc_status status = RC_OK;
    RC_TRY(rc_array_allocate(out, n, rc_type_size(coordinate->type), 0, coordinate->name));
    for (size_t i = 0; i < n; i++) {
        double value = rc_dimension_value(study, dim, i);
        if (coordinate->type == RC_INT64) ((int64_t *)*out)[i] = (int64_t)value;
        if (coordinate->type == RC_FLOAT64) ((double *)*out)[i] = value;
    }
done:
    return status;
}

size_t rc_type_size(rc_variable_type type) { return type == RC_TEXT ? RC_TEXT_SIZE : type == RC_INT32 ? 4 : 8; }

size_t rc_variable_n_dims(const rc_variable *variable) {
    size_t n = 0;
    while (n < RC_MAX_DIMS && variable->dims[n] != RC_DIM_NONE) n++;
    return n;
}

size_t rc_variable_length(const rc_study *study, const rc_variable *variable) {
    size_t length = 1;
    for (size_t i = 0; i < rc_variable_n_dims(variable); i++)
        if (__builtin_mul_overflow(length, rc_dimension_length(study, variable->dims[i]), &length)) return SIZE_MAX;
    return length;
}

void *rc_variable_data(const rc_results *results, const rc_variable *variable) {
    void *data;
    memcpy(&data, (const char *)results + variable->offset, sizeof data);
    return data;
}

size_t rc_variable_n_flags(const rc_variable *variable) {
    size_t n = 1;
    for (const char *at = variable->flag_meanings; (at = strchr(at, ' ')); at++) n++;
    return n;
}

void rc_variable_flag_name(const rc_variable *variable, int32_t value, char *name, size_t size) {
    const char *start = variable->flag_meanings;
    if (value < 0 || (size_t)value >= rc_variable_n_flags(variable)) {
        snprintf(name, size, "%d", value);
        return;
    }
    for (int32_t i = 0; i < value; i++) start = strchr(start, ' ') + 1;
    snprintf(name, size, "%.*s", (int)strcspn(start, " "), start);
}
