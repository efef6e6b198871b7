/* From numbers to words, with the reason. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "exponents/jacobian.h"
#include "exponents/spectrum.h"

enum { LEAST_BLOCKS = 20 };

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

/* Above this an exponent is positive even if the orbit seems to close: the
 * error, and what a bounded oscillation leaves after the time measured. */
static double zero_band(const rc_spectrum *s, size_t i) {
    double seconds = (double)(s->n_blocks - s->n_skipped) * s->block_s;
    return fmax(4 * s->tangent[i].error, 3 / seconds);
}

/* How much direction i grows by over blocks first .. first + n - 1, without what
 * a regular oscillation has at either end. */
static double smooth_growth(const rc_spectrum *s, size_t i, size_t first, size_t n) {
    return rc_series_smooth_mean(s->log_stretch + first * s->n_exponents + i, n, s->n_exponents) * (double)n;
}

/* How many directions neither grow nor shrink, and how many surely shrink. On a
 * cycle or torus the growth of a neutral direction stays bounded, and its smooth
 * mean is zero to a few hundredths in all; a spiral that is told from one has
 * shrunk by more, in both halves. */
static void count_directions(const rc_spectrum *s, size_t *n_neutral, size_t *n_shrinking) {
    size_t n = s->n_blocks - s->n_skipped, half = n / 2;
    *n_neutral = *n_shrinking = 0;
    for (size_t i = 0; n >= LEAST_BLOCKS && i < s->n_exponents; i++) {
        double whole = smooth_growth(s, i, s->n_skipped, n), first = smooth_growth(s, i, s->n_skipped, half);
        double last = smooth_growth(s, i, s->n_blocks - half, half);
        *n_neutral += fabs(whole) <= 0.1 && fabs(first) <= 0.2 && fabs(last) <= 0.2;
        *n_shrinking += whole < -0.3 && first < -0.1 && last < -0.1;
    }
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
    size_t next = plan->form == RC_FORM_MAP ? 0 : 1; /* a flow's cycle has multiplier 1 along itself */
    derive_regular(s, (double)next);
    if (s->n_exponents > next) s->multiplier = exp(s->tangent[next].value * orbit->period_ms / 1000);
    decide(s, RC_VERDICT_LIMIT_CYCLE,
           "returns every %.5g ms to within %.1e of its diameter; zero exponent %.2g +- %.2g 1/s", orbit->period_ms,
           orbit->gap, s->tangent[0].value, s->tangent[0].error);
    note_transient(s, "a limit cycle");
}

/* More time for the leading exponent to leave zero by 1.96 errors. Where growth
 * stays bounded it may never: regular motion shows in a few times the run. */
static double time_to_decide(const rc_spectrum *s) {
    size_t n = s->n_blocks - s->n_skipped;
    double seconds = (double)n * s->block_s, ratio = 1.96 * s->tangent[0].error / fabs(s->tangent[0].value);
    bool bounded = fabs(smooth_growth(s, 0, s->n_skipped, n)) < 1 && s->tangent[0].error * seconds < 10;
    return isfinite(ratio) && !bounded ? fmax(1, ratio * ratio * 1.5 - 1) * seconds : 4 * seconds;
}

/* All is quiet: leading exponents are zero, the others negative. */
static void await_regular(const rc_spectrum_plan *plan, size_t n_neutral, double search_ms, rc_spectrum *s) {
    double slowest = fmin(s->tangent[n_neutral].value, -0.3 / s->measured_s);
    if (n_neutral == 0 && s->n_neurons > RC_MOST_DENSE)
        decide(
            s, RC_VERDICT_UNDECIDED,
            "comes to rest: all %zu exponents are negative, the largest %.4g 1/s, moving at %.2g 1/s; no fixed point "
            "is looked for in networks of more than %d neurons",
            s->n_exponents, s->tangent[0].value, s->speed, RC_MOST_DENSE);
    else if (n_neutral == 1 && plan->form != RC_FORM_MAP && slowest * s->measured_s < -20)
        decide(s, RC_VERDICT_UNDECIDED,
               "one exponent is zero, the next is %.3g 1/s: a cycle longer than a quarter of the %.3g s that were "
               "searched; a run of about %.3g s more would see it",
               slowest, search_ms / 1000, 4 * s->measured_s);
    else
        decide(s, RC_VERDICT_UNDECIDED,
               "approaches something: %zu of %zu exponents are zero, the next is %.3g 1/s, still moving at %.2g 1/s; "
               "about %.3g s more would bring it there",
               n_neutral, s->n_exponents, slowest, s->speed, 20 / -slowest);
}

