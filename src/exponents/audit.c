/* Independent looks at a spectrum: short pieces run again in other ways. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "exponents/jacobian.h"
#include "exponents/spectrum.h"

enum { MOST_DETERMINANTS = 2, MOST_FOR_EVERY_TRIAL = 1000 };

/* --- The sum rule --------------------------------------------------------------- */

/* With all N directions, sum ln R_ii over steps is sum ln|det J| over the same
 * steps, whatever the frame. */
static rc_status compare_determinants(rc_field *field, rc_probe *probe, size_t n_steps, double *residual) {
    rc_status status = RC_OK;
    const rc_spectrum_plan *plan = field->plan;
    size_t n = field->network->n_neurons;
    double *matrix = NULL, stretched = 0, determinant = 0;
    int *pivots = NULL;
    RC_TRY(RC_ARRAY(matrix, n * n, "Jacobian"));
    RC_TRY(RC_ARRAY(pivots, n, "pivots"));
    for (size_t step = 0; step < n_steps; step++) {
        rc_bundle_get_point(probe->bundle, RC_POINT_STATE, 0, probe->state);
        determinant += rc_field_log_determinant(field, plan->dt_ms / plan->tau_ms, probe->state, matrix, pivots);
        if (plan->stop && atomic_load(plan->stop)) {
            status = rc_fail(RC_STOPPED, "stopped");
            goto done;
        }
        RC_TRY(rc_probe_advance(probe, 1, 1));
        for (size_t i = 0; i < n; i++) stretched += probe->log_stretch[i];
    }
    *residual = fabs(stretched - determinant) / fmax(1, fabs(determinant));
    if (isinf(determinant) || isinf(stretched)) *residual = determinant == stretched ? 0 : NAN;
done:
    free(matrix);
    free(pivots);
    return status;
}

/* Over as many steps as about 2e8 multiply-adds allow, at least one. */
static rc_status audit_sum_rule(const rc_network *network, const rc_spectrum_plan *plan, rc_spectrum *s) {
    rc_status status = RC_OK;
    double n = (double)network->n_neurons, affordable = 2e8 / (n * n * n);
    size_t n_steps = affordable < 1 ? 1 : (size_t)fmin(affordable, MOST_DETERMINANTS);
    rc_field field = {0};
    rc_probe *probe = NULL;
    if (network->n_neurons > RC_MOST_DENSE) return RC_OK;
    RC_TRY(rc_field_open(network, plan, &field));
    RC_TRY(rc_probe_create(network, plan, 1, network->n_neurons, true, &probe));
    RC_TRY(rc_probe_start(probe, s->start));
    RC_TRY(compare_determinants(&field, probe, n_steps, &s->audit.sum_rule));
done:
    rc_field_close(&field);
    rc_probe_destroy(&probe);
    return status;
}

/* --- Pieces run again -------------------------------------------------------------- */

static double relative_change(const double *a, const double *b, size_t n) {
    double most = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(a[i]) || isfinite(b[i])) most = fmax(most, fabs(a[i] - b[i]) / fmax(1, fabs(a[i])));
    return most;
}

typedef struct {
    const rc_network *network;
    const rc_spectrum_plan *plan;
    size_t n_trials, interval, n_intervals;
    bool wide;
    rc_spectrum *const *spectra;
    double *starts, *stretch; /* [trial, neuron], [trial, exponent] */
} pieces;

/* Some intervals from the trials' starts, with this dt and orthonormalisation;
 * *out: ln R_ii [trial, direction], valid while the probe lives. */
static rc_status run_piece(const pieces *w, size_t n_directions, size_t halvings, size_t interval, rc_probe **probe) {
    rc_status status = RC_OK;
    rc_spectrum_plan plan = *w->plan;
    plan.dt_ms = ldexp(plan.dt_ms, -(int)halvings);
    RC_TRY(rc_probe_create(w->network, &plan, w->n_trials, n_directions, w->wide, probe));
    RC_TRY(rc_probe_start(*probe, w->starts));
    RC_TRY(rc_probe_advance(*probe, (w->n_intervals * w->interval) << halvings, interval));
done:
    return status;
}

