/* How long trials move before they settle, over trials. */
#include <math.h>

#include "exponents/spectrum.h"

/* The chance of n - 1 or fewer when `mean` are expected (Poisson). */
static double chance_below(size_t n, double mean) {
    double sum = 0, log_term = -mean;
    for (size_t k = 0; k < n; k++) {
        sum += exp(log_term);
        log_term += log(mean / (double)(k + 1));
    }
    return sum;
}

/* The mean of which n - 1 or fewer have this chance: half the quantile of
 * chi-square with 2n degrees of freedom. By bisection; the chance falls. */
static double mean_of_chance(size_t n, double chance) {
    double low = 0, high = (double)n + 10 * sqrt((double)n) + 20;
    for (int i = 0; i < 100 && low < high; i++) {
        double middle = (low + high) / 2;
        if (middle == low || middle == high) break;
        if (chance_below(n, middle) > chance)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

rc_rate rc_rate_of(size_t n, size_t of, double time) {
    if (!(time > 0)) return (rc_rate){n, of, time, NAN, 0, INFINITY};
    size_t beyond = n < of ? n + 1 : n; /* one may have been about to happen */
    double low = n == 0 ? 0 : mean_of_chance(n, 0.975);
    return (rc_rate){n, of, time, (double)n / time, low / time, mean_of_chance(beyond, 0.025) / time};
}

/* Has it ended anywhere that is not chaos? */
static bool has_settled(const rc_spectrum *s) {
    return s->verdict != RC_VERDICT_CHAOS && s->verdict != RC_VERDICT_UNDECIDED;
}

static double followed(const rc_spectrum *s) { return s->start_ms / 1000 + s->measured_s; }

/* Until when is it known of every trial whether it had escaped? That one has is
 * seen later, when it comes to rest: trials that were still moving at their end
 * may have escaped up to as long before as it took others to be seen. */
static double known_until(size_t n_trials, rc_spectrum *const *spectra) {
    double end = INFINITY, delay = 0;
    for (size_t t = 0; t < n_trials; t++) {
        const rc_spectrum *s = spectra[t];
        if (!s->audit.passed) continue;
        if (!has_settled(s)) end = fmin(end, followed(s));
        if (has_settled(s) && isfinite(s->rest_ms)) delay = fmax(delay, (s->rest_ms - s->growth_ms) / 1000);
    }
    return fmax(0, end - delay);
}

rc_survival rc_survival_of(size_t n_trials, rc_spectrum *const *spectra) {
    size_t n_escaped = 0, n_moving = 0, n_known = 0;
    double seconds = 0, end = known_until(n_trials, spectra);
    for (size_t t = 0; t < n_trials; t++) {
        const rc_spectrum *s = spectra[t];
        if (!s->audit.passed) continue;
        double escaped = has_settled(s) ? s->growth_ms / 1000 : INFINITY;
        n_known++;
        n_moving += !has_settled(s);
        n_escaped += escaped <= end;
        seconds += fmin(escaped, end);
    }
    return (rc_survival){rc_rate_of(n_escaped, n_known, seconds), rc_share_of(n_moving, n_known)};
}
