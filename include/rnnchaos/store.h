/* The store: results in memory, results.h5, and exports to other tools. */
#ifndef RNNCHAOS_STORE_H
#define RNNCHAOS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rnnchaos/spectrum.h>
#include <rnnchaos/status.h>
#include <rnnchaos/study.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where results came from; stored as attributes of the root of results.h5.
 * Texts are owned by the results. */
typedef struct rc_provenance {
    char *version;
    char *commit;
    char *compiler;
    char *flags;
    char *kernels;
    char *libraries;
    char *host;
    char *started; /* ISO 8601, UTC */
    int64_t threads;
    int64_t ranks;
    double wall_time_s;
} rc_provenance;

/* Everything that a run leaves. The arrays are those of rc_variable_table,
 * C order, allocated together with the results and filled with NaN (floats)
 * or 0 (integers). */
typedef struct rc_results {
    rc_study *study;
    rc_provenance provenance;
    double *delta_mean;                                         /* [session, gain, time] */
    double *divergence_exponent;                                /* [session, gain], 1/s */
    int32_t *divergence_outcome;                                /* [session, gain], rc_divergence_outcome */
    int32_t *trials_kept;                                       /* [session, gain] */
    double *fit_end_ms;                                         /* [session, gain] */
    double *final_distance;                                     /* [session, gain, trial] */
    double *lyapunov_exponent;                                  /* [session, gain, trial, index], 1/s, descending */
    double *lyapunov_error;                                     /* [session, gain, trial, index], 1/s */
    double *lyapunov_window;                                    /* [session, gain, trial, window, index], 1/s */
    double *twin_exponent, *twin_error;                         /* [session, gain, trial], 1/s */
    int32_t *verdict;                                           /* [session, gain, trial], rc_verdict */
    char *verdict_reason;                                       /* [session, gain, trial], RC_TEXT_SIZE bytes each */
    int32_t *attractor_id;                                      /* [session, gain, trial] */
    double *transient_ms, *period_ms, *measured_ms, *needed_ms; /* [session, gain, trial] */
    double *growth, *growth_ms;                                 /* [session, gain, trial] */
    double *transient_exponent, *transient_error;               /* [session, gain, trial], 1/s */
    double *exponent_sum, *exponent_sum_error;                  /* [session, gain, trial], 1/s */
    double *kaplan_yorke_dimension, *kaplan_yorke_error;        /* [session, gain, trial] */
    double *entropy_rate, *entropy_rate_error;                  /* [session, gain, trial], 1/s */
    int32_t *n_positive, *n_positive_least, *n_positive_most;   /* [session, gain, trial] */
    double *participation_ratio, *autocorrelation_ms, *speed;   /* [session, gain, trial] */
    double *block_ms, *condition_number;                        /* [session, gain, trial] */
    int32_t *audit_passed;                                      /* [session, gain, trial] */
    double *sum_rule_residual, *zero_exponent_residual;         /* [session, gain, trial] */
    double *twin_difference, *block_effect, *dt_effect;         /* [session, gain, trial] */
    double *chaos_probability, *chaos_probability_low, *chaos_probability_high; /* [session, gain] */
    double *escape_rate, *escape_rate_low, *escape_rate_high;                   /* [session, gain], 1/s */
    double *survival, *survival_low, *survival_high;                            /* [session, gain] */
    int32_t *n_escaped, *n_attractors;                                          /* [session, gain] */
    double *rates1;                                                             /* [gain, record time] */
    double *rates2;                                                             /* [gain, record time] */
} rc_results;

typedef enum rc_dimension {
    RC_DIM_NONE,
    RC_DIM_SESSION,
    RC_DIM_GAIN,
    RC_DIM_TRIAL,
    RC_DIM_TIME,
    RC_DIM_RECORD_TIME,
    RC_DIM_WINDOW,
    RC_DIM_INDEX,
    RC_DIM_COUNT
} rc_dimension;

/* Windows of exponents.duration_ms in which the stretching is kept. */
enum { RC_N_WINDOWS = 50 };

/* RC_TEXT: RC_TEXT_SIZE bytes of UTF-8, filled up with NUL. */
typedef enum rc_variable_type { RC_FLOAT64, RC_INT32, RC_INT64, RC_TEXT } rc_variable_type;
enum { RC_TEXT_SIZE = 256 };

/* One array of the results: its name in every format, shape, unit, meaning.
 * A new variable is a row of rc_variable_table and a field of rc_results. */
#define RC_MAX_DIMS 5
typedef struct rc_variable {
    const char *name;
    rc_variable_type type;
    rc_dimension dims[RC_MAX_DIMS]; /* RC_DIM_NONE ends the list */
    const char *units;
    const char *long_name;
    const char *flag_meanings; /* space-separated names of 0, 1, ...; NULL if not a flag */
    int32_t initial;           /* what integers hold before anything is measured; floats hold NaN */
    size_t offset;             /* of the array pointer in rc_results; unused for coordinates */
} rc_variable;

