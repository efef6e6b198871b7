/* Does a state come back? */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "exponents/samples.h"
#include "exponents/spectrum.h"

enum { RETURNS = 4, SAMPLES = 400 };

static const double tolerance = 2e-3; /* of the orbit's diameter: what straight pieces leave */

enum { UNIT = RC_LANE_UNIT };

typedef struct {
    double *gap, *place; /* [step]: distance of the piece that ends there, and where on it, 0 .. 1 */
    rc_samples samples;
} walk;

/* All walks side by side, as they stand in the bundle: [neuron, lane]. */
typedef struct {
    rc_bundle *bundle;
    double *home, *last;
    bool segments;          /* orbits are straight between steps */
    double from_home[UNIT]; /* the distance of each */
    double gap[UNIT], place[UNIT];
} walkers;

static void copy_states(const rc_bundle *bundle, double *to) {
    size_t stride;
    const double *now = rc_bundle_points(bundle, RC_POINT_STATE, &stride);
    for (size_t i = 0; i < bundle->n_neurons; i++) memcpy(to + i * stride, now + i * stride, UNIT * sizeof *to);
}

static void find_distances(const walkers *w, const double *from, double *distance) {
    size_t stride;
    const double *now = rc_bundle_points(w->bundle, RC_POINT_STATE, &stride);
    w->bundle->kernels->distance(w->bundle->n_neurons, stride, UNIT, from, now, distance);
}

/* Where on a straight piece home is nearest, and how near, from the sides of the triangle. */
static double piece_distance(double last, double now, double length, double *place) {
    double share = length > 0 ? (last * last - now * now) / (2 * length * length) + 0.5 : 1;
    *place = fmin(1, fmax(0, share));
    if (share <= 0) return last;
    if (share >= 1) return now;
    return sqrt(fmax(0, last * last - share * share * length * length));
}

static void find_gaps(walkers *w) {
    double now[UNIT], length[UNIT];
    find_distances(w, w->home, now);
    find_distances(w, w->last, length);
    for (size_t l = 0; l < UNIT; l++) {
        w->place[l] = 1;
        w->gap[l] = w->segments ? piece_distance(w->from_home[l], now[l], length[l], &w->place[l]) : now[l];
        w->from_home[l] = now[l];
    }
}

static void offer_samples(const walkers *w, walk *walks, size_t n_walks, double *state) {
    for (size_t k = 0; k < n_walks; k++) {
        if (walks[k].samples.n == walks[k].samples.capacity) continue;
        rc_bundle_get_point(w->bundle, RC_POINT_STATE, k, state);
        rc_samples_offer(&walks[k].samples, state);
    }
}

static rc_status follow(walkers *w, const rc_spectrum_plan *plan, size_t n_walks, size_t n_steps, walk *walks,
                        double *state) {
    size_t spacing = rc_orbit_lag(plan);
    copy_states(w->bundle, w->home);
    for (size_t step = 0; step < n_steps; step++) {
        if (plan->stop && atomic_load(plan->stop)) return rc_fail(RC_STOPPED, "stopped");
        if (step % spacing == 0) offer_samples(w, walks, n_walks, state);
        copy_states(w->bundle, w->last);
        rc_bundle_advance(w->bundle);
        find_gaps(w);
        for (size_t k = 0; k < n_walks; k++) {
            walks[k].gap[step] = w->gap[k];
            walks[k].place[step] = w->place[k];
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

static rc_status open_walk(size_t n_neurons, size_t n_steps, walk *w) {
    rc_status status = RC_OK;
    RC_TRY(rc_samples_open(n_neurons, SAMPLES, &w->samples));
    RC_TRY(RC_ARRAY(w->gap, n_steps, "distances"));
    RC_TRY(RC_ARRAY(w->place, n_steps, "distances"));
done:
    return status;
}

static void close_walk(walk *w) {
    rc_samples_close(&w->samples);
    free(w->gap);
    free(w->place);
}

size_t rc_orbit_lag(const rc_spectrum_plan *plan) {
    return plan->form == RC_FORM_MAP ? 1 : (size_t)fmax(1, plan->tau_ms / plan->dt_ms / 2);
}

rc_status rc_orbit_search(const rc_network *network, const rc_spectrum_plan *plan, size_t n_states,
                          const double *const *states, double search_ms, rc_orbit *orbits) {
    rc_status status = RC_OK;
    size_t n_steps = (size_t)ceil(search_ms / plan->dt_ms), n = network->n_neurons;
    const rc_kernels *kernels = plan->kernels;
    walkers w = {.segments = plan->form != RC_FORM_MAP};
    walk walks[UNIT] = {0};
    double *state = NULL;
    if (!kernels) RC_TRY(rc_kernels_find(NULL, &kernels));
    RC_TRY(rc_bundle_create(network, plan->form, plan->gain, plan->input, plan->dt_ms / plan->tau_ms, n_states, 0,
                            false, kernels, RC_PRECISION_DOUBLE, &w.bundle));
    w.bundle->step.twins = false;
    RC_TRY(RC_ARRAY_ALIGNED(w.home, w.bundle->n_points, "states"));
    RC_TRY(RC_ARRAY_ALIGNED(w.last, w.bundle->n_points, "states"));
    RC_TRY(RC_ARRAY(state, n, "state"));
    for (size_t k = 0; k < n_states; k++) {
        RC_TRY(open_walk(n, n_steps, &walks[k]));
        rc_bundle_set_point(w.bundle, RC_POINT_STATE, k, states[k]);
    }
    rc_bundle_refresh(w.bundle);
    RC_TRY(follow(&w, plan, n_states, n_steps, walks, state));
    for (size_t k = 0; k < n_states; k++) {
        orbits[k] = (rc_orbit){.autocorrelation_ms = NAN};
        double lags = rc_samples_autocorrelation(&walks[k].samples, RC_N_LAGS, orbits[k].autocorrelation);
        orbits[k].autocorrelation_ms = lags * (double)rc_orbit_lag(plan) * plan->dt_ms;
        find_period(&walks[k], n_steps, plan->dt_ms, &orbits[k]);
    }
done:
    for (size_t k = 0; k < n_states; k++) close_walk(&walks[k]);
    rc_bundle_destroy(&w.bundle);
    free(w.home);
    free(w.last);
    free(state);
    return status;
}
