/* From blocks to exponents with error bars. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "exponents/spectrum.h"

enum { LEAST_SAMPLES = 20 };

static rc_estimate scale(rc_estimate e, double factor) {
    e.value *= factor;
    e.error *= fabs(factor);
    return e;
}

/* Direction i over blocks first .. first + n - 1, 1/s. */
static rc_estimate direction(const rc_spectrum *s, size_t i, size_t first, size_t n) {
    size_t k = s->n_exponents;
    return scale(rc_series_mean(s->log_stretch + first * k + i, n, k), 1 / s->block_s);
}

/* Directions come nearly in order: insertion. */
static void sort_descending(rc_estimate *e, size_t n) {
    for (size_t i = 1; i < n; i++) {
        rc_estimate moved = e[i];
        size_t j = i;
        for (; j > 0 && e[j - 1].value < moved.value; j--) e[j] = e[j - 1];
        e[j] = moved;
    }
}

static double target(const rc_spectrum_plan *plan, double exponent) {
    return plan->target_error + plan->target_error_share * fabs(exponent);
}

static bool asks_for_precision(const rc_spectrum_plan *plan) {
    return plan->target_error > 0 || plan->target_error_share > 0;
}

static bool halves_agree(const rc_spectrum *s, size_t i, double tolerance) {
    size_t half = s->n_blocks / 2;
    rc_estimate first = direction(s, i, 0, half), last = direction(s, i, s->n_blocks - half, half);
    return fabs(first.value - last.value) <= 4 * hypot(first.error, last.error) + tolerance;
}

bool rc_spectrum_reached(const rc_spectrum_plan *plan, rc_spectrum *s) {
    if (!asks_for_precision(plan)) return false;
    for (size_t i = 0; i < s->n_exponents; i++) {
        rc_estimate e = direction(s, i, 0, s->n_blocks);
        if (isinf(e.value)) continue;
        double wanted = target(plan, e.value);
        if (!(e.error <= wanted) || e.n_effective < LEAST_SAMPLES || !halves_agree(s, i, wanted)) return false;
    }
    return true;
}

/* Errors fall as one over the root of time. */
static double predict_time(const rc_spectrum_plan *plan, const rc_spectrum *s) {
    double most = 0;
    if (!asks_for_precision(plan)) return NAN;
    for (size_t i = 0; i < s->n_exponents; i++) {
        if (isinf(s->tangent[i].value)) continue;
        double ratio = s->tangent[i].error / target(plan, s->tangent[i].value);
        if (ratio > 1) most = fmax(most, s->measured_s * (ratio * ratio - 1));
        if (isnan(ratio)) most = fmax(most, s->measured_s * LEAST_SAMPLES);
    }
    return most;
}

/* Quarters are left out from the front while the halves of the rest disagree
 * about the leading exponent, three at most; if none helps, nothing is. */
static size_t find_transient(const rc_spectrum *s) {
    if (s->fixed_point) return 0;
    for (size_t quarters = 0; quarters < 4; quarters++) {
        size_t skipped = s->n_blocks * quarters / 4, half = (s->n_blocks - skipped) / 2;
        if (half < LEAST_SAMPLES) break;
        rc_estimate first = direction(s, 0, skipped, half), last = direction(s, 0, s->n_blocks - half, half);
        double apart = first.value - last.value; /* a transient that ends makes the second half calmer */
        if (fabs(apart) <= 3 * hypot(first.error, last.error) + 1 / ((double)half * s->block_s)) return skipped;
    }
    return 0;
}

/* The twin, and the leading direction beside it. */
static rc_status estimate_twin(rc_spectrum *s) {
    rc_status status = RC_OK;
    double *twin = NULL, *beside = NULL;
    size_t n = 0;
    RC_TRY(RC_ARRAY(twin, s->n_blocks, "stretches of the twin"));
    RC_TRY(RC_ARRAY(beside, s->n_blocks, "stretches beside the twin"));
    for (size_t b = s->n_skipped; b < s->n_blocks; b++) {
        if (isnan(s->twin_stretch[b])) continue;
        twin[n] = s->twin_stretch[b];
        beside[n++] = s->log_stretch[b * s->n_exponents];
    }
    s->twin = scale(rc_series_mean(twin, n, 1), 1 / s->block_s);
    s->beside_twin = scale(rc_series_mean(beside, n, 1), 1 / s->block_s);
done:
    free(twin);
    free(beside);
    return status;
}

/* Everything that n_skipped changes. */
static rc_status estimate_from(const rc_spectrum_plan *plan, rc_spectrum *s) {
    size_t n = s->n_blocks - s->n_skipped;
    for (size_t i = 0; i < s->n_exponents; i++) s->tangent[i] = direction(s, i, s->n_skipped, n);
    sort_descending(s->tangent, s->n_exponents);
    for (size_t i = 0; i < s->n_exponents; i++) {
        s->exponent[i] = s->tangent[i];
        if (s->fixed_point) s->exponent[i] = (rc_estimate){s->fixed_point->exponent[i], 0, (double)s->n_blocks};
    }
    s->needed_s = s->fixed_point ? 0 : predict_time(plan, s);
    rc_status status = estimate_twin(s);
    return status == RC_OK ? rc_spectrum_derive(s, &s->derived) : status;
}

rc_status rc_spectrum_estimate(const rc_spectrum_plan *plan, rc_spectrum *s) {
    s->n_skipped = find_transient(s);
    return estimate_from(plan, s);
}

rc_status rc_spectrum_estimate_tail(const rc_spectrum_plan *plan, rc_spectrum *s) {
    double least = INFINITY;
    size_t best = s->n_skipped;
    for (size_t quarters = 0; quarters < 4; quarters++) {
        size_t skipped = s->n_blocks * quarters / 4;
        double error = direction(s, 0, skipped, s->n_blocks - skipped).error;
        if (s->n_blocks - skipped < LEAST_SAMPLES || !(error < least)) continue;
        least = error;
        best = skipped;
    }
    s->n_skipped = best;
    return estimate_from(plan, s);
}
