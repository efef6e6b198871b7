#include <stdio.h>
#include <string.h>

#include <rnnchaos/exponents.h>
#include <rnnchaos/network.h>
#include <rnnchaos/run.h>

#include "base/memory.h"
#include "network/network.h"
#include "run/exponents.h"
#include "store/slices.h"

/* A task at work. */
typedef struct {
    const rc_study *study;
    rc_results slices; /* of the results, where this task's part goes */
    rc_task_control *control;
    size_t session, gain; /* indices */
    rc_network *network;
    double *initial_states; /* [trial, neuron] */
    double *distance;       /* [step, trial] */
} work;

uint64_t rc_task_state_steps(const rc_study *study) {
    return 2 * (uint64_t)study->n_trials * study->n_steps + rc_task_exponent_steps(study);
}

static rc_status prepare(const rc_task_context *context, work *w) {
    rc_status status = RC_OK;
    const rc_study *study = w->study;
    rc_drawing how = {context->n_threads, &w->control->stop};
    size_t n_trials = study->n_trials;
    RC_TRY(rc_network_generate_by(&how, study, study->sessions[w->session], &w->network, &w->initial_states));
    if (n_trials > SIZE_MAX / study->n_steps) {
        status = rc_fail(RC_NO_MEMORY, "%zu trials of %zu steps are too many", n_trials, study->n_steps);
        goto done;
    }
    RC_TRY(RC_ARRAY(w->distance, n_trials * study->n_steps, "distances of the twins"));
done:
    return status;
}

static rc_status follow_twins(const rc_task_context *context, work *w) {
    const rc_study *study = w->study;
    char reason[512];
    rc_twins twins = {
        .gain = study->gains[w->gain],
        .tau_ms = study->dynamics.tau_ms,
        .dt_ms = study->dynamics.dt_ms,
        .perturbation = study->perturbation,
        .n_steps = study->n_steps,
        .kernels = context->kernels,
        .n_threads = context->n_threads,
        .stop = &w->control->stop,
        .state_steps = &w->control->state_steps,
        .n_recorded = w->slices.rates1 ? study->n_recorded : 0,
        .record_trial = study->record.trial,
        .record_neuron = study->record.neuron,
        .recorded = {w->slices.rates1, w->slices.rates2},
    };
    rc_status status = rc_twins_follow(w->network, &twins, study->n_trials, w->initial_states, w->distance);
    if (status != RC_NOT_FINITE) return status;
    snprintf(reason, sizeof reason, "%s", rc_message());
    return rc_fail(status, "session %u, g = %g, %s", study->sessions[w->session], study->gains[w->gain], reason);
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
    RC_TRY(prepare(context, &w));
    RC_TRY(follow_twins(context, &w));
    conclude(&w);
    if (study->n_exponents > 0)
        RC_TRY(rc_task_measure_exponents(study, task, context, w.network, w.initial_states, &w.slices));
done:
    free(w.distance);
    free(w.initial_states);
    rc_network_destroy(&w.network);
    return status;
}
