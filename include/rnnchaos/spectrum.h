/* Lyapunov spectra in tangent space, with error bars.
 *
 * Exponents are per second of model time (for RC_FORM_MAP a step counts as
 * dt_ms). Equations and estimators: docs/numerics-exponents.md. */
#ifndef RNNCHAOS_SPECTRUM_H
#define RNNCHAOS_SPECTRUM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rnnchaos/dynamics.h>
#include <rnnchaos/network.h>
#include <rnnchaos/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- Error bars of correlated series --------------------------------------- */

/* A mean over time with its standard error: value +- 1.96 error holds the
 * long-run mean in 95 % of runs. */
typedef struct rc_estimate {
    double value;
    double error;       /* NaN if it cannot be told; 0 for a constant series */
    double n_effective; /* independent samples that the series is worth */
} rc_estimate;

/* The mean of x[0], x[stride], ... (n of them). Its variance is the
 * autocovariance summed under a flat-top window whose width is where the
 * correlations fade (Politis 2003,
 * doi:10.1080/10485250310001604659),
 * widened as Student's t for short series. Below about 20 effective samples
 * the interval is still too narrow (80 to 91 % instead of 95); callers that
 * decide ask for more. Cost: O(n * width). */
rc_estimate rc_series_mean(const double *x, size_t n, size_t stride);

/* --- Measuring a spectrum --------------------------------------------------- */

/* A long measurement that may be interrupted: saved now and then, it goes on
 * from there, and its results are the same to the bit as without a break.
 *
 * What is saved is one piece of bytes, to be kept as it is. It belongs to one
 * network, plan, set of initial states, version of the library and kind of
 * machine; its size is that of two copies of the vectors at the most (see
 * rc_spectrum_measure) and of all blocks so far. */
typedef struct rc_spectrum_checkpoint {
    const void *saved; /* go on from here; NULL: from the beginning. Borrowed */
    size_t n_saved;    /* its bytes */
    double every_s;    /* about so often by the clock; rarer where it would take over 1/20 of the time. 0: whenever
                          possible */
    rc_status (*save)(void *context, const void *bytes, size_t n); /* bytes live until it returns; what it returns
                                                                      other than RC_OK ends the measurement. May be
                                                                      NULL */
    void (*restored)(void *context, uint64_t state_steps); /* told once how much of saved need not be done again. May
                                                              be NULL */
    void *context;
} rc_spectrum_checkpoint;

typedef struct rc_spectrum_plan {
    rc_form form;
    double gain;         /* g */
    const double *input; /* b [neuron], borrowed; NULL for none */
    double tau_ms, dt_ms;
    size_t n_exponents;         /* leading k, 1 .. N */
    double transient_ms;        /* state and frame settle before anything is accumulated */
    double duration_ms;         /* the most that is accumulated after the transient */
    double target_error;        /* stop when every exponent's standard error is below; 1/s; 0: use the whole duration */
    double target_error_share;  /* ... below target_error + this * |exponent| */
    rc_precision precision;     /* of tangent vectors */
    const rc_kernels *kernels;  /* NULL: the best */
    const atomic_bool *stop;    /* may be NULL; set: end soon with RC_STOPPED */
    atomic_ullong *state_steps; /* may be NULL; grows by the steps of the trials, to be watched */
    const rc_spectrum_checkpoint *checkpoint; /* may be NULL; for rc_spectrum_measure */
} rc_spectrum_plan;

/* A fixed point of the step and its exponents, the logarithms of the moduli of
 * the Jacobian's eigenvalues: ln|1 - f + f mu|/dt (map: ln|mu|/dt), mu the
 * eigenvalues of D g W. */
typedef struct rc_fixed_point {
    double *state;    /* [neuron] */
    double *exponent; /* [neuron], 1/s, descending */
    double residual;  /* max_i |F_i(state) - state_i| */
    double moved;     /* root mean square over neurons of how far Newton went */
    bool stable;      /* exponent[0] < 0, by more than rounding */
} rc_fixed_point;

/* What a trial is. The numbers are stored as flag_values, the names as
 * flag_meanings. */
#define RC_VERDICT_TABLE(X)                        \
    X(RC_VERDICT_FIXED_POINT, fixed_point)         \
    X(RC_VERDICT_LIMIT_CYCLE, limit_cycle)         \
    X(RC_VERDICT_TORUS, torus)                     \
    X(RC_VERDICT_CHAOS, chaos)                     \
    X(RC_VERDICT_TRANSIENT_CHAOS, transient_chaos) \
    X(RC_VERDICT_UNDECIDED, undecided)

typedef enum rc_verdict {
#define RC_VERDICT_ENUM(code, name) code,
    RC_VERDICT_TABLE(RC_VERDICT_ENUM)
#undef RC_VERDICT_ENUM
} rc_verdict;

enum { RC_N_VERDICTS = RC_VERDICT_UNDECIDED + 1 };

/* "fixed_point" and so on. Never NULL. */
const char *rc_verdict_name(rc_verdict verdict);

