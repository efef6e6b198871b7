/* The spectra of one measurement, as HDF5. */
#include <hdf5_hl.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "store/h5.h"

typedef struct {
    hid_t file;
    size_t n_trials, n_exponents, n_blocks; /* n_blocks: of the longest trial */
    const rc_spectrum_plan *plan;
    rc_spectrum *const *spectra;
    double *values; /* room for the largest array */
    bool failed;
} sheet;

/* Writes values [trial, ...] of rank n_dims and names its dimensions. */
static void put(sheet *s, const char *name, int n_dims, const hsize_t *shape, const char *const *scales,
                const char *units, const char *long_name) {
    s->failed |= H5LTmake_dataset_double(s->file, name, n_dims, shape, s->values) < 0;
    s->failed |= H5LTset_attribute_string(s->file, name, "units", units) < 0;
    s->failed |= H5LTset_attribute_string(s->file, name, "long_name", long_name) < 0;
    hid_t dataset = H5Dopen2(s->file, name, H5P_DEFAULT);
    for (int d = 0; scales && d < n_dims; d++) {
        hid_t scale = H5Dopen2(s->file, scales[d], H5P_DEFAULT);
        s->failed |= H5DSattach_scale(dataset, scale, (unsigned)d) < 0;
        H5Dclose(scale);
    }
    H5Dclose(dataset);
}

static void put_scale(sheet *s, const char *name, size_t n, double step, const char *units, const char *long_name) {
    for (size_t i = 0; i < n; i++) s->values[i] = step * (double)i;
    put(s, name, 1, (hsize_t[]){n}, NULL, units, long_name);
    hid_t dataset = H5Dopen2(s->file, name, H5P_DEFAULT);
    s->failed |= H5DSset_scale(dataset, name) < 0;
    H5Dclose(dataset);
}

static const char *const by_index[] = {"trial", "index"}, *const by_block[] = {"trial", "block_ms", "index"};
static const char *const by_lag[] = {"trial", "lag_ms"};

static void put_estimates(sheet *s) {
    const hsize_t shape[] = {s->n_trials, s->n_exponents};
    for (size_t t = 0; t < s->n_trials; t++)
        for (size_t i = 0; i < s->n_exponents; i++)
            s->values[t * s->n_exponents + i] = s->spectra[t]->exponent[i].value;
    put(s, "lyapunov_exponent", 2, shape, by_index, "1/s", "Lyapunov exponents, descending");
    for (size_t t = 0; t < s->n_trials; t++)
        for (size_t i = 0; i < s->n_exponents; i++)
            s->values[t * s->n_exponents + i] = s->spectra[t]->exponent[i].error;
    put(s, "lyapunov_error", 2, shape, by_index, "1/s", "standard error of lyapunov_exponent");
}

static void put_stretches(sheet *s) {
    size_t k = s->n_exponents, row = s->n_blocks * k;
    for (size_t t = 0; t < s->n_trials; t++) {
        size_t n = s->spectra[t]->n_blocks * k;
        for (size_t i = 0; i < row; i++) s->values[t * row + i] = i < n ? s->spectra[t]->log_stretch[i] : NAN;
    }
    put(s, "log_stretch", 3, (hsize_t[]){s->n_trials, s->n_blocks, k}, by_block, "1",
        "ln R_ii of every block; directions in the order of the frame");
}

