/* From numbers to words, with the reason. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "exponents/spectrum.h"

/* ln 2^53: after this much growth the last bit of a state has become everything.
 * One passage by a saddle can do that, and no more, as no state of 53 bits is
 * nearer to the saddle's stable set; that it happens again, in full, from a
 * state that the dynamics made, is what makes a transient chaotic. */
static const double one_memory = 36.74;

const char *rc_verdict_name(rc_verdict verdict) {
    switch (verdict) {
#define RC_VERDICT_CASE(code, name) \
    case code: return #name;
        RC_VERDICT_TABLE(RC_VERDICT_CASE)
#undef RC_VERDICT_CASE
    }
    return "unknown";
}

__attribute__((format(printf, 3, 4))) static void decide(rc_spectrum *s, rc_verdict verdict, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(s->reason, sizeof s->reason, format, arguments);
    va_end(arguments);
    s->verdict = verdict;
}

/* What counts as zero: the error, and what a bounded oscillation leaves after
 * the time measured. */
static double zero_band(const rc_spectrum *s, size_t i) {
    double seconds = (double)(s->n_blocks - s->n_skipped) * s->block_s;
    return fmax(4 * s->tangent[i].error, 3 / seconds);
}

/* Has the growth stopped in the last quarter? */
static bool has_calmed(const rc_spectrum *s) {
    size_t n = (s->n_blocks - s->n_skipped) / 4;
    rc_estimate last = rc_series_mean(s->log_stretch + (s->n_blocks - n) * s->n_exponents, n, s->n_exponents);
    return (last.value + 3 * last.error) / s->block_s < 0.3 * s->tangent[0].value;
}

bool rc_verdict_is_chaotic(const rc_spectrum *s) {
    const double *leading = s->log_stretch + s->n_skipped * s->n_exponents;
    return !s->fixed_point && rc_series_grows(leading, s->n_blocks - s->n_skipped, s->n_exponents, 1.96) &&
           !has_calmed(s);
}

/* Chaotic before it settled in what `where` names? If only sensitive, the
 * reason says how much. */
static void note_transient(rc_spectrum *s, const char *where) {
    char before[96];
    size_t used = strlen(s->reason);
    if (!s->transient_grows) {
        snprintf(s->reason + used, sizeof s->reason - used, " (before: e^%.0f)", s->growth);
        return;
    }
    snprintf(before, sizeof before, "for %.3g s: perturbations grew by e^%.0f, at %.3g +- %.2g 1/s",
             s->growth_ms / 1000, s->growth, s->transient.value, s->transient.error);
    if (s->growth < 2 * one_memory) {
        snprintf(s->reason + used, sizeof s->reason - used, "; before, sensitive %s, below 2 ln 2^53", before);
        return;
    }
    s->lifetime_ms = s->growth_ms;
    decide(s, RC_VERDICT_TRANSIENT_CHAOS, "chaotic %s, above 2 ln 2^53; then settled at %s", before, where);
}

static void settle_at_point(rc_spectrum *s) {
    decide(s, RC_VERDICT_FIXED_POINT,
           "at rest after %.3g s at a stable fixed point, largest exponent %.4g 1/s from the eigenvalues",
           s->rest_ms / 1000, s->fixed_point->exponent[0]);
    note_transient(s, "a stable fixed point");
}

/* Where the leading n exponents are known to be exactly zero. */
static void derive_regular(rc_spectrum *s, double n) {
    s->derived.kaplan_yorke = (rc_estimate){n, 0, (double)s->n_blocks};
    s->derived.entropy_rate = (rc_estimate){0, 0, (double)s->n_blocks};
    s->derived.n_positive = s->derived.n_positive_least = 0;
}

