#include "exponents/probe.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

enum { UNIT = RC_LANE_UNIT };

/* A twin starts this far away, root mean square over neurons: far above
 * rounding, and e^9 times as far is still near. */
static const double twin_distance = 1e-8;

static rc_status allocate(rc_probe *p, const rc_network *network, size_t n_exponents) {
    rc_status status = RC_OK;
    size_t n = network->n_neurons;
    RC_TRY(rc_gauge_create(p->bundle, &p->gauge));
    RC_TRY(RC_ARRAY_ALIGNED(p->saved, rc_bundle_size(p->bundle), "saved frames"));
    RC_TRY(RC_ARRAY_ALIGNED(p->before, n * UNIT, "saved states"));
    RC_TRY(RC_ARRAY(p->piece, UNIT * (n_exponents + 1), "stretches"));
    RC_TRY(RC_ARRAY(p->log_stretch, UNIT * (n_exponents + 1), "stretches"));
    RC_TRY(RC_ARRAY(p->state, n, "state"));
    RC_TRY(RC_ARRAY(p->twin, n, "twin"));
done:
    return status;
}

rc_status rc_probe_create(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials, size_t n_exponents,
                          bool wide, rc_probe **out) {
    rc_status status = RC_OK;
    rc_probe *p = NULL;
    const rc_kernels *kernels = plan->kernels;
    *out = NULL;
    if (!kernels) RC_TRY(rc_kernels_find(NULL, &kernels));
    RC_TRY(RC_ARRAY(p, 1, "probe"));
    p->stop = plan->stop;
    p->rounding = rc_rounding_of(plan->precision);
    p->seconds_a_step = plan->dt_ms / 1000;
    RC_TRY(rc_bundle_create(network, plan->form, plan->gain, plan->input, plan->dt_ms / plan->tau_ms, n_trials,
                            n_exponents, wide, kernels, plan->precision, &p->bundle));
    p->bundle->step.twins = false;
    RC_TRY(allocate(p, network, n_exponents));
    *out = p;
    p = NULL;
done:
    rc_probe_destroy(&p);
    return status;
}

void rc_probe_destroy(rc_probe **probe) {
    rc_probe *p = *probe;
    if (!p) return;
    rc_bundle_destroy(&p->bundle);
    rc_gauge_destroy(&p->gauge);
    free(p->saved);
    free(p->before);
    free(p->piece);
    free(p->log_stretch);
    free(p->state);
    free(p->twin);
    free(p);
    *probe = NULL;
}

static double distance(const double *a, const double *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sqrt(sum);
}

/* A twin some way off along the leading tangent vector (a unit vector). */
static void plant_twin(rc_probe *p, size_t trial, const double *state) {
    size_t n = p->bundle->n_neurons;
    for (size_t i = 0; i < n; i++) p->twin[i] = 1 / sqrt((double)n);
    if (p->bundle->n_tangents > 0) rc_bundle_get_tangent(p->bundle, trial, 0, p->twin);
    for (size_t i = 0; i < n; i++) p->twin[i] = state[i] + twin_distance * sqrt((double)n) * p->twin[i];
    p->twin_gap[trial] = distance(p->twin, state, n);
    rc_bundle_set_point(p->bundle, RC_POINT_TWIN, trial, p->twin);
}

/* Adds the growth of a twin's distance, and brings the twin back. */
static void renormalise_twin(rc_probe *p, size_t trial) {
    size_t n = p->bundle->n_neurons;
    rc_bundle_get_point(p->bundle, RC_POINT_STATE, trial, p->state);
    rc_bundle_get_point(p->bundle, RC_POINT_TWIN, trial, p->twin);
    double gap = distance(p->twin, p->state, n);
    p->twin_stretch[trial] += log(gap / p->twin_gap[trial]);
    if (!(gap > 0 && isfinite(gap))) {
        plant_twin(p, trial, p->state);
        return;
    }
    double scale = twin_distance * sqrt((double)n) / gap;
    for (size_t i = 0; i < n; i++) p->twin[i] = p->state[i] + scale * (p->twin[i] - p->state[i]);
    p->twin_gap[trial] = distance(p->twin, p->state, n); /* as it stands after rounding */
    if (p->twin_gap[trial] > 0)
        rc_bundle_set_point(p->bundle, RC_POINT_TWIN, trial, p->twin);
    else
        plant_twin(p, trial, p->state);
}

rc_status rc_probe_start(rc_probe *p, const double *states) {
    size_t n = p->bundle->n_neurons;
    for (size_t trial = 0; trial < p->bundle->n_trials; trial++)
        rc_bundle_set_point(p->bundle, RC_POINT_STATE, trial, states + trial * n);
    rc_status status = rc_gauge_set_random(p->gauge, p->bundle);
    if (status == RC_OK) rc_bundle_refresh(p->bundle);
    return status;
}

