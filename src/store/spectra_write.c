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

static double number_of(const rc_spectrum *spectrum, const rc_spectrum_number *number) {
    const char *place = (const char *)spectrum + number->offset;
    double value;
    size_t count;
    memcpy(&value, place, sizeof value);
    memcpy(&count, place, sizeof count);
    return !number->is_count ? value : count == SIZE_MAX ? -1 : (double)count;
}

static void put_numbers(sheet *s) {
    for (size_t k = 0; k < rc_n_spectrum_numbers; k++) {
        const rc_spectrum_number *number = &rc_spectrum_numbers[k];
        for (size_t t = 0; t < s->n_trials; t++) s->values[t] = number_of(s->spectra[t], number);
        put(s, number->name, 1, (hsize_t[]){s->n_trials}, by_index, number->units, number->long_name);
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
    s->failed |= H5LTset_attribute_string(s->file, "/", "precision", rc_precision_name(s->plan->precision)) < 0;
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
