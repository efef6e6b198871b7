/* Between the files of the spectrum. */
#ifndef RC_EXPONENTS_SPECTRUM_H
#define RC_EXPONENTS_SPECTRUM_H

#include <rnnchaos/spectrum.h>

#include "exponents/probe.h"

typedef struct rc_saver rc_saver;

/* Trials that go together: states [trial, neuron], out [trial]. On failure some
 * of out may be set; the caller destroys them. */
rc_status rc_group_measure(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                           const double *states, bool wide, rc_saver *saver, rc_spectrum **out);

/* Has every exponent the precision that the plan asks for? Worth at least 20
 * samples, errors below target, halves that agree. False if none is asked. */
bool rc_spectrum_reached(const rc_spectrum_plan *plan, rc_spectrum *spectrum);

/* Estimates from what has been accumulated: tangent, twin, needed_s, derived.
 * Errors: RC_NO_MEMORY. */
rc_status rc_spectrum_estimate(const rc_spectrum_plan *plan, rc_spectrum *spectrum);

/* The same for a trial that is known to have settled: from the tail (all, or
 * the last 3/4, 1/2, 1/4) that knows the leading exponent best.
 * Errors: RC_NO_MEMORY. */
rc_status rc_spectrum_estimate_tail(const rc_spectrum_plan *plan, rc_spectrum *spectrum);

/* Runs pieces of one group's trials again and writes what they tell to the
 * audits; wide as for rc_group_measure. first: it is the first group. */
rc_status rc_group_audit(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials, bool wide,
                         bool first, rc_spectrum *const *spectra);

/* Completes an audit by what the run itself tells, and passes or fails it. */
void rc_audit_conclude(const rc_spectrum_plan *plan, rc_spectrum *spectrum);

/* A closed orbit through (nearly) a state. */
typedef struct rc_orbit {
    bool found;
    double period_ms;
    double gap;          /* distance of the returns from the state, in diameters of the orbit */
    double fraction_gap; /* the same after a whole fraction of the period, the nearest of halves to twelfths */
    double autocorrelation_ms, autocorrelation[RC_N_LAGS]; /* of the states on the way, as in rc_activity */
} rc_orbit;

/* Follows up to RC_LANE_UNIT states for search_ms and looks for returns to them
 * that repeat four times without drifting. Between steps, orbits are taken as straight
 * (RC_FORM_MAP: not at all). */
rc_status rc_orbit_search(const rc_network *network, const rc_spectrum_plan *plan, size_t n_states,
                          const double *const *states, double search_ms, rc_orbit *orbits);

/* Steps between lags of the autocorrelation. */
size_t rc_orbit_lag(const rc_spectrum_plan *plan);

/* Puts a verdict on one audited spectrum. */
void rc_verdict_reach(const rc_spectrum_plan *plan, const rc_orbit *orbit, double search_ms, rc_spectrum *spectrum);

/* The mean under weights that fall smoothly to zero at both ends: where a series
 * is regular (on a cycle, on a torus) it is much nearer to its limit than the
 * plain mean, whose error falls as 1/n (Das et al. 2017, doi:10.1088/1361-6544/aa84c2). */
double rc_series_smooth_mean(const double *x, size_t n, size_t stride);

/* Does a series of growths keep growing? Its mean is above zero by `sigmas`
 * errors, its sum above 10, it is worth 10 samples, and both halves are
 * positive by one error. The one test for chaos, lasting or not. */
bool rc_series_grows(const double *x, size_t n, size_t stride, double sigmas);

/* Fills in transient and transient_grows from the history. */
rc_status rc_transient_measure(rc_spectrum *spectrum);

/* Is the leading exponent positive beyond doubt? */
bool rc_verdict_is_chaotic(const rc_spectrum *spectrum);

bool rc_spectrum_side_by_side(size_t n_trials, size_t n_exponents);

#endif