void rc_probe_set_twins(rc_probe *p, bool twins) {
    bool are_new = twins && !p->bundle->step.twins;
    p->bundle->step.twins = twins;
    if (!are_new) return;
    for (size_t trial = 0; trial < p->bundle->n_trials; trial++) {
        rc_bundle_get_point(p->bundle, RC_POINT_STATE, trial, p->state);
        plant_twin(p, trial, p->state);
    }
    rc_bundle_refresh(p->bundle);
}

void rc_probe_move(rc_probe *p, size_t trial, const double *state) {
    rc_bundle_set_point(p->bundle, RC_POINT_STATE, trial, state);
    if (p->bundle->step.twins) plant_twin(p, trial, state);
    rc_bundle_refresh(p->bundle);
}

static void remember_states(rc_probe *p) {
    size_t stride;
    const double *states = rc_bundle_points(p->bundle, RC_POINT_STATE, &stride);
    for (size_t i = 0; i < p->bundle->n_neurons; i++)
        memcpy(p->before + i * UNIT, states + i * stride, p->bundle->n_trials * sizeof *states);
}

static rc_status measure_speed(rc_probe *p) {
    size_t stride, n = p->bundle->n_neurons;
    const double *states = rc_bundle_points(p->bundle, RC_POINT_STATE, &stride);
    for (size_t trial = 0; trial < p->bundle->n_trials; trial++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++) {
            double step = states[i * stride + trial] - p->before[i * UNIT + trial];
            sum += step * step;
        }
        p->speed[trial] = sqrt(sum / (double)n) / p->seconds_a_step;
        if (!isfinite(sum)) return rc_fail(RC_NOT_FINITE, "trial %zu: the state is not finite", trial);
    }
    return RC_OK;
}

/* Steps that the interval still lacks. */
static rc_status run_steps(rc_probe *p) {
    while (p->n_taken < p->n_interval) {
        if (p->n_taken + 1 == p->n_interval) remember_states(p);
        rc_bundle_advance(p->bundle);
        p->n_taken++;
        if (p->stop && atomic_load(p->stop)) return rc_fail(RC_STOPPED, "stopped");
    }
    return RC_OK;
}

static void begin_interval(rc_probe *p) {
    rc_bundle_get_values(p->bundle, p->saved);
    p->n_interval = p->interval < p->n_left ? p->interval : p->n_left;
    p->n_taken = 0;
}

/* Adds what the interval tells to what the block has told. */
static void end_interval(rc_probe *p, const double *condition) {
    size_t n_trials = p->bundle->n_trials, n_values = n_trials * p->bundle->n_tangents;
    for (size_t i = 0; i < n_values; i++) p->log_stretch[i] += p->piece[i];
    for (size_t trial = 0; trial < n_trials; trial++) {
        p->condition[trial] = fmax(p->condition[trial], condition[trial]);
        if (p->bundle->step.twins) renormalise_twin(p, trial);
    }
    rc_bundle_refresh(p->bundle);
    p->n_left -= p->n_interval;
    p->n_interval = p->n_taken = 0;
}

/* To the next orthonormalisation, sooner where the frame would become too poor. */
static rc_status advance_interval(rc_probe *p) {
    rc_status status = RC_OK;
    double condition[UNIT] = {0}, worst = 0;
    if (p->n_interval == 0) begin_interval(p);
    RC_TRY(run_steps(p));
    RC_TRY(measure_speed(p));
    rc_gauge_orthonormalise(p->gauge, p->bundle, p->piece, condition);
    for (size_t trial = 0; trial < p->bundle->n_trials; trial++) worst = fmax(worst, condition[trial]);
    if (worst <= p->rounding->condition_most || p->n_interval == 1) {
        end_interval(p, condition);
    } else {
        rc_bundle_set_values(p->bundle, p->saved);
        p->n_interval = (p->n_interval + 1) / 2;
        p->n_taken = 0;
    }
done:
    return status;
}

void rc_probe_begin(rc_probe *p, size_t n_steps, size_t interval) {
    memset(p->log_stretch, 0, p->bundle->n_trials * p->bundle->n_tangents * sizeof *p->log_stretch);
    memset(p->twin_stretch, 0, sizeof p->twin_stretch);
    memset(p->condition, 0, sizeof p->condition);
    p->n_left = n_steps;
    p->interval = interval;
    p->n_interval = p->n_taken = 0;
}

rc_status rc_probe_finish(rc_probe *p) {
    rc_status status = RC_OK;
    while (p->n_left > 0) RC_TRY(advance_interval(p));
done:
    return status;
}

rc_status rc_probe_advance(rc_probe *p, size_t n_steps, size_t interval) {
    rc_probe_begin(p, n_steps, interval);
    return rc_probe_finish(p);
}
