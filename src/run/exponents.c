#include "run/exponents.h"

#include <math.h>
#include <stdio.h>

#include <rnnchaos/spectrum.h>

#include "base/memory.h"
#include "run/checkpoint.h"

/* Mean stretching rates in the windows of the measured time; NaN where the
 * measurement ended before. A block counts in the window where it ends. */
static void put_windows(const rc_spectrum *spectrum, double window_s, double *rates) {
    size_t k = spectrum->n_exponents;
    double time[RC_N_WINDOWS] = {0};
    for (size_t i = 0; i < RC_N_WINDOWS * k; i++) rates[i] = 0;
    for (size_t b = 0; b < spectrum->n_blocks; b++) {
        size_t window = (size_t)(((double)b + 0.5) * spectrum->block_s / window_s);
        if (window >= RC_N_WINDOWS) break;
        time[window] += spectrum->block_s;
        for (size_t i = 0; i < k; i++) rates[window * k + i] += spectrum->log_stretch[b * k + i];
    }
    for (size_t window = 0; window < RC_N_WINDOWS; window++)
        for (size_t i = 0; i < k; i++) rates[window * k + i] /= time[window]; /* 0/0: NaN */
}

static void put_exponents(const rc_spectrum *spectrum, double window_s, size_t at, rc_results *slices) {
    size_t k = spectrum->n_exponents;
    for (size_t i = 0; i < k; i++) {
        slices->lyapunov_exponent[at * k + i] = spectrum->exponent[i].value;
        slices->lyapunov_error[at * k + i] = spectrum->exponent[i].error;
    }
    put_windows(spectrum, window_s, slices->lyapunov_window + at * RC_N_WINDOWS * k);
    slices->twin_exponent[at] = spectrum->twin.value;
    slices->twin_error[at] = spectrum->twin.error;
    slices->measured_ms[at] = 1000 * spectrum->measured_s;
    slices->needed_ms[at] = 1000 * spectrum->needed_s;
    slices->block_ms[at] = 1000 * spectrum->interval_s;
    slices->condition_number[at] = spectrum->condition;
}

static void put_derived(const rc_spectrum *spectrum, size_t at, rc_results *slices) {
    const rc_derived *derived = &spectrum->derived;
    slices->kaplan_yorke_dimension[at] = derived->kaplan_yorke.value;
    slices->kaplan_yorke_error[at] = derived->kaplan_yorke.error;
    slices->entropy_rate[at] = derived->entropy_rate.value;
    slices->entropy_rate_error[at] = derived->entropy_rate.error;
    slices->exponent_sum[at] = derived->sum.value;
    slices->exponent_sum_error[at] = derived->sum.error;
    slices->n_positive[at] = (int32_t)derived->n_positive;
    slices->n_positive_least[at] = (int32_t)derived->n_positive_least;
    slices->n_positive_most[at] = (int32_t)derived->n_positive_most;
    slices->participation_ratio[at] = spectrum->activity.participation_ratio;
    slices->autocorrelation_ms[at] = spectrum->activity.autocorrelation_ms;
    slices->speed[at] = spectrum->activity.mean_speed;
}

static void put_verdict(const rc_spectrum *spectrum, size_t at, rc_results *slices) {
    slices->verdict[at] = (int32_t)spectrum->verdict;
    snprintf(slices->verdict_reason + at * RC_TEXT_SIZE, RC_TEXT_SIZE, "%s", spectrum->reason);
    slices->attractor_id[at] = spectrum->attractor == SIZE_MAX ? -1 : (int32_t)spectrum->attractor;
    bool transient = spectrum->verdict == RC_VERDICT_TRANSIENT_CHAOS;
    slices->transient_ms[at] = transient ? spectrum->lifetime_ms : spectrum->rest_ms;
    slices->period_ms[at] = spectrum->period_ms;
    slices->growth[at] = spectrum->growth;
    slices->growth_ms[at] = spectrum->growth_ms;
    slices->transient_exponent[at] = spectrum->transient.value;
    slices->transient_error[at] = spectrum->transient.error;
}

static void put_audit(const rc_spectrum *spectrum, size_t at, rc_results *slices) {
    const rc_audit *audit = &spectrum->audit;
    slices->audit_passed[at] = audit->passed;
    slices->sum_rule_residual[at] = audit->sum_rule;
    slices->zero_exponent_residual[at] = audit->zero_exponent;
    slices->twin_difference[at] = audit->twin_sigmas;
    slices->block_effect[at] = audit->half_interval;
    slices->dt_effect[at] = audit->half_step;
}

