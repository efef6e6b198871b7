#include <math.h>
#include <stdlib.h>

#include "exponents/spectrum.h"

/* Student's t at 97.5 % for a number of degrees of freedom that need not be
 * whole: the Cornish-Fisher expansion about the normal (Abramowitz & Stegun
 * 26.7.5), good to 2 % from 2 degrees on. */
static double student_t(double freedom) {
    const double z = 1.959963984540054;
    double v = fmax(freedom, 2), z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z, z9 = z7 * z * z;
    return z + (z3 + z) / (4 * v) + (5 * z5 + 16 * z3 + 3 * z) / (96 * v * v) +
           (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * v * v * v) +
           (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / (92160 * v * v * v * v);
}

static double autocovariance(const double *x, size_t n, size_t stride, double mean, size_t lag) {
    double sum = 0;
    for (size_t i = 0; i + lag < n; i++) sum += (x[i * stride] - mean) * (x[(i + lag) * stride] - mean);
    return sum / (double)n;
}

/* The first lag after which five autocorrelations in a row are within noise. */
static size_t find_cutoff(const double *x, size_t n, size_t stride, double mean, double variance) {
    double noise = 2 * sqrt(log10((double)n) / (double)n) * variance;
    size_t most = n / 4, quiet = 0, lag = 0;
    while (lag < most && quiet < 5) {
        lag++;
        quiet = fabs(autocovariance(x, n, stride, mean, lag)) < noise ? quiet + 1 : 0;
    }
    return lag - quiet;
}

/* The variance of sqrt(n) times the mean, by a flat-top window of half-width
 * `window` (flat = 1) or Bartlett's (flat = 0), with the bias that comes of
 * subtracting the sample mean taken out. */
static double long_run_variance(const double *x, size_t n, size_t stride, double mean, size_t window, int flat) {
    double sum = autocovariance(x, n, stride, mean, 0), weights = 1;
    for (size_t lag = 1; lag < window && lag < n; lag++) {
        double share = (double)lag / (double)window;
        double weight = flat ? fmin(1, 2 * (1 - share)) : 1 - share;
        sum += 2 * weight * autocovariance(x, n, stride, mean, lag);
        weights += 2 * weight * (1 - (double)lag / (double)n);
    }
    return sum / fmax(1 - weights / (double)n, 0.1);
}

static rc_estimate mean_of(const double *x, size_t n, size_t stride) {
    rc_estimate estimate = {NAN, NAN, 0};
    if (n == 0) return estimate;
    double sum = 0, largest = 0;
    for (size_t i = 0; i < n; i++) sum += x[i * stride];
    estimate.value = sum / (double)n;
    if (!isfinite(estimate.value)) return estimate; /* -infinity stays what it is */
    for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(x[i * stride]));
    double mean = estimate.value, variance = autocovariance(x, n, stride, mean, 0);
    estimate.n_effective = (double)n;
    if (n < 4) return estimate;
    if (variance <= 1e-28 * largest * largest) { /* constant but for rounding */
        estimate.error = 0;
        return estimate;
    }
    size_t window = 2 * (find_cutoff(x, n, stride, mean, variance) + 1);
    double long_run = long_run_variance(x, n, stride, mean, window, 1);
    /* Anticorrelated: the window's estimate may come out too small or negative. */
    double least = long_run_variance(x, n, stride, mean, window, 0) / 2;
    if (long_run < least) long_run = least;
    estimate.n_effective = fmin((double)n * variance / long_run, 1e3 * (double)n);
    double freedom = fmin(1.5 * (double)n / (double)window, estimate.n_effective);
    estimate.error = sqrt(long_run / (double)n) * student_t(freedom) / 1.959963984540054;
    return estimate;
}

/* Gathered first: it is read for each lag, and far apart that takes 40 times
 * as long. Without memory for that, as it stands. */
rc_estimate rc_series_mean(const double *x, size_t n, size_t stride) {
    double *gathered = stride > 1 ? malloc(n * sizeof *gathered + 1) : NULL;
    if (!gathered) return mean_of(x, n, stride);
    for (size_t i = 0; i < n; i++) gathered[i] = x[i * stride];
    rc_estimate estimate = mean_of(gathered, n, 1);
    free(gathered);
    return estimate;
}

double rc_series_smooth_mean(const double *x, size_t n, size_t stride) {
    double sum = 0, weights = 0;
    for (size_t i = 0; i < n; i++) {
        double u = ((double)i + 0.5) / (double)n, weight = exp(-1 / (u * (1 - u)));
        sum += weight * x[i * stride];
        weights += weight;
    }
    return sum / weights;
}
