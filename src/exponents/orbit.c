/* Does a state come back? */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "exponents/samples.h"
#include "exponents/spectrum.h"

enum { RETURNS = 4, SAMPLES = 400 };

static const double tolerance = 2e-3; /* of the orbit's diameter: what straight pieces leave */

typedef struct {
    rc_bundle *bundle;
    bool segments;
    double *home, *state, *last; /* [neuron] */
    double *gap, *place;         /* [step]: distance of the piece that ends there, and where on it, 0 .. 1 */
} walk;

static double squared_distance(const double *a, const double *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

/* The distance of home from the straight piece last -> state. */
static double piece_distance(const walk *w, double *place) {
    size_t n = w->bundle->n_neurons;
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

static rc_status follow(walk *w, const rc_spectrum_plan *plan, size_t n_steps, rc_samples *samples, size_t spacing) {
    size_t n = w->bundle->n_neurons;
    memcpy(w->state, w->home, n * sizeof *w->state);
    for (size_t step = 0; step < n_steps; step++) {
        if (step % spacing == 0 && samples->n < samples->capacity) rc_samples_offer(samples, w->state);
        memcpy(w->last, w->state, n * sizeof *w->state);
        rc_bundle_advance(w->bundle);
        rc_bundle_get_point(w->bundle, RC_POINT_STATE, 0, w->state);
        w->gap[step] = piece_distance(w, &w->place[step]);
        if (plan->stop && atomic_load(plan->stop)) return rc_fail(RC_STOPPED, "stopped");
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
            repeats = repeats && again <= tolerance && again <= 2 * share + 5e-4;
        }
        *orbit = (rc_orbit){repeats, period * dt_ms, share, orbit->autocorrelation_ms};
        if (!repeats) away = false;
    }
}

rc_status rc_orbit_search(const rc_network *network, const rc_spectrum_plan *plan, const double *state,
                          double search_ms, rc_orbit *orbit) {
    rc_status status = RC_OK;
    size_t n = network->n_neurons, n_steps = (size_t)ceil(search_ms / plan->dt_ms);
    size_t spacing = plan->form == RC_FORM_MAP ? 1 : (size_t)fmax(1, plan->tau_ms / plan->dt_ms / 2);
    const rc_kernels *kernels = plan->kernels;
    walk w = {.segments = plan->form != RC_FORM_MAP};
    rc_samples samples = {0};
    *orbit = (rc_orbit){.autocorrelation_ms = NAN};
    if (!kernels) RC_TRY(rc_kernels_find(NULL, &kernels));
    RC_TRY(rc_samples_open(n, SAMPLES, &samples));
    RC_TRY(rc_bundle_create(network, plan->form, plan->gain, plan->input, plan->dt_ms / plan->tau_ms, 1, 0, true,
                            kernels, &w.bundle));
    RC_TRY(RC_ARRAY(w.home, n, "state"));
    RC_TRY(RC_ARRAY(w.state, n, "state"));
    RC_TRY(RC_ARRAY(w.last, n, "state"));
    RC_TRY(RC_ARRAY(w.gap, n_steps, "distances"));
    RC_TRY(RC_ARRAY(w.place, n_steps, "distances"));
    memcpy(w.home, state, n * sizeof *state);
    rc_bundle_set_point(w.bundle, RC_POINT_STATE, 0, state);
    rc_bundle_set_point(w.bundle, RC_POINT_TWIN, 0, state);
    rc_bundle_refresh(w.bundle);
    RC_TRY(follow(&w, plan, n_steps, &samples, spacing));
    orbit->autocorrelation_ms = rc_samples_autocorrelation(&samples) * (double)spacing * plan->dt_ms;
    find_period(&w, n_steps, plan->dt_ms, orbit);
done:
    rc_samples_close(&samples);
    rc_bundle_destroy(&w.bundle);
    free(w.home);
    free(w.state);
    free(w.last);
    free(w.gap);
    free(w.place);
    return status;
}
