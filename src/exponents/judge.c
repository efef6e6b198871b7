/* Audits and verdicts over the trials of one measurement. */
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "exponents/fixed_point.h"
#include "exponents/spectrum.h"

enum { UNIT = RC_LANE_UNIT };

/* Long enough to see four returns of slow cycles, and longer in a longer run. */
static double search_time(const rc_spectrum_plan *plan) {
    return fmax(plan->duration_ms / 2, plan->form == RC_FORM_MAP ? 4000 * plan->dt_ms : 500 * plan->tau_ms);
}

static double natural_ms(const rc_spectrum_plan *plan) {
    return plan->form == RC_FORM_MAP ? 20 * plan->dt_ms : plan->tau_ms;
}

/* A run that ended on its way to a fixed point: Newton may go the rest of it. */
static rc_status finish_approach(const rc_network *network, const rc_spectrum_plan *plan, rc_spectrum *s) {
    rc_fixed_point *found = NULL;
    if (s->fixed_point || s->tangent[0].value > 0 || s->speed * natural_ms(plan) / 1000 > 1e-2) return RC_OK;
    rc_status status = rc_fixed_point_refine(network, plan, s->state, &found);
    if (status == RC_NUMERICS) return RC_OK;
    if (status != RC_OK) return status;
    double apart = fabs(found->exponent[0] - s->tangent[0].value);
    if (found->stable && found->moved < 0.03 && apart < 4 * s->tangent[0].error + 0.2 * fabs(found->exponent[0]))
        s->rest_ms = s->start_ms + 1000 * s->measured_s;
    else
        rc_fixed_point_destroy(&found);
    s->fixed_point = found;
    return RC_OK;
}

/* Searches for the orbits of those trials that move, side by side. */
static rc_status search_orbits(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                               rc_spectrum *const *spectra, double *search_ms, rc_orbit *orbits) {
    const double *states[UNIT];
    rc_orbit found[UNIT];
    size_t n_states = 0, trials[UNIT];
    *search_ms = 200 * natural_ms(plan);
    for (size_t trial = 0; trial < n_trials; trial++) {
        orbits[trial] = (rc_orbit){.autocorrelation_ms = NAN};
        for (size_t lag = 0; lag < RC_N_LAGS; lag++) orbits[trial].autocorrelation[lag] = NAN;
        if (spectra[trial]->fixed_point) continue;
        if (!rc_verdict_is_chaotic(spectra[trial])) *search_ms = search_time(plan);
        trials[n_states] = trial;
        states[n_states++] = spectra[trial]->state;
    }
    if (n_states == 0) return RC_OK;
    rc_status status = rc_orbit_search(network, plan, n_states, states, *search_ms, found);
    if (status != RC_OK) return status;
    for (size_t k = 0; k < n_states; k++) orbits[trials[k]] = found[k];
    return RC_OK;
}

static rc_status judge_group(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                             rc_spectrum *const *spectra) {
    rc_status status = RC_OK;
    rc_orbit orbits[UNIT];
    double search_ms;
    for (size_t trial = 0; trial < n_trials; trial++) RC_TRY(finish_approach(network, plan, spectra[trial]));
    RC_TRY(search_orbits(network, plan, n_trials, spectra, &search_ms, orbits));
    for (size_t trial = 0; trial < n_trials; trial++) {
        rc_spectrum *s = spectra[trial];
        s->activity.autocorrelation_ms = orbits[trial].autocorrelation_ms;
        s->activity.lag_ms = (double)rc_orbit_lag(plan) * plan->dt_ms;
        memcpy(s->activity.autocorrelation, orbits[trial].autocorrelation, sizeof s->activity.autocorrelation);
        if (orbits[trial].found) RC_TRY(rc_spectrum_estimate_tail(plan, s));
        if (s->fixed_point) RC_TRY(rc_spectrum_estimate(plan, s));
        RC_TRY(rc_transient_measure(s));
        rc_audit_conclude(plan, s);
        rc_verdict_reach(plan, &orbits[trial], search_ms, s);
    }
done:
    return status;
}

rc_status rc_spectrum_judge(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                            rc_spectrum *const *spectra) {
    rc_status status = RC_OK;
    bool side_by_side = rc_spectrum_side_by_side(n_trials, plan->n_exponents);
    for (size_t first = 0, n; first < n_trials; first += n) {
        n = side_by_side ? (n_trials - first < UNIT ? n_trials - first : UNIT) : 1;
        RC_TRY(rc_group_audit(network, plan, n, !side_by_side, first == 0, spectra + first));
    }
    for (size_t first = 0; first < n_trials; first += UNIT)
        RC_TRY(judge_group(network, plan, n_trials - first < UNIT ? n_trials - first : UNIT, spectra + first));
done:
    return status;
}
