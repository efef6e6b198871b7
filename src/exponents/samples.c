#include "exponents/samples.h"

#include <math.h>
#include <string.h>

#include <cblas.h>

#include "base/blas.h"
#include "base/memory.h"

rc_status rc_samples_open(size_t n_neurons, size_t capacity, rc_samples *samples) {
    *samples = (rc_samples){.n_neurons = n_neurons, .capacity = capacity, .stride = 1};
    return RC_ARRAY(samples->state, n_neurons * capacity, "sampled states");
}

void rc_samples_close(rc_samples *samples) {
    free(samples->state);
    *samples = (rc_samples){0};
}

void rc_samples_clear(rc_samples *samples) {
    samples->n = samples->offered = 0;
    samples->stride = 1;
}

void rc_samples_offer(rc_samples *s, const double *state) {
    size_t bytes = s->n_neurons * sizeof *state;
    if (s->offered++ % s->stride != 0) return;
    if (s->n == s->capacity) {
        for (size_t i = 1; 2 * i < s->n; i++)
            memcpy(s->state + i * s->n_neurons, s->state + 2 * i * s->n_neurons, bytes);
        s->n = (s->n + 1) / 2;
        s->stride *= 2;
        if ((s->offered - 1) % s->stride != 0) return;
    }
    memcpy(s->state + s->n++ * s->n_neurons, state, bytes);
}

/* Returns the variance summed over neurons and samples. */
static double subtract_mean(rc_samples *s) {
    double total = 0;
    for (size_t i = 0; i < s->n_neurons; i++) {
        double mean = 0;
        for (size_t t = 0; t < s->n; t++) mean += s->state[t * s->n_neurons + i] / (double)s->n;
        for (size_t t = 0; t < s->n; t++) {
            double *x = &s->state[t * s->n_neurons + i];
            *x -= mean;
            total += *x * *x;
        }
    }
    return total;
}

/* Nothing but rounding varies below this. */
static bool is_still(const rc_samples *s, double total) {
    return s->n < 2 || !(total > 1e-20 * (double)(s->n * s->n_neurons));
}

double rc_samples_participation(rc_samples *s, double *gram) {
    double trace = subtract_mean(s), square = 0;
    if (is_still(s, trace)) return NAN;
    int n = (int)s->n, neurons = (int)s->n_neurons;
    rc_blas_stay_single();
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasNoTrans, n, neurons, 1, s->state, neurons, 0, gram, n);
    for (size_t a = 0; a < s->n; a++)
        for (size_t b = 0; b <= a; b++) square += (a == b ? 1 : 2) * gram[a * s->n + b] * gram[a * s->n + b];
    return trace * trace / square;
}

double rc_samples_mean_square(const rc_samples *s) {
    size_t n = s->n * s->n_neurons;
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += s->state[i] * s->state[i];
    return sum / (double)n;
}

/* Four sums, so that none waits for its last addition. */
static double lagged(const rc_samples *s, size_t lag) {
    size_t n = (s->n - lag) * s->n_neurons, i = 0;
    const double *a = s->state, *b = s->state + lag * s->n_neurons;
    double sum[4] = {0};
    for (; i + 4 <= n; i += 4)
        for (size_t k = 0; k < 4; k++) sum[k] += a[i + k] * b[i + k];
    for (; i < n; i++) sum[0] += a[i] * b[i];
    return (sum[0] + sum[1] + sum[2] + sum[3]) / (double)(s->n - lag);
}

double rc_samples_autocorrelation(rc_samples *s, size_t n_lags, double *rho) {
    double total = subtract_mean(s), sum = 0.5;
    for (size_t lag = 0; lag < n_lags; lag++) rho[lag] = NAN;
    if (is_still(s, total)) return NAN;
    double variance = lagged(s, 0);
    bool positive = true;
    for (size_t lag = 0; lag < s->n / 2 && (positive || lag < n_lags); lag++) {
        double share = lagged(s, lag) / variance;
        if (lag < n_lags) rho[lag] = share;
        positive = positive && share > 0;
        if (positive && lag > 0) sum += share;
    }
    return sum;
}