/* Quantities derived from the exponents, 1/s (times tau: per tau). Errors come
 * from the block series of each quantity's own linear combination, so that
 * covariances count. */
typedef struct rc_derived {
    rc_estimate sum;                          /* of the k exponents that are known */
    rc_estimate entropy_rate;                 /* sum of the positive ones (Pesin's bound) */
    rc_estimate kaplan_yorke;                 /* dimension; NaN unless the cumulative sum crosses zero among the k */
    size_t n_positive;                        /* exponents above 1.96 errors */
    size_t n_positive_least, n_positive_most; /* what the errors allow */
} rc_derived;

/* Lags of the autocorrelation: 0 to 20 tau. */
enum { RC_N_LAGS = 41 };

/* What the states did, apart from exponents. */
typedef struct rc_activity {
    double participation_ratio; /* (tr C)^2 / tr C^2, C the covariance of the states over time; NaN at rest */
    double autocorrelation_ms;  /* integral of the normalised autocorrelation up to its first zero; NaN at rest */
    double mean_speed;          /* mean ||dr/dt||, 1/s */
    double mean_square;         /* mean over time and neurons of r_i^2 */
    double lag_ms;              /* between lags: about tau / 2 (RC_FORM_MAP: one step) */
    double
        autocorrelation[RC_N_LAGS]; /* of the neurons together, 1 at lag 0; NaN at rest or beyond what was followed */
} rc_activity;

/* Independent looks at one result. NaN where a check does not apply. */
typedef struct rc_audit {
    double sum_rule; /* |sum of ln R_ii - sum of ln|det J|| / |the latter|, all N directions, a piece from `start` */
    double zero_exponent; /* the exponent nearest 0, 1/s: a flow away from fixed points has one at 0; NaN if all known
                             are positive */
    double twin_sigmas;   /* |twin - beside_twin| in standard errors of the difference */
    double condition;     /* of the poorest frame: see rc_spectrum */
    double half_interval; /* largest relative change of a piece's stretches when the QR interval is halved */
    double half_step;     /* change of the leading exponent over a piece when dt is halved, 1/s */
    double fixed_point;   /* largest |tangent run - eigenvalues| of sums up to gaps, 1/s */
    bool passed;
    char text[160]; /* what failed, or "passed" */
} rc_audit;

/* What one trial did. Exponents descend. */
typedef struct rc_spectrum {
    size_t n_neurons, n_exponents;
    size_t n_blocks;
    size_t n_skipped;        /* first blocks that the estimates leave out, as a transient that outlived transient_ms */
    double block_s;          /* model time of one block */
    double interval_s;       /* time between orthonormalisations */
    double condition;        /* of the poorest frame: its longest vector over its least R_ii */
    double *log_stretch;     /* ln R_ii, [block, direction]; directions in order of the frame */
    rc_estimate *exponent;   /* [exponent], 1/s; at a fixed point from the eigenvalues */
    rc_estimate *tangent;    /* [exponent], 1/s; from log_stretch, whatever the verdict */
    double *twin_stretch;    /* ln of the twin's growth, [block]; NaN where there was none */
    rc_estimate twin;        /* 1/s; Benettin's renormalised twin, over the blocks that have one; NaN if none has */
    rc_estimate beside_twin; /* 1/s; the leading direction over the same blocks, which the twin checks */
    size_t n_history;        /* the leading direction from time 0 on, transient included */
    double *history_ms;      /* [history], where a piece ends */
    double *history_stretch; /* [history], ln of the leading direction's growth in the piece */
    double *start, *state;   /* [neuron], where accumulation began, and the end */
    double start_ms;         /* when accumulation began */
    double measured_s;       /* time accumulated */
    size_t n_steps;          /* that its group took, transient included */
    double needed_s;         /* more time for the target error; 0 if reached, NaN if none was asked */
    double speed;            /* ||state change|| / sqrt(N) / dt at the end, 1/s */
    double rest_ms;          /* when the trial came to rest; NaN if it did not */
    rc_fixed_point *fixed_point; /* where it came to rest, or NULL */
    rc_derived derived;
    rc_activity activity;
    rc_audit audit;
    rc_verdict verdict;
    char reason[256];      /* the evidence, or what would decide it */
    double period_ms;      /* limit cycle; else NaN */
    double multiplier;     /* limit cycle: |Floquet multiplier| nearest the circle, exp(lambda_2 period); else NaN */
    double growth;         /* the largest ln of growth that the leading direction reached from time 0 on ... */
    double growth_ms;      /* ... and when it was (nearly) reached */
    rc_estimate transient; /* the leading direction's mean growth rate from time 0 to growth_ms, 1/s */
    bool transient_grows;  /* ... and whether it passes the test that lasting chaos has to pass */
    double lifetime_ms;    /* transient chaos: when it ended; else NaN */
    size_t attractor;      /* set by rc_attractors_match */
} rc_spectrum;