/* One number of each trial, by its place in rc_spectrum. */
static const struct {
    const char *name, *units, *long_name;
    size_t offset;
} numbers[] = {
    {"twin_exponent", "1/s", "largest exponent from a renormalised twin", offsetof(rc_spectrum, twin.value)},
    {"twin_error", "1/s", "standard error of twin_exponent", offsetof(rc_spectrum, twin.error)},
    {"exponent_sum", "1/s", "sum of these exponents", offsetof(rc_spectrum, derived.sum.value)},
    {"exponent_sum_error", "1/s", "standard error of exponent_sum", offsetof(rc_spectrum, derived.sum.error)},
    {"entropy_rate", "1/s", "sum of the positive exponents", offsetof(rc_spectrum, derived.entropy_rate.value)},
    {"entropy_rate_error", "1/s", "standard error of entropy_rate", offsetof(rc_spectrum, derived.entropy_rate.error)},
    {"kaplan_yorke_dimension", "1", "Kaplan-Yorke dimension", offsetof(rc_spectrum, derived.kaplan_yorke.value)},
    {"kaplan_yorke_error", "1", "its standard error", offsetof(rc_spectrum, derived.kaplan_yorke.error)},
    {"participation_ratio", "1", "effective dimension of the activity",
     offsetof(rc_spectrum, activity.participation_ratio)},
    {"autocorrelation_ms", "ms", "autocorrelation time of the activity",
     offsetof(rc_spectrum, activity.autocorrelation_ms)},
    {"speed", "1/s", "mean of ||dr/dt||", offsetof(rc_spectrum, activity.mean_speed)},
    {"growth", "1", "ln of the largest growth of a perturbation from time 0 on", offsetof(rc_spectrum, growth)},
    {"growth_ms", "ms", "how long perturbations grew", offsetof(rc_spectrum, growth_ms)},
    {"transient_exponent", "1/s", "their mean growth rate until then", offsetof(rc_spectrum, transient.value)},
    {"transient_error", "1/s", "standard error of transient_exponent", offsetof(rc_spectrum, transient.error)},
    {"measured_s", "s", "time accumulated", offsetof(rc_spectrum, measured_s)},
    {"needed_s", "s", "more time for the target error", offsetof(rc_spectrum, needed_s)},
    {"interval_s", "s", "time between orthonormalisations", offsetof(rc_spectrum, interval_s)},
    {"condition_number", "1", "largest condition number of the frame", offsetof(rc_spectrum, condition)},
    {"period_ms", "ms", "period of a limit cycle", offsetof(rc_spectrum, period_ms)},
    {"lifetime_ms", "ms", "lifetime of transient chaos", offsetof(rc_spectrum, lifetime_ms)},
    {"rest_ms", "ms", "when the trial came to rest", offsetof(rc_spectrum, rest_ms)},
    {"sum_rule_residual", "1", "audit: sum rule", offsetof(rc_spectrum, audit.sum_rule)},
    {"zero_exponent_residual", "1/s", "audit: exponent nearest zero", offsetof(rc_spectrum, audit.zero_exponent)},
    {"twin_difference", "1", "audit: twin against tangent, in standard errors",
     offsetof(rc_spectrum, audit.twin_sigmas)},
    {"half_interval_effect", "1", "audit: half the QR interval", offsetof(rc_spectrum, audit.half_interval)},
    {"half_step_effect", "1/s", "audit: half the time step", offsetof(rc_spectrum, audit.half_step)},
};

/* The same for counts; SIZE_MAX is written as -1. */
static const struct {
    const char *name, *long_name;
    size_t offset;
} counts[] = {
    {"attractor_id", "attractor of the trial, up to r -> -r; -1: unknown", offsetof(rc_spectrum, attractor)},
    {"n_positive", "exponents above zero by more than 1.96 errors", offsetof(rc_spectrum, derived.n_positive)},
    {"n_positive_least", "the fewest that errors allow", offsetof(rc_spectrum, derived.n_positive_least)},
    {"n_positive_most", "the most that errors allow", offsetof(rc_spectrum, derived.n_positive_most)},
};

static void put_counts(sheet *s) {
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        for (size_t t = 0; t < s->n_trials; t++) {
            size_t n;
            memcpy(&n, (const char *)s->spectra[t] + counts[k].offset, sizeof n);
            s->values[t] = n == SIZE_MAX ? -1 : (double)n;
        }
        put(s, counts[k].name, 1, (hsize_t[]){s->n_trials}, by_index, "1", counts[k].long_name);
    }
}

static void put_autocorrelation(sheet *s) {
    put_scale(s, "lag_ms", RC_N_LAGS, s->spectra[0]->activity.lag_ms, "ms", "lag of the autocorrelation");
    for (size_t t = 0; t < s->n_trials; t++)
        memcpy(s->values + t * RC_N_LAGS, s->spectra[t]->activity.autocorrelation, RC_N_LAGS * sizeof(double));
    put(s, "autocorrelation", 2, (hsize_t[]){s->n_trials, RC_N_LAGS}, by_lag, "1",
        "normalised autocorrelation of the neurons together; NaN at rest");
}

