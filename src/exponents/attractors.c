/* Which trials ended in the same place. */
#include <math.h>
#include <stdint.h>

#include "exponents/spectrum.h"

rc_share rc_share_of(size_t n, size_t of) {
    if (of == 0) return (rc_share){n, of, NAN, 0, 1};
    double z = 1.959963984540054, m = (double)of, p = (double)n / m, scale = 1 + z * z / m;
    double centre = (p + z * z / (2 * m)) / scale;
    double half = z / scale * sqrt(p * (1 - p) / m + z * z / (4 * m * m));
    return (rc_share){n, of, p, n == 0 ? 0 : fmax(0, centre - half), n == of ? 1 : fmin(1, centre + half)};
}

/* Root mean square distance over neurons, of b or its mirror image. */
static double distance(const double *a, const double *b, size_t n, bool mirror) {
    double same = 0, opposite = 0;
    for (size_t i = 0; i < n; i++) {
        same += (a[i] - b[i]) * (a[i] - b[i]);
        opposite += (a[i] + b[i]) * (a[i] + b[i]);
    }
    return sqrt((mirror ? fmin(same, opposite) : same) / (double)n);
}

static bool agree(double a, double b, double relative, double absolute) {
    return fabs(a - b) <= relative * fmax(fabs(a), fabs(b)) + absolute;
}

static bool exponents_agree(const rc_spectrum *a, const rc_spectrum *b) {
    for (size_t i = 0; i < a->n_exponents; i++) {
        rc_estimate x = a->tangent[i], y = b->tangent[i];
        if (isinf(x.value) && isinf(y.value)) continue;
        double seconds = fmin(a->measured_s, b->measured_s);
        if (!(fabs(x.value - y.value) <= 5 * hypot(x.error, y.error) + 3 / seconds)) return false;
    }
    return true;
}

/* Fixed points by where they are; cycles by period, mean speed and exponents;
 * tori and chaos by exponents and the activity's statistics. */
static bool same_attractor(const rc_spectrum *a, const rc_spectrum *b, bool mirror) {
    bool cycles = isfinite(a->period_ms) && isfinite(b->period_ms);
    if (!a->fixed_point != !b->fixed_point || isfinite(a->period_ms) != isfinite(b->period_ms)) return false;
    if (a->fixed_point) return distance(a->fixed_point->state, b->fixed_point->state, a->n_neurons, mirror) < 1e-6;
    if (cycles)
        return agree(a->period_ms, b->period_ms, 3e-3, 0) &&
               agree(a->activity.mean_speed, b->activity.mean_speed, 0.1, 0) && exponents_agree(a, b);
    return a->verdict == b->verdict && exponents_agree(a, b) &&
           agree(a->activity.mean_square, b->activity.mean_square, 0.15, 0) &&
           agree(a->activity.mean_speed, b->activity.mean_speed, 0.15, 0);
}

size_t rc_attractors_match(const rc_spectrum_plan *plan, size_t n_trials, rc_spectrum *const *spectra) {
    size_t n_attractors = 0;
    bool mirror = !plan->input;
    for (size_t i = 0; i < n_trials; i++) {
        spectra[i]->attractor = SIZE_MAX;
        if (spectra[i]->verdict == RC_VERDICT_UNDECIDED) continue;
        for (size_t j = 0; j < i && spectra[i]->attractor == SIZE_MAX; j++)
            if (spectra[j]->attractor != SIZE_MAX && same_attractor(spectra[i], spectra[j], mirror))
                spectra[i]->attractor = spectra[j]->attractor;
        if (spectra[i]->attractor == SIZE_MAX) spectra[i]->attractor = n_attractors++;
    }
    return n_attractors;
}
