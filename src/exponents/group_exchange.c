/* What a measurement consists of, field by field. A struct that grows must be
 * exchanged whole, so its size is checked where the usual machine has it. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "exponents/checkpoint.h"

#define EXCHANGES(type, size) \
    _Static_assert(sizeof(void *) != 8 || sizeof(type) == (size), #type " has changed: exchange all of it here")

EXCHANGES(rc_fixed_point, 40);
EXCHANGES(rc_derived, 96);
EXCHANGES(rc_activity, 368);
EXCHANGES(rc_audit, 224);
EXCHANGES(rc_spectrum, 1264);
EXCHANGES(rc_samples, 48);
EXCHANGES(rc_trial_run, 128);
EXCHANGES(rc_probe, 376);
EXCHANGES(rc_group, 1128);

enum { UNIT = RC_LANE_UNIT };

static rc_status damaged(const char *what) { return rc_fail(RC_DAMAGED, "saved measurement: %s cannot be", what); }

/* --- Spectra -------------------------------------------------------------------- */

rc_status rc_fixed_point_exchange(rc_exchange *e, size_t n_neurons, rc_fixed_point **point) {
    rc_status status = RC_OK;
    bool is_there = *point != NULL;
    RC_TRY(rc_exchange_flag(e, &is_there));
    if (!is_there) return RC_OK;
    if (e->reading) RC_TRY(RC_ARRAY(*point, 1, "fixed point"));
    rc_fixed_point *p = *point;
    RC_TRY(rc_exchange_new(e, &p->state, n_neurons, "fixed point"));
    RC_TRY(rc_exchange_new(e, &p->exponent, n_neurons, "fixed point"));
    RC_TRY(rc_exchange_doubles(e, &p->residual, 1));
    RC_TRY(rc_exchange_doubles(e, &p->moved, 1));
    RC_TRY(rc_exchange_flag(e, &p->stable));
done:
    if (status != RC_OK && e->reading) rc_fixed_point_destroy(point);
    return status;
}

static rc_status exchange_blocks(rc_exchange *e, rc_spectrum *s, size_t most) {
    rc_status status = RC_OK;
    RC_TRY(rc_exchange_size(e, &s->n_blocks, 0, most, "blocks"));
    RC_TRY(rc_exchange_size(e, &s->n_skipped, 0, s->n_blocks, "blocks left out"));
    if (s->n_blocks == 0) return RC_OK;
    if (s->log_stretch) { /* there, with room for the most */
        RC_TRY(rc_exchange_doubles(e, s->log_stretch, s->n_blocks * s->n_exponents));
        RC_TRY(rc_exchange_doubles(e, s->twin_stretch, s->n_blocks));
    } else {
        RC_TRY(rc_exchange_new(e, &s->log_stretch, s->n_blocks * s->n_exponents, "stretches"));
        RC_TRY(rc_exchange_new(e, &s->twin_stretch, s->n_blocks, "stretches of the twin"));
    }
done:
    return status;
}

static rc_status exchange_judgement(rc_exchange *e, rc_spectrum *s) {
    rc_status status = RC_OK;
    rc_audit *a = &s->audit;
    double *numbers[] = {&a->sum_rule,      &a->zero_exponent, &a->twin_sigmas, &a->condition,
                         &a->half_interval, &a->half_step,     &a->fixed_point};
    size_t verdict = s->verdict;
    RC_TRY(rc_exchange_bytes(e, &s->transient, sizeof s->transient));
    RC_TRY(rc_exchange_flag(e, &s->transient_grows));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) RC_TRY(rc_exchange_doubles(e, numbers[i], 1));
    RC_TRY(rc_exchange_flag(e, &a->passed));
    RC_TRY(rc_exchange_bytes(e, a->text, sizeof a->text));
    RC_TRY(rc_exchange_size(e, &verdict, 0, RC_N_VERDICTS - 1, "a verdict"));
    s->verdict = (rc_verdict)verdict;
    RC_TRY(rc_exchange_bytes(e, s->reason, sizeof s->reason));
    a->text[sizeof a->text - 1] = s->reason[sizeof s->reason - 1] = '\0';
    RC_TRY(rc_exchange_size(e, &s->attractor, 0, SIZE_MAX, "an attractor"));
done:
    return status;
}

