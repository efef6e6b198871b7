/* Quantities that follow from the spectrum. */
#include <math.h>

#include "base/memory.h"
#include "exponents/spectrum.h"

/* The mean of the sum of directions 0 .. n - 1, from the series of sums. */
static rc_estimate sum_of_first(const rc_spectrum *s, size_t n, double *series) {
    for (size_t b = s->n_skipped; b < s->n_blocks; b++) {
        series[b] = 0;
        for (size_t i = 0; i < n; i++) series[b] += s->log_stretch[b * s->n_exponents + i];
    }
    rc_estimate e = rc_series_mean(series + s->n_skipped, s->n_blocks - s->n_skipped, 1);
    e.value /= s->block_s;
    e.error /= s->block_s;
    return e;
}

static size_t count_above(const rc_spectrum *s, double sigmas) {
    size_t n = 0;
    for (size_t i = 0; i < s->n_exponents; i++) n += s->exponent[i].value + sigmas * s->exponent[i].error > 0;
    return n;
}

/* j + S_j / |lambda_{j+1}|, S_j the last cumulative sum that is not negative;
 * its error to first order, j held fixed. */
static rc_estimate kaplan_yorke(const rc_spectrum *s, double *series) {
    double sum = 0;
    for (size_t j = 0; j < s->n_exponents; j++) {
        double next = s->exponent[j].value;
        if (sum + next >= 0) {
            sum += next;
            continue;
        }
        rc_estimate e = {(double)j + sum / -next, 0, INFINITY};
        if (s->fixed_point || j == 0) return e;
        for (size_t b = s->n_skipped; b < s->n_blocks; b++) { /* d(S/|l|) = dS/|l| + S dl/l^2 */
            const double *stretch = s->log_stretch + b * s->n_exponents;
            series[b] = 0;
            for (size_t i = 0; i < j; i++) series[b] += stretch[i] / (-next * s->block_s);
            if (isfinite(next)) series[b] += sum * stretch[j] / (next * next * s->block_s);
        }
        rc_estimate spread = rc_series_mean(series + s->n_skipped, s->n_blocks - s->n_skipped, 1);
        e.error = spread.error;
        e.n_effective = spread.n_effective;
        return e;
    }
    return (rc_estimate){NAN, NAN, 0};
}

rc_status rc_spectrum_derive(const rc_spectrum *s, rc_derived *out) {
    rc_status status = RC_OK;
    rc_derived d;
    double *series;
    size_t n_above = 0;
    RC_TRY(RC_ARRAY(series, s->n_blocks + 1, "sums of exponents"));
    while (n_above < s->n_exponents && s->exponent[n_above].value > 0) n_above++;
    d.sum = sum_of_first(s, s->n_exponents, series);
    d.entropy_rate = sum_of_first(s, n_above, series);
    d.kaplan_yorke = kaplan_yorke(s, series);
    d.n_positive = d.n_positive_least = count_above(s, -1.96);
    d.n_positive_most = count_above(s, 1.96);
    if (s->fixed_point) {
        d.entropy_rate = (rc_estimate){0, 0, (double)s->n_blocks};
        d.sum = (rc_estimate){0, 0, (double)s->n_blocks};
        for (size_t i = 0; i < s->n_exponents; i++) d.sum.value += s->exponent[i].value;
    }
    free(series);
    *out = d;
done:
    return status;
}
