/* Does a state come back? */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "exponents/samples.h"
#include "exponents/spectrum.h"

enum { RETURNS = 4, SAMPLES = 400 };

static const double tolerance = 2e-3; /* of the orbit's diameter: what straight pieces leave */

typedef struct {
    bool segments;
    size_t n_neurons;
    double *home, *state, *last; /* [neuron] */
    double *gap, *place;         /* [step]: distance of the piece that ends there, and where on it, 0 .. 1 */
    rc_samples samples;
} walk;

static double squared_distance(const double *a, const double *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

/* The distance of home from the straight piece last -> state. */
static double piece_distance(const walk *w, double *place) {
    size_t n = w->n_neurons;
    double along = 0, length = 0, sum = 0;
    *place = 1;
    if (!w->segments) return sqrt(squared_distance(w->home, w->state, n));
    for (size_t i = 0; i < n; i++) {
        double step = w->state[i] - w->last[i];
        along += (w->home[i] - w->last[i]) * step;
        length += step * step;
    }
    if (length > 0) *place = fmin(1, fmax(0, along / length));
    for (size_t i = 0; i < n; i++) {
        double gap = w->last[i] + *place * (w->state[i] - w->last[i]) - w->home[i];
        sum += gap * gap;
    }
    return sqrt(sum);
}

/* All walks side by side. */
static rc_status follow(rc_bundle *bundle, const rc_spectrum_plan *plan, size_t n_walks, size_t n_steps, size_t spacing,
                        walk *walks) {
    for (size_t step = 0; step < n_steps; step++) {
        if (plan->stop && atomic_load(plan->stop)) return rc_fail(RC_STOPPED, "stopped");
        for (walk *w = walks; w < walks + n_walks; w++) {
            if (step % spacing == 0 && w->samples.n < w->samples.capacity) rc_samples_offer(&w->samples, w->state);
            double *old = w->last;
            w->last = w->state;
            w->state = old;
        }
        rc_bundle_advance(bundle);
        for (size_t k = 0; k < n_walks; k++) {
            rc_bundle_get_point(bundle, RC_POINT_STATE, k, walks[k].state);
            walks[k].gap[step] = piece_distance(&walks[k], &walks[k].place[step]);
        }
    }
    return RC_OK;
}

/* The nearest approach to home within a few steps of a time, in diameters. */
static double approach(const walk *w, double when, size_t n_steps, double diameter) {
    double nearest = INFINITY;
    for (double t = fmax(1, when - 2); t <= when + 2 && t < (double)n_steps; t++)
        nearest = fmin(nearest, w->gap[(size_t)t] / diameter);
    return nearest;
}

/* A return counts once the orbit has been a tenth of its diameter away. */
static void find_period(const walk *w, size_t n_steps, double dt_ms, rc_orbit *orbit) {
    double diameter = 0;
    bool away = false;
    for (size_t t = 0; t < n_steps; t++) diameter = fmax(diameter, w->gap[t]);
    if (!(diameter > 1e-9)) return;
    for (size_t t = 0; t + 1 < n_steps && !orbit->found; t++) {
        away = away || w->gap[t] > 0.1 * diameter;
        double share = w->gap[t] / diameter;
        if (!away || share > tolerance || w->gap[t + 1] < w->gap[t]) continue;
        double period = (double)t + w->place[t]; /* piece t ends at time t + 1 */
        if (RETURNS * period + 2 >= (double)n_steps) return;
        bool repeats = true;
        for (int k = 2; k <= RETURNS; k++) {
            double again = approach(w, k * period - 1, n_steps, diameter);
            repeats = repeats && again <= tolerance && again <= 2 * share + 1e-4; /* a spiral's grow as k */
        }
        orbit->found = repeats;
        orbit->period_ms = period * dt_ms;
        orbit->gap = share;
        orbit->fraction_gap = INFINITY;
        for (int k = 2; k <= 12; k++)
            orbit->fraction_gap = fmin(orbit->fraction_gap, approach(w, period / k - 1, n_steps, diameter));
        if (!repeats) away = false;
    }
}

static rc_status open_walk(rc_bundle *bundle, size_t which, const double *state, size_t n_steps, walk *w) {
    rc_status status = RC_OK;
    size_t n = bundle->n_neurons;
    w->n_neurons = n;
    RC_TRY(rc_samples_open(n, SAMPLES, &w->samples));
    RC_TRY(RC_ARRAY(w->home, n, "state"));
    RC_TRY(RC_ARRAY(w->state, n, "state"));
    RC_TRY(RC_ARRAY(w->last, n, "state"));
    RC_TRY(RC_ARRAY(w->gap, n_steps, "distances"));
    RC_TRY(RC_ARRAY(w->place, n_steps, "distances"));
    memcpy(w->home, state, n * sizeof *state);
    memcpy(w->state, state, n * sizeof *state);
    rc_bundle_set_point(bundle, RC_POINT_STATE, which, state);
done:
    return status;
}

static void close_walk(walk *w) {
    rc_samples_close(&w->samples);
    free(w->home);
    free(w->state);
    free(w->last);
    free(w->gap);
    free(w->place);
}

size_t rc_orbit_lag(const rc_spectrum_plan *plan) {
    return plan->form == RC_FORM_MAP ? 1 : (size_t)fmax(1, plan->tau_ms / plan->dt_ms / 2);
}

rc_status rc_orbit_search(const rc_network *network, const rc_spectrum_plan *plan, size_t n_states,
                          const double *const *states, double search_ms, rc_orbit *orbits) {
    rc_status status = RC_OK;
    size_t n_steps = (size_t)ceil(search_ms / plan->dt_ms);
    size_t spacing = rc_orbit_lag(plan);
    const rc_kernels *kernels = plan->kernels;
    rc_bundle *bundle = NULL;
    walk walks[RC_LANE_UNIT] = {0};
    if (!kernels) RC_TRY(rc_kernels_find(NULL, &kernels));
    RC_TRY(rc_bundle_create(network, plan->form, plan->gain, plan->input, plan->dt_ms / plan->tau_ms, n_states, 0,
                            false, kernels, &bundle));
    bundle->step.twins = false;
    for (size_t k = 0; k < n_states; k++) {
        walks[k].segments = plan->form != RC_FORM_MAP;
        RC_TRY(open_walk(bundle, k, states[k], n_steps, &walks[k]));
    }
    rc_bundle_refresh(bundle);
    RC_TRY(follow(bundle, plan, n_states, n_steps, spacing, walks));
    for (size_t k = 0; k < n_states; k++) {
        orbits[k] = (rc_orbit){.autocorrelation_ms = NAN};
        double lags = rc_samples_autocorrelation(&walks[k].samples, RC_N_LAGS, orbits[k].autocorrelation);
        orbits[k].autocorrelation_ms = lags * (double)spacing * plan->dt_ms;
        find_period(&walks[k], n_steps, plan->dt_ms, &orbits[k]);
    }
done:
    for (size_t k = 0; k < n_states; k++) close_walk(&walks[k]);
    rc_bundle_destroy(&bundle);
    return status;
}