static void stay_undecided(const rc_spectrum_plan *plan, const rc_orbit *orbit, double search_ms, rc_spectrum *s) {
    rc_estimate e = s->tangent[0], next = s->tangent[plan->form != RC_FORM_MAP && s->n_exponents > 1];
    double more = next.value < 0 ? fmax(1 / -next.value, s->measured_s) : 4 * s->measured_s;
    size_t n_neutral, n_shrinking;
    count_directions(s, &n_neutral, &n_shrinking);
    if (orbit->found && e.value <= zero_band(s, 0))
        decide(
            s, RC_VERDICT_UNDECIDED,
            "returns every %.5g ms to within %.1e of its diameter, but exponents %.3g +- %.2g and %.3g +- %.2g 1/s do "
            "not yet tell a cycle from a spiral or torus; about %.3g s more would",
            orbit->period_ms, orbit->gap, e.value, e.error, next.value, next.error, more);
    else if (n_shrinking > 0 && n_neutral + n_shrinking == s->n_exponents)
        await_regular(plan, n_neutral, search_ms, s);
    else
        decide(s, RC_VERDICT_UNDECIDED,
               "leading exponent %.3g +- %.2g 1/s is not told from zero and no orbit closed within %.3g s; about %.3g "
               "s more would decide",
               e.value, e.error, search_ms / 1000, time_to_decide(s));
}

/* On its way to a cycle, a spiral closes after some periods better than after
 * one. Such a return counts once the spiral has had the time to die out. */
static bool may_be_spiral(const rc_orbit *orbit, size_t n_own, const rc_spectrum *s) {
    double seconds = s->start_ms / 1000 + s->measured_s;
    return orbit->fraction_gap < 0.1 && s->n_exponents > n_own && s->tangent[n_own].value * seconds > -7;
}

/* A closed orbit whose neighbours come nearer, all but (in a flow) those on itself. */
static bool is_cycle(const rc_spectrum_plan *plan, const rc_orbit *orbit, const rc_spectrum *s) {
    size_t n_neutral, n_shrinking, n_own = plan->form != RC_FORM_MAP;
    count_directions(s, &n_neutral, &n_shrinking);
    if (!orbit->found || s->tangent[0].value > zero_band(s, 0) || may_be_spiral(orbit, n_own, s)) return false;
    if (n_neutral > n_own || n_shrinking > s->n_exponents - n_own) return false;
    bool along_shrinks = n_neutral < n_own && s->tangent[0].value + 4 * s->tangent[0].error < 0;
    if (along_shrinks) return false; /* a spiral */
    return s->n_exponents == n_own || s->tangent[n_own].value + 1.96 * s->tangent[n_own].error < 0;
}

/* The torus's dimension (a map: of the closed curve and up), 0 if it is none. An
 * attractor has one direction at least that shrinks. */
static size_t torus_dimension(const rc_spectrum_plan *plan, const rc_spectrum *s) {
    size_t n_neutral, n_shrinking;
    count_directions(s, &n_neutral, &n_shrinking);
    if (n_neutral < (plan->form == RC_FORM_MAP ? 1 : 2) || n_neutral == s->n_neurons) return 0;
    return n_neutral + n_shrinking == s->n_exponents ? n_neutral : 0;
}

static void settle_on_torus(size_t dimension, rc_spectrum *s) {
    bool all = dimension == s->n_exponents;
    derive_regular(s, (double)dimension);
    if (all) s->derived.kaplan_yorke = (rc_estimate){NAN, NAN, 0}; /* there may be more */
    decide(s, RC_VERDICT_TORUS, "%zu exponent%s zero (the largest %.2g +- %.2g 1/s), %s, no orbit closed", dimension,
           dimension > 1 ? "s are" : " is", s->tangent[0].value, s->tangent[0].error,
           all ? "all that are known" : "the next is negative");
    note_transient(s, "a torus");
}

void rc_verdict_reach(const rc_spectrum_plan *plan, const rc_orbit *orbit, double search_ms, rc_spectrum *s) {
    rc_estimate e = s->tangent[0];
    size_t dimension;
    if (s->fixed_point)
        settle_at_point(s);
    else if (rc_verdict_is_chaotic(s))
        decide(s, RC_VERDICT_CHAOS,
               "largest exponent %.4g +- %.2g 1/s over %.3g s, positive in both halves; twin %.4g 1/s", e.value,
               e.error, (double)(s->n_blocks - s->n_skipped) * s->block_s, s->twin.value);
    else if (is_cycle(plan, orbit, s))
        settle_on_cycle(plan, orbit, s);
    else if ((dimension = torus_dimension(plan, s)) > 0)
        settle_on_torus(dimension, s);
    else
        stay_undecided(plan, orbit, search_ms, s);
    if (!s->audit.passed) {
        s->lifetime_ms = NAN;
        decide(s, RC_VERDICT_UNDECIDED, "audit failed: %s", s->audit.text);
    }
}
