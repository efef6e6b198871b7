#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "dynamics/bundle.h"
#include "dynamics/start.h"

enum { UNIT = RC_LANE_UNIT };

size_t rc_simulation_n_kept(const rc_simulation *plan) { return plan->n_steps / plan->every + 1; }

static rc_status check(const rc_simulation *plan, size_t n_trials) {
    if (n_trials == 0) return rc_fail(RC_INVALID, "no trials");
    if (plan->every == 0) return rc_fail(RC_INVALID, "every: expected at least 1 step");
    if (!(plan->dt_ms > 0) || !(plan->tau_ms > 0) || !isfinite(plan->dt_ms + plan->tau_ms))
        return rc_fail(RC_INVALID, "dt_ms = %g, tau_ms = %g: expected positive times", plan->dt_ms, plan->tau_ms);
    if (!isfinite(plan->gain)) return rc_fail(RC_INVALID, "gain = %g: expected a finite number", plan->gain);
    return RC_OK;
}

/* Up to 8 trials, from where they are in the bundle. */
typedef struct {
    const rc_simulation *plan;
    rc_bundle *bundle;
    size_t first, n; /* trials */
    double *out;     /* [trial, kept, neuron], of the first of them */
} flock;

static rc_status keep(const flock *f, size_t step) {
    size_t n_neurons = f->bundle->n_neurons, n_kept = rc_simulation_n_kept(f->plan);
    for (size_t trial = 0; trial < f->n; trial++) {
        double *state = f->out + (trial * n_kept + step / f->plan->every) * n_neurons;
        rc_bundle_get_point(f->bundle, RC_POINT_STATE, trial, state);
        for (size_t i = 0; i < n_neurons; i++)
            if (!isfinite(state[i]))
                return rc_fail(RC_NOT_FINITE, "trial %zu, step %zu: the state of neuron %zu is not finite",
                               f->first + trial, step, i);
    }
    return RC_OK;
}

static rc_status follow(const flock *f) {
    const rc_simulation *plan = f->plan;
    rc_status status = keep(f, 0);
    for (size_t step = 1; step <= plan->n_steps && status == RC_OK; step++) {
        rc_bundle_advance(f->bundle);
        if (plan->state_steps) atomic_fetch_add(plan->state_steps, f->n);
        if (step % plan->every == 0) status = keep(f, step);
        if (status == RC_OK && plan->stop && atomic_load(plan->stop)) status = rc_fail(RC_STOPPED, "stopped");
    }
    return status;
}

rc_status rc_simulate(const rc_network *network, const rc_simulation *plan, size_t n_trials,
                      const double *initial_states, double *out) {
    rc_status status = RC_OK;
    rc_bundle *bundle = NULL;
    const rc_kernels *kernels = plan->kernels;
    size_t n = network->n_neurons;
    RC_TRY(check(plan, n_trials));
    RC_TRY(rc_start_check(n_trials, n, initial_states, plan->input));
    if (!kernels) RC_TRY(rc_kernels_find(NULL, &kernels));
    for (size_t first = 0; first < n_trials; first += UNIT) {
        size_t left = n_trials - first, together = left < UNIT ? left : UNIT;
        flock f = {plan, NULL, first, together, out + first * rc_simulation_n_kept(plan) * n};
        RC_TRY(rc_bundle_create(network, plan->form, plan->gain, plan->input, plan->dt_ms / plan->tau_ms, together, 0,
                                together == 1, kernels, RC_PRECISION_DOUBLE, &bundle));
        bundle->step.twins = false;
        f.bundle = bundle;
        for (size_t trial = 0; trial < together; trial++)
            rc_bundle_set_point(bundle, RC_POINT_STATE, trial, initial_states + (first + trial) * n);
        rc_bundle_refresh(bundle);
        RC_TRY(follow(&f));
        rc_bundle_destroy(&bundle);
    }
done:
    rc_bundle_destroy(&bundle);
    return status;
}
