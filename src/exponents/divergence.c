#include <math.h>

#include <rnnchaos/exponents.h>

const char *rc_divergence_outcome_name(rc_divergence_outcome outcome) {
    switch (outcome) {
#define RC_DIVERGENCE_CASE(code, name) \
    case code: return #name;
        RC_DIVERGENCE_TABLE(RC_DIVERGENCE_CASE)
#undef RC_DIVERGENCE_CASE
    }
    return "unknown";
}

/* mean[step] over the kept trials, added in trial order; returns their number. */
static size_t average_kept(const double *distance, size_t n_steps, size_t n_trials, double minimum_distance,
                           double *mean) {
    const double *last = distance + (n_steps - 1) * n_trials;
    size_t n_kept = 0;
    for (size_t k = 0; k < n_trials; k++) n_kept += last[k] >= minimum_distance;
    for (size_t t = 0; t < n_steps; t++) {
        double sum = 0;
        for (size_t k = 0; k < n_trials; k++)
            if (last[k] >= minimum_distance) sum += distance[t * n_trials + k];
        mean[t] = sum / (double)n_kept; /* 0/0: NaN where none is kept */
    }
    return n_kept;
}

/* The first step at which ln mean reaches its share of the maximum. */
static size_t find_saturation(const double *mean, size_t n_steps, double share) {
    double largest = -INFINITY;
    for (size_t t = 0; t < n_steps; t++) largest = fmax(largest, log(mean[t]));
    size_t t = 0;
    while (t < n_steps && log(mean[t]) < share * largest) t++;
    return t;
}

/* Least-squares slope of ln mean against the step, about the centre of both. */
static double fit_slope(const double *mean, size_t n) {
    double centre = (double)(n - 1) / 2, average = 0, above = 0, below = 0;
    for (size_t t = 0; t < n; t++) average += log(mean[t]) / (double)n;
    for (size_t t = 0; t < n; t++) {
        double x = (double)t - centre;
        above += x * (log(mean[t]) - average);
        below += x * x;
    }
    return above / below;
}

rc_divergence rc_divergence_measure(const double *distance, size_t n_steps, size_t n_trials, double dt_ms,
                                    double minimum_distance, double saturation, double *mean) {
    rc_divergence result = {.exponent = NAN, .outcome = RC_DIVERGENCE_NO_TRIAL_KEPT};
    result.n_kept = average_kept(distance, n_steps, n_trials, minimum_distance, mean);
    if (result.n_kept == 0) return result;
    result.n_fit_steps = find_saturation(mean, n_steps, saturation);
    result.outcome = RC_DIVERGENCE_TOO_SHORT;
    if (result.n_fit_steps < 2) return result;
    result.exponent = 1000 / dt_ms * fit_slope(mean, result.n_fit_steps);
    result.outcome = RC_DIVERGENCE_FITTED;
    return result;
}