uint64_t rc_task_exponent_steps(const rc_study *study) {
    double time = study->n_exponents ? study->exponents.transient_ms + study->exponents.duration_ms : 0;
    return study->n_trials * (uint64_t)(time / study->dynamics.dt_ms);
}

/* Trials that came to rest, or reached the target error, ended early. */
static void count_saved(const rc_study *study, rc_spectrum *const *spectra, rc_task_control *control) {
    uint64_t all = rc_task_exponent_steps(study), done = 0;
    for (size_t t = 0; t < study->n_trials; t++) done += spectra[t]->n_steps;
    if (done < all) atomic_fetch_add(&control->saved_steps, all - done);
}

/* What the trials of the task say together. */
static void put_summary(const rc_spectrum_plan *plan, size_t n_trials, rc_spectrum **spectra, rc_results *slices) {
    size_t n_chaotic = 0;
    slices->n_attractors[0] = (int32_t)rc_attractors_match(plan, n_trials, spectra);
    for (size_t t = 0; t < n_trials; t++) n_chaotic += spectra[t]->verdict == RC_VERDICT_CHAOS;
    rc_share chaos = rc_share_of(n_chaotic, n_trials);
    slices->chaos_probability[0] = chaos.value;
    slices->chaos_probability_low[0] = chaos.low;
    slices->chaos_probability_high[0] = chaos.high;
    rc_survival survival = rc_survival_of(n_trials, spectra);
    slices->n_escaped[0] = (int32_t)(survival.moving.of - survival.moving.n);
    slices->escape_rate[0] = survival.escape.value;
    slices->escape_rate_low[0] = survival.escape.low;
    slices->escape_rate_high[0] = survival.escape.high;
    slices->survival[0] = survival.moving.value;
    slices->survival_low[0] = survival.moving.low;
    slices->survival_high[0] = survival.moving.high;
}

/* Goes on from the task's checkpoint if there is one. */
static rc_status measure(const rc_study *study, size_t task, const rc_task_context *context, const rc_network *network,
                         const double *initial_states, rc_spectrum_plan *plan, rc_spectrum **spectra) {
    rc_task_checkpoint checkpoint;
    rc_status status = rc_task_checkpoint_open(study, task, context, rc_task_exponent_steps(study), &checkpoint);
    plan->checkpoint = &checkpoint.spectrum;
    if (status == RC_OK) status = rc_spectrum_measure(network, plan, study->n_trials, initial_states, spectra);
    if (status == RC_DAMAGED && rc_task_checkpoint_forget(&checkpoint))
        status = rc_spectrum_measure(network, plan, study->n_trials, initial_states, spectra);
    plan->checkpoint = NULL;
    rc_task_checkpoint_close(&checkpoint);
    return status;
}

rc_status rc_task_measure_exponents(const rc_study *study, size_t task, const rc_task_context *context,
                                    const rc_network *network, const double *initial_states, rc_results *slices) {
    rc_status status = RC_OK;
    rc_spectrum **spectra = NULL;
    rc_spectrum_plan plan = {
        .form = RC_FORM_RATE,
        .gain = study->gains[task % study->n_gains],
        .tau_ms = study->dynamics.tau_ms,
        .dt_ms = study->dynamics.dt_ms,
        .n_exponents = study->n_exponents,
        .transient_ms = study->exponents.transient_ms,
        .duration_ms = study->exponents.duration_ms,
        .target_error = study->exponents.target_error,
        .precision = study->exponents.precision,
        .kernels = context->kernels,
        .stop = &context->control->stop,
        .state_steps = &context->control->state_steps,
    };
    double window_s = study->exponents.duration_ms / 1000 / RC_N_WINDOWS;
    RC_TRY(RC_ARRAY(spectra, study->n_trials, "spectra"));
    RC_TRY(measure(study, task, context, network, initial_states, &plan, spectra));
    RC_TRY(rc_spectrum_judge(network, &plan, study->n_trials, spectra));
    count_saved(study, spectra, context->control);
    put_summary(&plan, study->n_trials, spectra, slices);
    for (size_t t = 0; t < study->n_trials; t++) {
        put_exponents(spectra[t], window_s, t, slices);
        put_derived(spectra[t], t, slices);
        put_verdict(spectra[t], t, slices);
        put_audit(spectra[t], t, slices);
    }
done:
    for (size_t t = 0; spectra && t < study->n_trials; t++) rc_spectrum_destroy(&spectra[t]);
    free(spectra);
    return status;
}