/* Measures n_trials trials from initial_states [trial, neuron] (r, or x for
 * RC_FORM_CURRENT); out [trial] receives spectra, to be destroyed by the
 * caller. Trials go side by side in groups of 8 where that is faster, else one
 * after the other; both are the same to the bit on all kernels.
 * Verdict and audit are filled in by rc_spectrum_judge.
 * plan->checkpoint: saves between orthonormalisations, at the end (if it took
 * longer than every_s, so that judging can be repeated), and when plan->stop is
 * set, after any step. A stop waits for a QR: 2 s where N = 2000, but for
 * the eigenvalues of a fixed point (30 s). What is no such measurement, or is
 * damaged, is told as RC_DAMAGED; the caller may begin again without it.
 * Errors: RC_NO_MEMORY, RC_INVALID, RC_STOPPED and RC_NOT_FINITE as for
 * rc_simulate; RC_NUMERICS, RC_DAMAGED.
 * Cost a step and group: one multiply-add for each connection and (k + 2)
 * vectors of 8 (side by side), or k / 8 vectors of 8 and one of 2. Memory: two
 * arrays of N (k + 2) 8 doubles (side by side) or of N (k + 2), one more for
 * RC_FORM_CURRENT. */
rc_status rc_spectrum_measure(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                              const double *initial_states, rc_spectrum **out);

/* Accepts NULL; leaves NULL. */
void rc_spectrum_destroy(rc_spectrum **spectrum);

/* The largest exponent, 1/s. */
rc_estimate rc_spectrum_largest(const rc_spectrum *spectrum);

/* Refines a state to a fixed point of the step by Newton's method and finds its
 * exponents. Errors: RC_NUMERICS if Newton does not converge; RC_NO_MEMORY;
 * RC_STOPPED.
 * Cost: N^3 (LU) an iteration, about 10 N^3 for the eigenvalues. */
rc_status rc_fixed_point_refine(const rc_network *network, const rc_spectrum_plan *plan, const double *state,
                                rc_fixed_point **out);
void rc_fixed_point_destroy(rc_fixed_point **point);

/* sum, entropy rate, Kaplan-Yorke dimension of a spectrum's tangent run.
 * Errors: RC_NO_MEMORY; *out is then as it was. */
rc_status rc_spectrum_derive(const rc_spectrum *spectrum, rc_derived *out);

/* Audits n_trials spectra of one measurement and gives their verdicts; what
 * fails its audit is undecided. Errors as rc_spectrum_measure. */
rc_status rc_spectrum_judge(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                            rc_spectrum *const *spectra);

/* --- Over trials ------------------------------------------------------------- */

/* A share with its 95 % interval (Wilson's score interval, doi:10.1080/
 * 01621459.1927.10502953). */
typedef struct rc_share {
    size_t n, of;
    double value, low, high;
} rc_share;

rc_share rc_share_of(size_t n, size_t of);

/* A rate of events that happen without memory, with its 95 % interval: n events
 * among `of` that were watched for `time` together, each until its event or
 * until it was lost sight of. The maximum likelihood is n / time. The interval is
 * that of a Poisson count (Garwood 1936, doi:10.1093/biomet/28.3-4.437), as
 * quantiles of chi-square: 2n degrees of freedom below, 2n + 2 above, where it
 * is a little too wide; 2n if all events happened, where it is exact. [0, INFINITY]
 * and NaN if time is not positive. Cost: 100 n. */
typedef struct rc_rate {
    size_t n, of;
    double time, value, low, high;
} rc_rate;

rc_rate rc_rate_of(size_t n, size_t of, double time);

/* How trials leave what they do at first. */
typedef struct rc_survival {
    rc_rate escape;  /* 1/s: from time 0 until perturbations no longer grow in a trial that settles */
    rc_share moving; /* trials that had not settled when they were left */
} rc_survival;

/* Of judged spectra. If some did not settle, the rate is that up to the time until
 * which it is known of all whether they had: as much before the end as those that came
 * to rest needed for it, at the most, once perturbations no longer grew. A trial
 * whose audit failed does not count. */
rc_survival rc_survival_of(size_t n_trials, rc_spectrum *const *spectra);

/* Numbers attractors 0, 1, ... in order of first trial and writes each trial's
 * number to spectrum->attractor; returns how many there are. States that
 * r -> -r maps onto each other count as one if the plan has no input.
 * SIZE_MAX where a trial is undecided. */
size_t rc_attractors_match(const rc_spectrum_plan *plan, size_t n_trials, rc_spectrum *const *spectra);

/* What judged and matched trials say together. */
typedef struct rc_spectra_summary {
    size_t n_attractors;
    rc_share chaotic;
    rc_survival survival;
} rc_spectra_summary;

rc_spectra_summary rc_spectra_summarise(size_t n_trials, rc_spectrum *const *spectra);

/* The share of trials in one attractor, and the first of them (SIZE_MAX: none is). */
rc_share rc_attractor_share(size_t attractor, size_t n_trials, rc_spectrum *const *spectra, size_t *first);

/* Judged and matched spectra in words, many lines: what `rnnchaos spectrum`
 * prints. The caller frees *out with free(). Errors: RC_NO_MEMORY. */
rc_status rc_spectra_describe(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                              rc_spectrum *const *spectra, char **out);

#ifdef __cplusplus
}
#endif
#endif