static rc_status audit_interval(const pieces *w) {
    rc_status status = RC_OK;
    size_t k = w->plan->n_exponents;
    rc_probe *probe = NULL;
    if (w->interval < 2) return RC_OK;
    RC_TRY(run_piece(w, k, 0, (w->interval + 1) / 2, &probe));
    for (size_t trial = 0; trial < w->n_trials; trial++)
        w->spectra[trial]->audit.half_interval =
            relative_change(w->stretch + trial * k, probe->log_stretch + trial * k, k);
done:
    rc_probe_destroy(&probe);
    return status;
}

static rc_status audit_step(const pieces *w) {
    rc_status status = RC_OK;
    size_t k = w->plan->n_exponents;
    rc_probe *probe = NULL;
    if (w->plan->form == RC_FORM_MAP) return RC_OK;
    RC_TRY(run_piece(w, 1, 1, 2 * w->interval, &probe)); /* the leading one needs no others */
    double seconds = (double)(w->n_intervals * w->interval) * w->plan->dt_ms / 1000;
    for (size_t trial = 0; trial < w->n_trials; trial++)
        w->spectra[trial]->audit.half_step = (probe->log_stretch[trial] - w->stretch[trial * k]) / seconds;
done:
    rc_probe_destroy(&probe);
    return status;
}

static rc_status audit_pieces(pieces *w) {
    rc_status status = RC_OK;
    size_t n = w->network->n_neurons, k = w->plan->n_exponents;
    rc_probe *probe = NULL;
    RC_TRY(RC_ARRAY(w->starts, w->n_trials * n, "states"));
    RC_TRY(RC_ARRAY(w->stretch, w->n_trials * k, "stretches"));
    for (size_t trial = 0; trial < w->n_trials; trial++)
        memcpy(w->starts + trial * n, w->spectra[trial]->start, n * sizeof(double));
    RC_TRY(run_piece(w, k, 0, w->interval, &probe));
    memcpy(w->stretch, probe->log_stretch, w->n_trials * k * sizeof(double));
    rc_probe_destroy(&probe);
    RC_TRY(audit_interval(w));
    RC_TRY(audit_step(w));
done:
    rc_probe_destroy(&probe);
    free(w->starts);
    free(w->stretch);
    return status;
}

/* --- What the run itself tells ---------------------------------------------------------- */

static double nearest_zero(const rc_spectrum *s, double *error) {
    double nearest = INFINITY;
    for (size_t i = 0; i < s->n_exponents; i++)
        if (fabs(s->tangent[i].value) < fabs(nearest)) {
            nearest = s->tangent[i].value;
            *error = s->tangent[i].error;
        }
    return nearest;
}

/* The mean of the first n directions' summed stretching rates over blocks
 * from .. to - 1, 1/s. */
static double summed_rate(const rc_spectrum *s, size_t n, size_t from, size_t to) {
    double sum = 0;
    for (size_t b = from; b < to; b++)
        for (size_t j = 0; j < n; j++) sum += s->log_stretch[b * s->n_exponents + j];
    return sum / ((double)(to - from) * s->block_s);
}

/* At a fixed point, the volume of the first n directions must grow as the
 * first n eigenvalues say, once the frame has found them. From a random frame
 * that takes about 10/gap, gap being the one that follows the n-th; sums that
 * had less time before the last quarter are left out. The last quarter may miss
 * the eigenvalues by as much as it still moved from the third. */