rc_status rc_spectrum_exchange(rc_exchange *e, const rc_spectrum_plan *plan, size_t most_blocks, rc_spectrum *s) {
    rc_status status = RC_OK;
    size_t n = s->n_neurons, k = s->n_exponents;
    double *numbers[] = {&s->block_s,  &s->interval_s, &s->condition,  &s->start_ms,  &s->measured_s,
                         &s->needed_s, &s->speed,      &s->rest_ms,    &s->period_ms, &s->multiplier,
                         &s->growth,   &s->growth_ms,  &s->lifetime_ms};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) RC_TRY(rc_exchange_doubles(e, numbers[i], 1));
    RC_TRY(exchange_blocks(e, s, most_blocks));
    RC_TRY(rc_exchange_bytes(e, s->exponent, k * sizeof *s->exponent));
    RC_TRY(rc_exchange_bytes(e, s->tangent, k * sizeof *s->tangent));
    RC_TRY(rc_exchange_bytes(e, &s->twin, sizeof s->twin));
    RC_TRY(rc_exchange_bytes(e, &s->beside_twin, sizeof s->beside_twin));
    RC_TRY(rc_exchange_size(e, &s->n_history, 0, rc_plan_history_size(plan), "pieces of history"));
    RC_TRY(rc_exchange_doubles(e, s->history_ms, s->n_history));
    RC_TRY(rc_exchange_doubles(e, s->history_stretch, s->n_history));
    RC_TRY(rc_exchange_doubles(e, s->start, n));
    RC_TRY(rc_exchange_doubles(e, s->state, n));
    RC_TRY(rc_exchange_size(e, &s->n_steps, 0, SIZE_MAX, "steps"));
    RC_TRY(rc_fixed_point_exchange(e, n, &s->fixed_point));
    RC_TRY(rc_exchange_bytes(e, &s->derived, sizeof s->derived));
    RC_TRY(rc_exchange_bytes(e, &s->activity, sizeof s->activity));
    RC_TRY(exchange_judgement(e, s));
done:
    return status;
}

/* --- What runs --------------------------------------------------------------------- */

static rc_status exchange_probe(rc_exchange *e, rc_probe *p, size_t most_steps) {
    rc_status status = RC_OK;
    rc_bundle *b = p->bundle;
    RC_TRY(rc_exchange_size(e, &p->n_left, 0, most_steps, "steps left"));
    RC_TRY(rc_exchange_size(e, &p->interval, p->n_left > 0, RC_MOST_INTERVAL, "steps of an interval"));
    RC_TRY(rc_exchange_size(e, &p->n_interval, 0, p->interval < p->n_left ? p->interval : p->n_left,
                            "steps of this interval"));
    RC_TRY(rc_exchange_size(e, &p->n_taken, 0, p->n_interval, "steps taken"));
    RC_TRY(rc_exchange_flag(e, &b->step.twins));
    RC_TRY(rc_exchange_doubles(e, p->log_stretch, b->n_trials * b->n_tangents));
    double *numbers[] = {p->twin_stretch, p->condition, p->speed, p->twin_gap};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) RC_TRY(rc_exchange_doubles(e, numbers[i], UNIT));
    size_t stride;
    RC_TRY(rc_exchange_doubles(e, rc_bundle_points(b, RC_POINT_STATE, &stride), b->n_points));
    RC_TRY(rc_exchange_doubles(e, rc_bundle_tangents(b), rc_bundle_size(b) - b->n_points));
    if (p->n_interval > 0) RC_TRY(rc_exchange_doubles(e, p->saved, rc_bundle_size(b)));
    if (p->n_interval > 0) RC_TRY(rc_exchange_doubles(e, p->before, b->n_neurons * UNIT));
    if (e->reading) rc_bundle_refresh(b);
done:
    return status;
}

static rc_status exchange_samples(rc_exchange *e, rc_samples *s) {
    rc_status status = RC_OK;
    RC_TRY(rc_exchange_size(e, &s->n, 0, s->capacity, "samples"));
    RC_TRY(rc_exchange_size(e, &s->stride, 1, SIZE_MAX, "a stride"));
    RC_TRY(rc_exchange_size(e, &s->offered, 0, SIZE_MAX, "samples offered"));
    RC_TRY(rc_exchange_doubles(e, s->state, s->n * s->n_neurons));
done:
    return status;
}

