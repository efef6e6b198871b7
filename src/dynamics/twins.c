/* States and their twins, paired inside blocks of lanes: a block holds m <= 20
 * states, then their m twins. */
#include <math.h>

#include "base/memory.h"
#include "dynamics/kernels.h"
#include "dynamics/start.h"

enum { STEPS_PER_REPORT = 64, PAIRS_PER_BLOCK = RC_LANE_BLOCK / 2 };

/* Pairs in the block that holds this trial. */
static size_t pairs_in_block(size_t n_trials, size_t trial) {
    size_t first = trial - trial % PAIRS_PER_BLOCK, rest = n_trials - first;
    return rest < PAIRS_PER_BLOCK ? rest : PAIRS_PER_BLOCK;
}

static size_t state_lane(size_t trial) { return trial / PAIRS_PER_BLOCK * RC_LANE_BLOCK + trial % PAIRS_PER_BLOCK; }

static size_t twin_lane(size_t n_trials, size_t trial) { return state_lane(trial) + pairs_in_block(n_trials, trial); }

static void measure(const rc_lanes *lanes, size_t n_trials, double *distance) {
    for (size_t trial = 0; trial < n_trials; trial += PAIRS_PER_BLOCK)
        rc_lanes_distance(lanes, state_lane(trial), twin_lane(n_trials, trial), pairs_in_block(n_trials, trial),
                          distance + trial);
}

/* A state that is not finite makes its distance so; but finite states may be too far apart for a number. */
static rc_status check_finite(const rc_lanes *lanes, size_t n_trials, size_t n_neurons, size_t step,
                              const double *distance) {
    for (size_t trial = 0; trial < n_trials; trial++) {
        if (isfinite(distance[trial])) continue;
        size_t neuron = rc_lanes_not_finite(lanes, state_lane(trial));
        if (neuron == n_neurons) neuron = rc_lanes_not_finite(lanes, twin_lane(n_trials, trial));
        if (neuron == n_neurons) continue;
        return rc_fail(RC_NOT_FINITE, "trial %zu, step %zu: the state of neuron %zu is not finite", trial, step,
                       neuron);
    }
    return RC_OK;
}

static void record(const rc_lanes *lanes, const rc_twins *plan, size_t n_trials, size_t step) {
    if (step >= plan->n_recorded) return;
    plan->recorded[0][step] = rc_lanes_get(lanes, state_lane(plan->record_trial), plan->record_neuron);
    plan->recorded[1][step] = rc_lanes_get(lanes, twin_lane(n_trials, plan->record_trial), plan->record_neuron);
}

static rc_status follow(rc_lanes *lanes, const rc_twins *plan, size_t n_trials, size_t n_neurons, double *distance) {
    size_t reported = 0;
    for (size_t step = 0; step < plan->n_steps; step++) {
        record(lanes, plan, n_trials, step);
        measure(lanes, n_trials, distance + step * n_trials);
        rc_status status = check_finite(lanes, n_trials, n_neurons, step, distance + step * n_trials);
        if (status != RC_OK) return status;
        rc_lanes_advance(lanes);
        if (plan->stop && atomic_load(plan->stop)) return rc_fail(RC_STOPPED, "stopped");
        if ((step + 1) % STEPS_PER_REPORT != 0 && step + 1 < plan->n_steps) continue;
        if (plan->state_steps) atomic_fetch_add(plan->state_steps, 2 * n_trials * (step + 1 - reported));
        reported = step + 1;
    }
    return RC_OK;
}

static rc_status check(const rc_network *network, const rc_twins *plan, size_t n_trials) {
    if (n_trials == 0) return rc_fail(RC_INVALID, "no trials");
    if (!isfinite(plan->gain) || !isfinite(plan->perturbation))
        return rc_fail(RC_INVALID, "gain = %g, perturbation = %g: expected finite numbers", plan->gain,
                       plan->perturbation);
    if (!(plan->dt_ms > 0) || !(plan->tau_ms > 0) || !isfinite(plan->dt_ms + plan->tau_ms))
        return rc_fail(RC_INVALID, "dt_ms = %g, tau_ms = %g: expected positive times", plan->dt_ms, plan->tau_ms);
    if (plan->n_recorded > 0 && (plan->record_trial >= n_trials || plan->record_neuron >= network->n_neurons))
        return rc_fail(RC_INVALID, "trial %zu, neuron %zu to record: there are %zu trials of %zu neurons",
                       plan->record_trial, plan->record_neuron, n_trials, network->n_neurons);
    return RC_OK;
}

rc_status rc_twins_follow(const rc_network *network, const rc_twins *plan, size_t n_trials,
                          const double *initial_states, double *distance) {
    rc_status status = RC_OK;
    rc_lanes *lanes = NULL;
    const rc_kernels *kernels = plan->kernels;
    RC_TRY(check(network, plan, n_trials));
    RC_TRY(rc_start_check(n_trials, network->n_neurons, initial_states, NULL));
    if (!kernels) RC_TRY(rc_kernels_find(NULL, &kernels));
    RC_TRY(rc_lanes_create(network, plan->gain, plan->dt_ms / plan->tau_ms, twin_lane(n_trials, n_trials - 1) + 1,
                           kernels, &lanes));
    rc_lanes_use_threads(lanes, plan->n_threads);
    for (size_t trial = 0; trial < n_trials; trial++) {
        const double *state = initial_states + trial * network->n_neurons;
        rc_lanes_set(lanes, state_lane(trial), state, 0);
        rc_lanes_set(lanes, twin_lane(n_trials, trial), state, plan->perturbation);
    }
    RC_TRY(follow(lanes, plan, n_trials, network->n_neurons, distance));
done:
    rc_lanes_destroy(&lanes);
    return status;
}
