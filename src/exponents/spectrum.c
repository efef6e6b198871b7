/* Measuring: trials in groups, each settled, then accumulated block by block. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "dynamics/start.h"
#include "exponents/checkpoint.h"
#include "exponents/spectrum.h"

enum { UNIT = RC_LANE_UNIT, WIDEST_SIDE_BY_SIDE = 24 };

void rc_spectrum_destroy(rc_spectrum **spectrum) {
    rc_spectrum *s = *spectrum;
    if (!s) return;
    free(s->log_stretch);
    free(s->exponent);
    free(s->tangent);
    free(s->twin_stretch);
    free(s->history_ms);
    free(s->history_stretch);
    free(s->start);
    free(s->state);
    rc_fixed_point_destroy(&s->fixed_point);
    free(s);
    *spectrum = NULL;
}

rc_estimate rc_spectrum_largest(const rc_spectrum *spectrum) { return spectrum->exponent[0]; }

/* Side by side, m trials cost k + 2 vectors a connection; one after the other
 * m (k/8 + 2). */
bool rc_spectrum_side_by_side(size_t n_trials, size_t n_exponents) {
    size_t m = n_trials < UNIT ? n_trials : UNIT;
    return n_exponents <= WIDEST_SIDE_BY_SIDE && n_exponents + 2 <= m * ((n_exponents + UNIT - 1) / UNIT + 2);
}

static rc_status check_plan(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials) {
    if (plan->n_exponents < 1 || plan->n_exponents > network->n_neurons)
        return rc_fail(RC_INVALID, "%zu exponents of %zu neurons: expected 1 to %zu", plan->n_exponents,
                       network->n_neurons, network->n_neurons);
    if (n_trials == 0) return rc_fail(RC_INVALID, "no trials");
    if ((unsigned)plan->precision >= RC_N_PRECISIONS)
        return rc_fail(RC_INVALID, "precision %u: expected double (%d) or single (%d)", (unsigned)plan->precision,
                       RC_PRECISION_DOUBLE, RC_PRECISION_SINGLE);
    if (!(plan->dt_ms > 0) || !(plan->tau_ms > 0) || !isfinite(plan->dt_ms + plan->tau_ms))
        return rc_fail(RC_INVALID, "dt_ms = %g, tau_ms = %g: expected positive times", plan->dt_ms, plan->tau_ms);
    if (!(plan->transient_ms >= 0) || !(plan->duration_ms >= plan->dt_ms))
        return rc_fail(RC_INVALID, "transient_ms = %g, duration_ms = %g: expected >= 0 and at least one step",
                       plan->transient_ms, plan->duration_ms);
    if (!((plan->transient_ms + plan->duration_ms) / plan->dt_ms < 1e12))
        return rc_fail(RC_INVALID, "more than 1e12 steps");
    if (!isfinite(plan->gain) || !(plan->target_error >= 0) || !(plan->target_error_share >= 0))
        return rc_fail(RC_INVALID, "gain = %g, target_error = %g, target_error_share = %g: expected finite, >= 0, >= 0",
                       plan->gain, plan->target_error, plan->target_error_share);
    return RC_OK;
}

rc_status rc_spectrum_measure(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                              const double *initial_states, rc_spectrum **out) {
    rc_status status = RC_OK;
    rc_saver saver;
    for (size_t trial = 0; trial < n_trials; trial++) out[trial] = NULL;
    RC_TRY(check_plan(network, plan, n_trials));
    RC_TRY(rc_start_check(n_trials, network->n_neurons, initial_states, plan->input));
    RC_TRY(rc_saver_open(network, plan, n_trials, initial_states, out, &saver));
    bool side_by_side = rc_spectrum_side_by_side(n_trials, plan->n_exponents);
    for (size_t n; saver.n_finished < n_trials; saver.n_finished += n) {
        size_t first = saver.n_finished;
        n = side_by_side ? (n_trials - first < UNIT ? n_trials - first : UNIT) : 1;
        RC_TRY(rc_group_measure(network, plan, n, initial_states + first * network->n_neurons, !side_by_side, &saver,
                                out + first));
    }
    RC_TRY(rc_saver_conclude(&saver));
done:
    for (size_t trial = 0; status != RC_OK && trial < n_trials; trial++) rc_spectrum_destroy(&out[trial]);
    return status;
}