static rc_status exchange_trial(rc_exchange *e, rc_group *g, rc_trial_run *t) {
    rc_status status = RC_OK;
    double *numbers[] = {&t->tried_speed, &t->pending, &t->pending_steps, &t->speed_sum, &t->square_sum};
    RC_TRY(rc_spectrum_exchange(e, g->plan, g->n_blocks, t->out));
    RC_TRY(exchange_samples(e, &t->samples));
    RC_TRY(rc_exchange_flag(e, &t->done));
    RC_TRY(rc_exchange_size(e, &t->last_block, 0, g->n_blocks, "the last block"));
    RC_TRY(rc_exchange_size(e, &t->next_check, 0, SIZE_MAX, "the next check"));
    RC_TRY(rc_fixed_point_exchange(e, g->network->n_neurons, &t->candidate));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) RC_TRY(rc_exchange_doubles(e, numbers[i], 1));
done:
    return status;
}

/* --- Does it fit together? ------------------------------------------------------------ */

/* Neither blocks nor history may outgrow their arrays. */
static bool trial_can_be(const rc_group *g, const rc_trial_run *t, bool looked_at) {
    const rc_spectrum *s = t->out;
    double step_s = g->plan->dt_ms / 1000;
    if (g->settled && fabs(s->interval_s - (double)g->interval * step_s) > 0.1 * step_s) return false;
    if (g->settled && fabs(s->block_s - (double)g->block_steps * step_s) > 0.1 * step_s) return false;
    if (t->done) return g->settled;
    if (g->settled && looked_at && s->n_blocks >= t->last_block) return false;
    if (s->fixed_point) return true;
    double noted = (double)s->n_history * (double)rc_plan_history_steps(g->plan) + t->pending_steps;
    size_t to_come = g->settled ? (g->n_blocks - s->n_blocks) * g->block_steps : 0;
    size_t most = rc_plan_steps(g->plan, g->plan->transient_ms);
    if (g->settled) most += rc_plan_steps(g->plan, g->plan->duration_ms);
    return t->pending_steps >= 0 && noted <= (double)g->steps_done && g->steps_done + to_come <= most;
}

static bool group_can_be(const rc_group *g) {
    const rc_probe *p = g->probe;
    for (size_t trial = 0; trial < g->n_trials; trial++)
        if (!trial_can_be(g, &g->trial[trial], trial < g->n_looked)) return false;
    if (p->n_left == 0) return true;
    if (g->n_looked < g->n_trials || p->n_left > g->piece_steps) return false;
    size_t transient = rc_plan_steps(g->plan, g->plan->transient_ms);
    if (g->settled) return g->piece_steps == g->block_steps && p->interval == g->interval;
    return p->interval == g->piece_steps && g->steps_done + g->piece_steps <= transient;
}

rc_status rc_group_exchange(rc_exchange *e, rc_group *g) {
    rc_status status = RC_OK;
    size_t transient = rc_plan_steps(g->plan, g->plan->transient_ms);
    size_t duration = rc_plan_steps(g->plan, g->plan->duration_ms);
    bool settled = g->settled;
    RC_TRY(rc_exchange_flag(e, &settled));
    RC_TRY(rc_exchange_size(e, &g->steps_done, 0, transient + (settled ? 2 * duration : 0), "steps done"));
    RC_TRY(rc_exchange_size(e, &g->interval, 1, RC_MOST_INTERVAL, "steps between orthonormalisations"));
    RC_TRY(rc_exchange_size(e, &g->piece_steps, 0, transient + duration, "steps of a piece"));
    RC_TRY(rc_exchange_size(e, &g->n_looked, 0, g->n_trials, "trials looked at"));
    if (e->reading && settled) RC_TRY(rc_group_begin_blocks(g));
    RC_TRY(rc_exchange_size(e, &g->blocks_done, 0, 2 * g->n_blocks, "blocks done"));
    for (size_t trial = 0; trial < g->n_trials; trial++) RC_TRY(exchange_trial(e, g, &g->trial[trial]));
    RC_TRY(exchange_probe(e, g->probe, g->piece_steps));
    if (e->reading && !group_can_be(g)) status = damaged("its state");
done:
    return status;
}