/* What the trials say together, as attributes of the file. */
static void put_summary(sheet *s) {
    size_t n_chaotic = 0;
    for (size_t t = 0; t < s->n_trials; t++) n_chaotic += s->spectra[t]->verdict == RC_VERDICT_CHAOS;
    rc_share chaos = rc_share_of(n_chaotic, s->n_trials);
    rc_survival survival = rc_survival_of(s->n_trials, s->spectra);
    const struct {
        const char *name;
        double value;
    } rows[] = {
        {"gain", s->plan->gain},
        {"tau_ms", s->plan->tau_ms},
        {"dt_ms", s->plan->dt_ms},
        {"chaos_probability", chaos.value},
        {"chaos_probability_low", chaos.low},
        {"chaos_probability_high", chaos.high},
        {"escape_rate", survival.escape.value},
        {"escape_rate_low", survival.escape.low},
        {"escape_rate_high", survival.escape.high},
        {"survival", survival.moving.value},
        {"survival_low", survival.moving.low},
        {"survival_high", survival.moving.high},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
        s->failed |= H5LTset_attribute_double(s->file, "/", rows[k].name, &rows[k].value, 1) < 0;
}

static void put_numbers(sheet *s) {
    for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++) {
        for (size_t t = 0; t < s->n_trials; t++)
            memcpy(&s->values[t], (const char *)s->spectra[t] + numbers[k].offset, sizeof(double));
        put(s, numbers[k].name, 1, (hsize_t[]){s->n_trials}, by_index, numbers[k].units, numbers[k].long_name);
    }
}

#define FLAG_NAME(code, name) " " #name

static void put_verdicts(sheet *s) {
    int values[RC_N_VERDICTS];
    const char *names = &(RC_VERDICT_TABLE(FLAG_NAME))[1];
    for (int i = 0; i < RC_N_VERDICTS; i++) values[i] = i;
    for (size_t t = 0; t < s->n_trials; t++) s->values[t] = (double)s->spectra[t]->verdict;
    put(s, "verdict", 1, (hsize_t[]){s->n_trials}, by_index, "1", "what the trial is");
    s->failed |= H5LTset_attribute_int(s->file, "verdict", "flag_values", values, RC_N_VERDICTS) < 0;
    s->failed |= H5LTset_attribute_string(s->file, "verdict", "flag_meanings", names) < 0;
    for (size_t t = 0; t < s->n_trials; t++) {
        char name[64];
        snprintf(name, sizeof name, "reason_of_trial_%zu", t);
        s->failed |= H5LTset_attribute_string(s->file, "verdict", name, s->spectra[t]->reason) < 0;
    }
}

static rc_status fill(sheet *s) {
    size_t largest = s->n_trials * (s->n_blocks > 1 ? s->n_blocks : 1) * s->n_exponents;
    if (largest < s->n_blocks) largest = s->n_blocks;
    if (largest < s->n_trials * RC_N_LAGS) largest = s->n_trials * RC_N_LAGS;
    rc_status status = RC_ARRAY(s->values, largest, "spectra as arrays");
    if (status != RC_OK) return status;
    put_scale(s, "trial", s->n_trials, 1, "1", "trial, from 0");
    put_scale(s, "index", s->n_exponents, 1, "1", "number of the exponent, from 0");
    put_scale(s, "block_ms", s->n_blocks, 1000 * s->spectra[0]->block_s, "ms", "start of a block");
    put_estimates(s);
    put_stretches(s);
    put_numbers(s);
    put_counts(s);
    put_autocorrelation(s);
    put_verdicts(s);
    put_summary(s);
    return RC_OK;
}

rc_status rc_spectra_write(const rc_spectrum_plan *plan, size_t n_trials, rc_spectrum *const *spectra,
                           const char *path) {
    rc_newfile target = {.fd = -1};
    sheet s = {.file = -1, .n_trials = n_trials, .plan = plan, .spectra = spectra};
    s.n_exponents = spectra[0]->n_exponents;
    for (size_t t = 0; t < n_trials; t++)
        if (spectra[t]->n_blocks > s.n_blocks) s.n_blocks = spectra[t]->n_blocks;
    rc_status status = rc_newfile_open(path, &target);
    H5E_BEGIN_TRY {
        if (status == RC_OK) status = rc_h5_create(&target, &s.file);
        if (status == RC_OK) status = fill(&s);
        if (status == RC_OK && s.failed) status = rc_fail(RC_IO, "%s: HDF5 cannot make the file", path);
        if (status == RC_OK) status = rc_h5_save(s.file, &target);
        H5Fclose(s.file);
    }
    H5E_END_TRY
    free(s.values);
    rc_newfile_abandon(&target);
    return status;
}
