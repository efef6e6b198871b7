/* States kept now and then, for statistics over time. */
#ifndef RC_EXPONENTS_SAMPLES_H
#define RC_EXPONENTS_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>

#include <rnnchaos/status.h>

/* At most `capacity` states, evenly spaced however many are offered: when full,
 * every second one is dropped and only every second one taken from then on. */
typedef struct rc_samples {
    size_t n_neurons, capacity;
    size_t n, stride, offered;
    double *state; /* [sample, neuron] */
} rc_samples;

rc_status rc_samples_open(size_t n_neurons, size_t capacity, rc_samples *samples);
void rc_samples_close(rc_samples *samples);
void rc_samples_clear(rc_samples *samples);
void rc_samples_offer(rc_samples *samples, const double *state);

/* (tr C)^2 / tr C^2; NaN if nothing varies. Changes the samples: their mean is
 * taken out. gram: room for [n, n]. Cost: n^2 N. */
double rc_samples_participation(rc_samples *samples, double *gram);

/* Mean square over samples and neurons. */
double rc_samples_mean_square(const rc_samples *samples);

/* The normalised autocorrelation rho [lag], summed over neurons; NaN where lags
 * reach more than half the samples, or nothing varies. Returns its sum up to its
 * first zero, in samples (1/2 + rho_1 + rho_2 + ...): the integral time. Samples
 * must be of stride 1; their mean is taken out. */
double rc_samples_autocorrelation(rc_samples *samples, size_t n_lags, double *rho);

#endif
