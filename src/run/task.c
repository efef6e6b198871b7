#include <math.h>
#include <string.h>

#include <rnnchaos/exponents.h>
#include <rnnchaos/network.h>
#include <rnnchaos/run.h>

#include "base/memory.h"
#include "network/network.h"
#include "run/exponents.h"
#include "store/slices.h"

enum { STEPS_PER_REPORT = 64, PAIRS_PER_BLOCK = RC_LANE_BLOCK / 2 };

/* A task at work. Trials are paired with their twins inside blocks of lanes:
 * a block holds m <= 20 states, then their m twins. */
typedef struct {
    const rc_study *study;
    rc_results slices; /* of the results, where this task's part goes */
    rc_task_control *control;
    size_t session, gain; /* indices */
    rc_network *network;
    double *initial_states; /* [trial, neuron] */
    rc_lanes *lanes;
    double *distance; /* [step, trial] */
} work;

uint64_t rc_task_state_steps(const rc_study *study) {
    double tangent = study->n_exponents ? study->exponents.transient_ms + study->exponents.duration_ms : 0;
    return study->n_trials * (2 * (uint64_t)study->n_steps + (uint64_t)(tangent / study->dynamics.dt_ms));
}

/* Pairs in the block that holds this trial. */
static size_t pairs_in_block(const work *w, size_t trial) {
    size_t first = trial - trial % PAIRS_PER_BLOCK, rest = w->study->n_trials - first;
    return rest < PAIRS_PER_BLOCK ? rest : PAIRS_PER_BLOCK;
}

static size_t state_lane(size_t trial) { return trial / PAIRS_PER_BLOCK * RC_LANE_BLOCK + trial % PAIRS_PER_BLOCK; }

static size_t twin_lane(const work *w, size_t trial) { return state_lane(trial) + pairs_in_block(w, trial); }

static rc_status prepare(const rc_kernels *kernels, work *w) {
    rc_status status = RC_OK;
    const rc_study *study = w->study;
    size_t n_trials = study->n_trials, n_neurons = study->network.n_neurons;
    RC_TRY(rc_network_generate_unless(&w->control->stop, study, study->sessions[w->session], &w->network,
                                      &w->initial_states));
    if (n_trials > SIZE_MAX / study->n_steps) {
        status = rc_fail(RC_NO_MEMORY, "%zu trials of %zu steps are too many", n_trials, study->n_steps);
        goto done;
    }
    RC_TRY(RC_ARRAY(w->distance, n_trials * study->n_steps, "distances of the twins"));
    RC_TRY(rc_lanes_create(w->network, study->gains[w->gain], study->dynamics.dt_ms / study->dynamics.tau_ms,
                           twin_lane(w, n_trials - 1) + 1, kernels, &w->lanes));
    for (size_t trial = 0; trial < n_trials; trial++) {
        const double *state = w->initial_states + trial * n_neurons;
        rc_lanes_set(w->lanes, state_lane(trial), state, 0);
        rc_lanes_set(w->lanes, twin_lane(w, trial), state, study->perturbation);
    }
done:
    return status;
}

static void measure_distances(work *w, size_t step) {
    size_t n_trials = w->study->n_trials;
    double *distance = w->distance + step * n_trials;
    for (size_t trial = 0; trial < n_trials; trial += PAIRS_PER_BLOCK)
        rc_lanes_distance(w->lanes, state_lane(trial), twin_lane(w, trial), pairs_in_block(w, trial), distance + trial);
}

/* A state that is not finite makes its distance so. */
static rc_status check_finite(const work *w, size_t step) {
    const rc_study *study = w->study;
    const double *distance = w->distance + step * study->n_trials;
    for (size_t trial = 0; trial < study->n_trials; trial++) {
        if (isfinite(distance[trial])) continue;
        size_t n_neurons = study->network.n_neurons;
        size_t neuron = rc_lanes_not_finite(w->lanes, state_lane(trial));
        if (neuron == n_neurons) neuron = rc_lanes_not_finite(w->lanes, twin_lane(w, trial));
        if (neuron == n_neurons) continue; /* finite states whose distance overflows */
        return rc_fail(RC_NOT_FINITE, "session %u, g = %g, trial %zu, step %zu: the state of neuron %zu is not finite",
                       study->sessions[w->session], study->gains[w->gain], trial, step, neuron);
    }
    return RC_OK;
}

static void record(work *w, size_t step) {
    const rc_study *study = w->study;
    if (!w->slices.rates1 || step >= study->n_recorded) return;
    w->slices.rates1[step] = rc_lanes_get(w->lanes, state_lane(study->record.trial), study->record.neuron);
    w->slices.rates2[step] = rc_lanes_get(w->lanes, twin_lane(w, study->record.trial), study->record.neuron);
}

static rc_status integrate(work *w) {
    size_t n_steps = w->study->n_steps, reported = 0;
    for (size_t step = 0; step < n_steps; step++) {
        record(w, step);
        measure_distances(w, step);
        rc_status status = check_finite(w, step);
        if (status != RC_OK) return status;
        rc_lanes_advance(w->lanes);
        if (atomic_load(&w->control->stop)) return rc_fail(RC_STOPPED, "stopped");
        if ((step + 1) % STEPS_PER_REPORT != 0 && step + 1 < n_steps) continue;
        atomic_fetch_add(&w->control->state_steps, 2 * w->study->n_trials * (step + 1 - reported));
        reported = step + 1;
    }
    return RC_OK;
}

static void conclude(work *w) {
    const rc_study *study = w->study;
    rc_results *slices = &w->slices;
    size_t n_trials = study->n_trials;
    memcpy(slices->final_distance, w->distance + (study->n_steps - 1) * n_trials, n_trials * sizeof(double));
    if (study->gains[w->gain] < study->divergence.minimum_gain) {
        *slices->divergence_outcome = RC_DIVERGENCE_BELOW_MINIMUM_GAIN;
        return;
    }
    rc_divergence fit =
        rc_divergence_measure(w->distance, study->n_steps, n_trials, study->dynamics.dt_ms,
                              study->divergence.minimum_distance, study->divergence.saturation, slices->delta_mean);
    *slices->divergence_exponent = fit.exponent;
    *slices->divergence_outcome = (int32_t)fit.outcome;
    *slices->trials_kept = (int32_t)fit.n_kept;
    *slices->fit_end_ms = (double)fit.n_fit_steps * study->dynamics.dt_ms;
}

rc_status rc_task_perform(const rc_study *study, size_t task, const rc_task_context *context, void *bytes) {
    rc_status status = RC_OK;
    work w = {.study = study, .control = context->control};
    w.session = task / study->n_gains;
    w.gain = task % study->n_gains;
    rc_slices_begin(study, task, bytes, &w.slices);
    RC_TRY(prepare(context->kernels, &w));
    RC_TRY(integrate(&w));
    conclude(&w);
    if (study->n_exponents > 0)
        RC_TRY(rc_task_measure_exponents(study, task, context, w.network, w.initial_states, &w.slices));
done:
    free(w.distance);
    free(w.initial_states);
    rc_lanes_destroy(&w.lanes);
    rc_network_destroy(&w.network);
    return status;
}