extern const rc_variable rc_variable_table[];
extern const size_t rc_n_variables;

/* One dimension: its coordinates as a variable, with what gives them. A new
 * dimension is a name in rc_dimension and a row of rc_dimension_table. */
typedef struct rc_axis {
    rc_variable coordinate; /* float64 or int64; its name is the dimension's */
    size_t (*length)(const rc_study *study);
    double (*value)(const rc_study *study, size_t index);
} rc_axis;

extern const rc_axis rc_dimension_table[RC_DIM_COUNT]; /* by rc_dimension; RC_DIM_NONE is empty */

/* Length of a dimension in this study (1 for RC_DIM_NONE), its name in files
 * ("" for RC_DIM_NONE), and its coordinate at an index. */
size_t rc_dimension_length(const rc_study *study, rc_dimension dim);
const char *rc_dimension_name(rc_dimension dim);
double rc_dimension_value(const rc_study *study, rc_dimension dim, size_t index);

/* Bytes of one element. */
size_t rc_type_size(rc_variable_type type);

/* Number of dimensions of a variable; number of its elements, SIZE_MAX if
 * they are more than that; and its array, borrowed from the results. */
size_t rc_variable_n_dims(const rc_variable *variable);
size_t rc_variable_length(const rc_study *study, const rc_variable *variable);
void *rc_variable_data(const rc_results *results, const rc_variable *variable);

/* Copies the name of flag `value` to name[size], or its number if it has no
 * name. The variable must be a flag. */
void rc_variable_flag_name(const rc_variable *variable, int32_t value, char *name, size_t size);

/* Empty results of a study. Takes the study, also when it fails.
 * Errors: RC_NO_MEMORY. */
rc_status rc_results_create(rc_study *study, rc_results **out);

/* One task is one session at one g with all its trials; tasks are numbered
 * session by session. */
size_t rc_task_count(const rc_study *study);

/* What a task gives is bytes: its slices of the variables in the order of
 * rc_variable_table, each filled up with zeros to a multiple of 8 bytes; of
 * variables over (gain, ...) only if its session is the recorded one. Numbers
 * are little-endian. rc_task_size: how many bytes; SIZE_MAX if more than that.
 * rc_task_unpack: puts them into results of the same study. */
size_t rc_task_size(const rc_study *study, size_t task);
void rc_task_unpack(rc_results *results, size_t task, const void *bytes);

/* Writes results.h5: to a temporary name beside path, synced, renamed.
 * Errors: RC_IO, RC_NO_MEMORY; path is then as it was before. */
rc_status rc_results_write(const rc_results *results, const char *path);

/* Reads results.h5. Errors: RC_UNREADABLE if it cannot be opened, RC_IO,
 * RC_DAMAGED if it is not ours or any part is missing or misshapen. */
rc_status rc_results_read(const char *path, rc_results **out);

/* Exports: the original study's data_curation.pickle (protocol 5), a NumPy
 * .npz archive with every variable and coordinate, or one CSV table with a
 * row for each (session, gain). Written like results.h5: whole or not at
 * all. Errors: RC_IO, RC_NO_MEMORY. */
rc_status rc_results_export_pickle(const rc_results *results, const char *path);
rc_status rc_results_export_npz(const rc_results *results, const char *path);
rc_status rc_results_export_csv(const rc_results *results, const char *path);

/* One number that is told of a trial: a double of rc_spectrum, or (is_count) a
 * size_t, where SIZE_MAX means unknown and is written as -1. */
typedef struct rc_spectrum_number {
    const char *name, *units, *long_name;
    size_t offset; /* in rc_spectrum */
    bool is_count;
} rc_spectrum_number;

extern const rc_spectrum_number rc_spectrum_numbers[];
extern const size_t rc_n_spectrum_numbers;

/* Writes the spectra of one measurement to an HDF5 file: exponents, errors,
 * verdicts, and ln R_ii of every block as log_stretch [trial, block, index],
 * NaN after a trial's last block. Whole or not at all. Errors: RC_IO,
 * RC_NO_MEMORY. */
rc_status rc_spectra_write(const rc_spectrum_plan *plan, size_t n_trials, rc_spectrum *const *spectra,
                           const char *path);

/* Writes a network as .npz: weights [N, N], initial_states [trials, N]. */
rc_status rc_network_export_npz(const double *weights, const double *initial_states, size_t n_neurons, size_t n_trials,
                                const char *path);

/* Accepts NULL; leaves NULL. */
void rc_results_destroy(rc_results **results);

#ifdef __cplusplus
}
#endif
#endif
