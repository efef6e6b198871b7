/* What no key can know alone: that the parts of a study go together. */
#include <math.h>

#include "study/draft.h"
#include "study/number.h"

/* 2^40 steps would take years; step numbers stay exact in a double. */
static const double max_steps = 1099511627776.0;

/* Two values that clash: the one given last is to blame. */
static const rc_place *later(const rc_draft *draft, rc_key_id a, rc_key_id b) {
    const rc_place *x = &draft->place[a], *y = &draft->place[b];
    if (x->kind != y->kind) return x->kind > y->kind ? x : y;
    return y->order > x->order ? y : x;
}

static bool is_given(const rc_draft *draft, rc_key_id key) { return draft->place[key].kind != RC_PLACE_DEFAULT; }

static rc_status check_step(const rc_draft *draft) {
    double tau = draft->study->dynamics.tau_ms, dt = draft->study->dynamics.dt_ms;
    if (dt < 2.0 * tau) return RC_OK;
    char step[RC_NUMBER_SIZE], limit[RC_NUMBER_SIZE];
    rc_number_print(dt, step);
    rc_number_print(2.0 * tau, limit);
    return rc_fail_at(later(draft, RC_KEY_DT, RC_KEY_TAU),
                      "dynamics.dt_ms: expected less than twice dynamics.tau_ms = %s, found %s", limit, step);
}

static rc_status refuse_steps(const rc_draft *draft, rc_key_id key, double duration, double nearest) {
    char found[RC_NUMBER_SIZE], wanted[RC_NUMBER_SIZE], dt[RC_NUMBER_SIZE];
    rc_number_print(duration, found);
    rc_number_print(nearest * draft->study->dynamics.dt_ms, wanted);
    rc_number_print(draft->study->dynamics.dt_ms, dt);
    const rc_place *place = later(draft, key, RC_KEY_DT);
    const char *name = rc_schema[key].name;
    if (nearest >= max_steps) return rc_fail_at(place, "%s: expected at most 2^40 steps, found %s", name, found);
    return rc_fail_at(place, "%s: expected a whole number of steps of dynamics.dt_ms = %s, found %s; the nearest is %s",
                      name, dt, found, wanted);
}

/* A duration in steps; at least `fewest`. */
static rc_status count_steps(const rc_draft *draft, rc_key_id key, double duration, double fewest, size_t *n_steps) {
    double steps = duration / draft->study->dynamics.dt_ms;
    double whole = fmax(round(steps), fewest);
    if (!(whole < max_steps) || fabs(steps - whole) > 1e-9 * whole) return refuse_steps(draft, key, duration, whole);
    *n_steps = (size_t)whole;
    return RC_OK;
}

/* The defaults of record.* are those of the published study; a smaller one
 * records the nearest that it has. */
static void fit_record(rc_draft *draft) {
    rc_study *study = draft->study;
    bool has_session = rc_study_session_index(study, study->record.session) < study->n_sessions;
    if (!is_given(draft, RC_KEY_RECORD_SESSION) && !has_session) study->record.session = study->sessions[0];
    if (!is_given(draft, RC_KEY_RECORD_TRIAL) && study->record.trial >= study->n_trials) {
        study->record.trial = study->n_trials - 1;
    }
    if (!is_given(draft, RC_KEY_RECORD_NEURON) && study->record.neuron >= study->network.n_neurons) {
        study->record.neuron = study->network.n_neurons - 1;
    }
    if (!is_given(draft, RC_KEY_RECORD_DURATION)) {
        double dt = study->dynamics.dt_ms;
        double steps = study->record.duration_ms / dt;
        bool is_whole = fabs(steps - round(steps)) <= 1e-9 * steps;
        if (!is_whole) study->record.duration_ms = floor(steps) * dt;
        if (steps >= (double)study->n_steps) study->record.duration_ms = study->dynamics.duration_ms;
    }
}

static rc_status check_record(const rc_draft *draft) {
    const rc_study *study = draft->study;
    if (rc_study_session_index(study, study->record.session) == study->n_sessions) {
        return rc_fail_at(later(draft, RC_KEY_RECORD_SESSION, RC_KEY_SESSIONS),
                          "record.session: expected one of the sessions of this study, found %u",
                          study->record.session);
    }
    if (study->record.trial >= study->n_trials) {
        return rc_fail_at(later(draft, RC_KEY_RECORD_TRIAL, RC_KEY_TRIALS),
                          "record.trial: expected less than trials = %zu, found %zu", study->n_trials,
                          study->record.trial);
    }
    if (study->record.neuron >= study->network.n_neurons) {
        return rc_fail_at(later(draft, RC_KEY_RECORD_NEURON, RC_KEY_NEURONS),
                          "record.neuron: expected less than network.neurons = %zu, found %zu",
                          study->network.n_neurons, study->record.neuron);
    }
    return RC_OK;
}

static rc_status check_recorded(const rc_draft *draft) {
    const rc_study *study = draft->study;
    if (study->n_recorded <= study->n_steps) return RC_OK;
    char limit[RC_NUMBER_SIZE], found[RC_NUMBER_SIZE];
    rc_number_print(study->dynamics.duration_ms, limit);
    rc_number_print(study->record.duration_ms, found);
    return rc_fail_at(later(draft, RC_KEY_RECORD_DURATION, RC_KEY_DURATION),
                      "record.duration_ms: expected at most dynamics.duration_ms = %s, found %s", limit, found);
}

rc_status rc_draft_check(rc_draft *draft) {
    rc_study *study = draft->study;
    rc_status status = RC_OK;
    RC_TRY(check_step(draft));
    RC_TRY(count_steps(draft, RC_KEY_DURATION, study->dynamics.duration_ms, 1.0, &study->n_steps));
    fit_record(draft);
    RC_TRY(check_record(draft));
    study->n_exponents =
        study->exponents.count < study->network.n_neurons ? study->exponents.count : study->network.n_neurons;
    RC_TRY(count_steps(draft, RC_KEY_RECORD_DURATION, study->record.duration_ms, 0.0, &study->n_recorded));
    RC_TRY(check_recorded(draft));
done:
    return status;
}