static double compare_eigenvalues(const rc_spectrum *s, double allowed, bool *agree) {
    size_t quarter = s->n_blocks / 4, last = s->n_blocks;
    double seconds = (double)quarter * s->block_s, exact = 0, most = NAN;
    *agree = true;
    for (size_t n = 1; quarter > 0 && n <= s->n_exponents; n++) {
        const double *exponent = s->fixed_point->exponent;
        exact += exponent[n - 1];
        double gap = n < s->n_neurons ? exponent[n - 1] - exponent[n] : INFINITY;
        if (isinf(exact) || 3 * gap * seconds < 10) continue;
        double rate = summed_rate(s, n, last - quarter, last);
        double moved = fabs(rate - summed_rate(s, n, last - 2 * quarter, last - quarter));
        most = fmax(most, fabs(rate - exact));
        if (!(fabs(rate - exact) <= allowed * fmax(1, fabs(exact)) + 5 * moved)) *agree = false;
    }
    return most;
}

static void fail_audit(rc_audit *audit, const char *text) {
    if (audit->passed) snprintf(audit->text, sizeof audit->text, "%s", text);
    audit->passed = false;
}

void rc_audit_conclude(const rc_spectrum_plan *plan, rc_spectrum *s) {
    rc_audit *a = &s->audit;
    const rc_rounding *rounding = rc_rounding_of(plan->precision);
    double error = 0;
    bool agree = true;
    a->passed = true;
    snprintf(a->text, sizeof a->text, "passed");
    a->condition = s->condition;
    if (s->fixed_point) a->fixed_point = compare_eigenvalues(s, rounding->eigenvalue, &agree);
    if (!s->fixed_point && plan->form != RC_FORM_MAP) {
        double zero = nearest_zero(s, &error);
        bool inside = s->tangent[0].value > 0 && s->tangent[s->n_exponents - 1].value < 0;
        a->zero_exponent = s->tangent[s->n_exponents - 1].value > 0 ? NAN : zero; /* or it is further down */
        if (inside && fabs(zero) > 5 * error + 5 / s->measured_s) fail_audit(a, "no exponent of the flow is near zero");
    }
    if (!s->fixed_point && isfinite(s->tangent[0].value)) {
        double gap = fabs(s->twin.value - s->beside_twin.value);
        a->twin_sigmas = gap / fmax(hypot(s->twin.error, s->beside_twin.error), 1 / s->measured_s / 100);
        if (a->twin_sigmas > 4) fail_audit(a, "twin and tangent disagree about the leading exponent");
    }
    if (a->sum_rule > rounding->sum_rule) fail_audit(a, "exponents do not add up to the mean ln|det J|");
    if (a->half_interval > rounding->half_interval)
        fail_audit(a, "halving the orthonormalisation interval changes exponents");
    /* After a single step. In double precision what is lost then is as good as zero. */
    if (plan->precision == RC_PRECISION_SINGLE && a->condition > rounding->condition_most)
        fail_audit(a, "frames are too poor for single precision");
    if (!agree) fail_audit(a, "tangent run and eigenvalues disagree at the fixed point");
}

/* Large networks are audited at the first trial, one interval long where all
 * the work is one trial's: N = 2000 takes most of a minute. */
rc_status rc_group_audit(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials, bool wide,
                         bool first, rc_spectrum *const *spectra) {
    rc_status status = RC_OK;
    size_t interval = (size_t)floor(spectra[0]->interval_s * 1000 / plan->dt_ms + 0.5);
    bool large = network->n_neurons > MOST_FOR_EVERY_TRIAL;
    pieces w = {network, plan, n_trials, interval, large && wide ? 1 : 2, wide, spectra, NULL, NULL};
    for (size_t trial = 0; trial < n_trials; trial++) {
        spectra[trial]->audit = (rc_audit){NAN, NAN, NAN, NAN, NAN, NAN, NAN, false, ""};
        if (!large || (first && trial == 0)) RC_TRY(audit_sum_rule(network, plan, spectra[trial]));
    }
    if (!large || !wide || first) RC_TRY(audit_pieces(&w));
done:
    return status;
}
