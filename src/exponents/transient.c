/* What a trial did before it settled. */
#include <math.h>

#include "base/memory.h"
#include "exponents/spectrum.h"

/* Under no drift at all the height of a walk at its maximum has Rayleigh's
 * distribution, in standard errors (the end of a Brownian meander): exp(-z^2/2)
 * = 0.025 where a mean over a fixed time asks for z = 1.96. */
static const double maximum_sigmas = 2.72;

bool rc_series_grows(const double *x, size_t n, size_t stride, double sigmas) {
    rc_estimate whole = rc_series_mean(x, n, stride);
    rc_estimate first = rc_series_mean(x, n / 2, stride);
    rc_estimate second = rc_series_mean(x + (n - n / 2) * stride, n / 2, stride);
    return whole.value - sigmas * whole.error > 0 && whole.value * (double)n > 10 && whole.n_effective >= 10 &&
           first.value - first.error > 0 && second.value - second.error > 0;
}

/* The history up to growth_ms as growth in n pieces of equal length, which the
 * pieces of the history are not: its cumulative sum, taken as straight between
 * their ends. */
static void even_out(const rc_spectrum *s, size_t n, double *even) {
    double sum = 0, last = 0, time = 0;
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        double end = s->growth_ms * (double)(i + 1) / (double)n;
        for (; k + 1 < s->n_history && s->history_ms[k] < end; k++) {
            sum += s->history_stretch[k];
            time = s->history_ms[k];
        }
        double here = sum + s->history_stretch[k] * (end - time) / (s->history_ms[k] - time);
        even[i] = here - last;
        last = here;
    }
}

rc_status rc_transient_measure(rc_spectrum *s) {
    rc_status status = RC_OK;
    double *even = NULL;
    size_t n = 0;
    s->transient = (rc_estimate){NAN, NAN, 0};
    s->transient_grows = false;
    while (n < s->n_history && s->history_ms[n] <= s->growth_ms) n++;
    if (n == 0) return RC_OK;
    RC_TRY(RC_ARRAY(even, n, "history"));
    even_out(s, n, even);
    double piece_s = s->growth_ms / 1000 / (double)n;
    s->transient = rc_series_mean(even, n, 1);
    s->transient.value /= piece_s;
    s->transient.error /= piece_s;
    s->transient_grows = rc_series_grows(even, n, 1, maximum_sigmas);
done:
    free(even);
    return status;
}