static void settle_on_cycle(const rc_spectrum_plan *plan, const rc_orbit *orbit, rc_spectrum *s) {
    s->period_ms = orbit->period_ms;
    derive_regular(s, s->tangent[0].value < -zero_band(s, 0) ? 0 : 1);
    size_t next = plan->form == RC_FORM_MAP ? 0 : 1; /* a flow's cycle has multiplier 1 along itself */
    if (s->n_exponents > next) s->multiplier = exp(s->tangent[next].value * orbit->period_ms / 1000);
    decide(s, RC_VERDICT_LIMIT_CYCLE,
           "returns every %.5g ms to within %.1e of its diameter; zero exponent %.2g +- %.2g 1/s", orbit->period_ms,
           orbit->gap, s->tangent[0].value, s->tangent[0].error);
    note_transient(s, "a limit cycle");
}

/* More time for the leading exponent to leave zero by 1.96 errors. */
static double time_to_decide(const rc_spectrum *s) {
    double seconds = (double)(s->n_blocks - s->n_skipped) * s->block_s;
    double ratio = 1.96 * s->tangent[0].error / fabs(s->tangent[0].value);
    return isfinite(ratio) ? fmax(1, ratio * ratio * 1.5 - 1) * seconds : 4 * seconds;
}

static void stay_undecided(const rc_spectrum_plan *plan, double search_ms, rc_spectrum *s) {
    rc_estimate e = s->tangent[0];
    if (plan->form != RC_FORM_MAP && e.value < -zero_band(s, 0))
        decide(s, RC_VERDICT_UNDECIDED,
               "approaches something: exponent %.3g +- %.2g 1/s, still moving at %.2g 1/s; about %.3g s more would "
               "bring it to rest",
               e.value, e.error, s->speed, 20 / -e.value);
    else
        decide(s, RC_VERDICT_UNDECIDED,
               "leading exponent %.3g +- %.2g 1/s is not told from zero and no orbit closed within %.3g s; about %.3g "
               "s more would decide",
               e.value, e.error, search_ms / 1000, time_to_decide(s));
}

/* On a torus the growth of the neutral directions stays bounded: their mean
 * over T is known to a few 1/T. */
static bool is_torus(const rc_spectrum_plan *plan, const rc_spectrum *s) {
    size_t n_zero = plan->form == RC_FORM_MAP ? 1 : 2;
    if (s->n_exponents <= n_zero || s->tangent[0].n_effective < 10) return false;
    for (size_t i = 0; i < n_zero; i++)
        if (!(fabs(s->tangent[i].value) <= zero_band(s, i) && s->tangent[i].error * s->measured_s <= 3)) return false;
    return s->tangent[n_zero].value < -zero_band(s, n_zero);
}

void rc_verdict_reach(const rc_spectrum_plan *plan, const rc_orbit *orbit, double search_ms, rc_spectrum *s) {
    rc_estimate e = s->tangent[0];
    if (s->fixed_point)
        settle_at_point(s);
    else if (rc_verdict_is_chaotic(s))
        decide(s, RC_VERDICT_CHAOS,
               "largest exponent %.4g +- %.2g 1/s over %.3g s, positive in both halves; twin %.4g 1/s", e.value,
               e.error, (double)(s->n_blocks - s->n_skipped) * s->block_s, s->twin.value);
    else if (orbit->found && e.value <= zero_band(s, 0))
        settle_on_cycle(plan, orbit, s);
    else if (is_torus(plan, s)) {
        derive_regular(s, plan->form == RC_FORM_MAP ? 1 : 2);
        decide(s, RC_VERDICT_TORUS, "%s exponents are zero (%.2g +- %.2g 1/s), the next is negative, no orbit closed",
               plan->form == RC_FORM_MAP ? "leading" : "two", e.value, e.error);
        note_transient(s, "a torus");
    } else
        stay_undecided(plan, search_ms, s);
    if (!s->audit.passed) {
        s->lifetime_ms = NAN;
        decide(s, RC_VERDICT_UNDECIDED, "audit failed: %s", s->audit.text);
    }
}
