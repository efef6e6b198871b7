/* One group of trials: settle, then accumulate. */
#include "exponents/group.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "exponents/checkpoint.h"
#include "exponents/fixed_point.h"
#include "exponents/spectrum.h"

static const double same_point = 1e-10; /* far above what Newton leaves, far below what lies between two */

enum { SAMPLES = 400, HISTORY = 4000, FIRST_CHECK = 32 };
enum { N_SPELLS = 16, SPELLS_APART = 4, FEW_BLOCKS = 128 };

size_t rc_plan_steps(const rc_spectrum_plan *plan, double ms) { return (size_t)floor(ms / plan->dt_ms + 0.5); }

/* The time of the slowest thing a neuron does, in steps. */
static double natural_steps(const rc_spectrum_plan *plan) {
    return plan->form == RC_FORM_MAP ? 20 : plan->tau_ms / plan->dt_ms;
}

/* --- Coming to rest ----------------------------------------------------------- */

/* Twice in a row Newton must lead to the same stable point, and be nearer. */
static bool confirms(const rc_trial_run *t, const rc_fixed_point *found) {
    if (!t->candidate) return found->moved < 1e-7;
    double apart = 0;
    for (size_t i = 0; i < t->out->n_neurons; i++) apart = fmax(apart, fabs(found->state[i] - t->candidate->state[i]));
    return apart < 1e-8 && found->moved < 0.5 * t->candidate->moved + 1e-9 && found->moved < 0.03;
}

/* Trials often come to rest at the same point, or, without input, at its mirror image: there the eigenvalues are the
 * same, and dear. */
static const rc_fixed_point *find_same(const rc_group *g, const rc_fixed_point *found) {
    for (size_t trial = 0; trial < g->n_trials; trial++) {
        const rc_fixed_point *other = g->trial[trial].out->fixed_point;
        double apart = 0, mirrored = g->plan->input ? INFINITY : 0;
        for (size_t i = 0; other && i < g->network->n_neurons; i++) {
            apart = fmax(apart, fabs(found->state[i] - other->state[i]));
            mirrored = fmax(mirrored, fabs(found->state[i] + other->state[i]));
        }
        if (other && fmin(apart, mirrored) < same_point) return other;
    }
    return NULL;
}

static rc_status find_exponents(const rc_group *g, rc_fixed_point *found) {
    const rc_fixed_point *same = find_same(g, found);
    if (!same) return rc_fixed_point_find_exponents(g->network, g->plan, found);
    memcpy(found->exponent, same->exponent, g->network->n_neurons * sizeof *found->exponent);
    found->stable = same->stable;
    return RC_OK;
}

/* From here on the trial is what its limit is: state and accumulation start
 * again at the fixed point. */
static void begin_rest(rc_group *g, size_t trial, rc_fixed_point *found) {
    rc_trial_run *t = &g->trial[trial];
    rc_spectrum *s = t->out;
    s->fixed_point = found;
    s->rest_ms = s->start_ms = (double)g->steps_done * g->plan->dt_ms;
    s->n_blocks = 0;
    s->condition = 0;
    t->next_check = SIZE_MAX;
    t->speed_sum = t->square_sum = 0;
    rc_samples_clear(&t->samples);
    memcpy(s->start, found->state, s->n_neurons * sizeof *s->start);
    rc_probe_move(g->probe, trial, found->state);
}

/* Tries Newton when the state has slowed down, and each time it is slower by
 * more than half. A failure only means: not now. */
static rc_status look_for_rest(rc_group *g, size_t trial) {
    rc_status status = RC_OK;
    rc_trial_run *t = &g->trial[trial];
    rc_fixed_point *found = NULL;
    double speed = g->probe->speed[trial] * natural_steps(g->plan) * g->plan->dt_ms / 1000;
    if (t->out->fixed_point || speed > 2e-3 || speed > 0.4 * t->tried_speed) return RC_OK;
    rc_bundle_get_point(g->probe->bundle, RC_POINT_STATE, trial, g->state);
    status = rc_fixed_point_locate(g->network, g->plan, g->state, &found);
    if (status == RC_NUMERICS) status = RC_OK;
    if (status != RC_OK || !found) goto done;
    if (confirms(t, found)) {
        RC_TRY(find_exponents(g, found));
        if (found->stable) {
            begin_rest(g, trial, found);
            found = NULL;
        }
    } else {
        rc_fixed_point_destroy(&t->candidate);
        t->candidate = found;
        found = NULL;
    }
done:
    if (status == RC_OK) t->tried_speed = speed; /* stopped: it is tried again */
    rc_fixed_point_destroy(&found);
    return status;
}

/* --- Keeping -------------------------------------------------------------------- */

static size_t total_steps(const rc_spectrum_plan *plan) {
    return rc_plan_steps(plan, plan->transient_ms) + rc_plan_steps(plan, plan->duration_ms);
}

size_t rc_plan_history_steps(const rc_spectrum_plan *plan) { return total_steps(plan) / HISTORY + 1; }

size_t rc_plan_history_size(const rc_spectrum_plan *plan) {
    return total_steps(plan) / rc_plan_history_steps(plan) + 2;
}

static void keep_history(rc_group *g, size_t trial) {
    rc_trial_run *t = &g->trial[trial];
    rc_spectrum *s = t->out;
    if (s->fixed_point) return; /* only the way there is history */
    t->pending += g->probe->log_stretch[trial * s->n_exponents];
    t->pending_steps += (double)g->piece_steps;
    if (t->pending_steps < (double)rc_plan_history_steps(g->plan)) return;
    s->history_ms[s->n_history] = (double)g->steps_done * g->plan->dt_ms;
    s->history_stretch[s->n_history++] = t->pending;
    t->pending = t->pending_steps = 0;
}

static void keep_block(rc_group *g, size_t trial) {
    rc_trial_run *t = &g->trial[trial];
    rc_spectrum *s = t->out;
    size_t k = s->n_exponents;
    memcpy(s->log_stretch + s->n_blocks * k, g->probe->log_stretch + trial * k, k * sizeof *s->log_stretch);
    s->twin_stretch[s->n_blocks++] = g->probe->bundle->step.twins ? g->probe->twin_stretch[trial] : NAN;
    s->condition = fmax(s->condition, g->probe->condition[trial]);
    rc_bundle_get_point(g->probe->bundle, RC_POINT_STATE, trial, g->state);
    rc_samples_offer(&t->samples, g->state);
    t->speed_sum += g->probe->speed[trial] * sqrt((double)s->n_neurons);
    for (size_t i = 0; i < s->n_neurons; i++) t->square_sum += g->state[i] * g->state[i] / (double)s->n_neurons;
}

/* --- Settling --------------------------------------------------------------------- */

/* Longer by an eighth while frames stay well below the condition that is aimed at, and
 * leading directions within e^9, as far as a twin may go; shorter by a third when they do not. Single
 * steps that are nearly singular so cost little of the interval. */
static void adapt_interval(rc_group *g) {
    const rc_probe *p = g->probe;
    size_t most = (size_t)fmax(1, fmin(5 * natural_steps(g->plan), RC_MOST_INTERVAL));
    double used = 0; /* share of what is allowed */
    for (size_t trial = 0; trial < g->n_trials; trial++) {
        used = fmax(used, log(fmax(1, p->condition[trial])) / log(p->rounding->condition_aim));
        used = fmax(used, fabs(p->log_stretch[trial * g->plan->n_exponents]) / 9);
    }
    if (used > 1) g->interval -= g->interval > 1 ? g->interval / 3 + (g->interval < 3) : 0;
    if (used < 0.8) g->interval += g->interval / 8 + 1;
    if (g->interval > most) g->interval = most;
}

static bool all_at_rest(const rc_group *g) {
    for (size_t trial = 0; trial < g->n_trials; trial++)
        if (!g->trial[trial].out->fixed_point) return false;
    return true;
}

static void begin_piece(rc_group *g, size_t n_steps, size_t interval) {
    g->piece_steps = n_steps;
    rc_probe_begin(g->probe, n_steps, interval);
}

static void note_settling(rc_group *g) {
    if (g->piece_steps == g->interval) adapt_interval(g);
    for (size_t trial = 0; trial < g->n_trials; trial++) keep_history(g, trial);
}

/* What is left of a piece: its steps, what they tell, and a look at each trial.
 * Stopped, it goes on where it was. */
static rc_status finish_piece(rc_group *g, void (*note)(rc_group *), rc_status (*look)(rc_group *, size_t),
                              rc_saver *saver) {
    rc_status status = RC_OK;
    if (g->probe->n_left > 0) {
        RC_TRY(rc_probe_finish(g->probe));
        if (g->plan->state_steps) atomic_fetch_add(g->plan->state_steps, g->piece_steps * g->n_trials);
        g->steps_done += g->piece_steps;
        note(g);
        g->n_looked = 0;
    }
    for (; g->n_looked < g->n_trials; g->n_looked++) RC_TRY(look(g, g->n_looked));
    if (rc_saver_is_due(saver)) RC_TRY(rc_saver_save(saver, g));
done:
    return status;
}

static rc_status settle(rc_group *g, rc_saver *saver) {
    rc_status status = RC_OK;
    size_t n_steps = rc_plan_steps(g->plan, g->plan->transient_ms);
    for (;;) {
        RC_TRY(finish_piece(g, note_settling, look_for_rest, saver));
        if (g->steps_done >= n_steps || all_at_rest(g)) break;
        size_t rest = n_steps - g->steps_done, n = g->interval < rest ? g->interval : rest;
        begin_piece(g, n, n);
    }
done:
    return status;
}

/* --- Accumulating ------------------------------------------------------------------ */

rc_status rc_group_begin_blocks(rc_group *g) {
    rc_status status = RC_OK;
    size_t n_steps = rc_plan_steps(g->plan, g->plan->duration_ms);
    if (g->interval > n_steps) g->interval = n_steps;
    size_t merged = (n_steps / g->interval + RC_MOST_BLOCKS - 1) / RC_MOST_BLOCKS;
    g->block_steps = g->interval * merged;
    g->n_blocks = n_steps / g->block_steps;
    for (size_t trial = 0; trial < g->n_trials; trial++) {
        rc_spectrum *s = g->trial[trial].out;
        s->interval_s = (double)g->interval * g->plan->dt_ms / 1000;
        s->block_s = (double)g->block_steps * g->plan->dt_ms / 1000;
        g->trial[trial].last_block = g->n_blocks;
        g->trial[trial].next_check = FIRST_CHECK;
        RC_TRY(RC_ARRAY(s->log_stretch, g->n_blocks * s->n_exponents, "stretches"));
        RC_TRY(RC_ARRAY(s->twin_stretch, g->n_blocks, "stretches of the twin"));
        if (s->fixed_point) continue;
        s->start_ms = (double)g->steps_done * g->plan->dt_ms;
        rc_bundle_get_point(g->probe->bundle, RC_POINT_STATE, trial, s->start);
    }
    g->settled = true;
done:
    return status;
}

/* At rest the frame has to find the eigenvalues' directions, at the pace of
 * the widest gap among them; then the run ends. */
static void limit_rest(rc_group *g, rc_trial_run *t) {
    const rc_spectrum *s = t->out;
    double gap = 0, step_s = g->plan->dt_ms / 1000, tau_steps = natural_steps(g->plan);
    for (size_t n = 1; n <= s->n_exponents && n < s->n_neurons; n++)
        gap = fmax(gap, s->fixed_point->exponent[n - 1] - s->fixed_point->exponent[n]);
    double steps = fmin(fmax(16 / gap / step_s, 200 * tau_steps), 1000 * tau_steps);
    double enough = ceil(steps / (double)g->block_steps);
    t->last_block = enough < (double)g->n_blocks ? (size_t)enough : g->n_blocks;
}

static void finish(rc_group *g, size_t trial) {
    rc_trial_run *t = &g->trial[trial];
    t->done = true;
    t->out->speed = g->probe->speed[trial];
    t->out->measured_s = (double)t->out->n_blocks * t->out->block_s;
    rc_bundle_get_point(g->probe->bundle, RC_POINT_STATE, trial, t->out->state);
}

/* Twins check the tangents, and are dear: in long measurements they go along in the first spell of every quarter. */
static bool is_for_twins(const rc_group *g) {
    return g->n_blocks < FEW_BLOCKS || g->blocks_done * N_SPELLS / g->n_blocks % SPELLS_APART == 0;
}

static void note_blocks(rc_group *g) {
    g->blocks_done++;
    for (size_t trial = 0; trial < g->n_trials; trial++) {
        if (g->trial[trial].done) continue;
        keep_history(g, trial);
        keep_block(g, trial);
    }
}

static rc_status continue_trial(rc_group *g, size_t trial) {
    rc_trial_run *t = &g->trial[trial];
    rc_spectrum *s = t->out;
    if (t->done) return RC_OK;
    rc_status status = look_for_rest(g, trial);
    if (status != RC_OK) return status;
    if (s->fixed_point) limit_rest(g, t);
    if (s->n_blocks >= t->next_check) {
        t->next_check = s->n_blocks + s->n_blocks / 8 + 1;
        if (rc_spectrum_reached(g->plan, s)) t->last_block = s->n_blocks;
    }
    if (s->n_blocks >= t->last_block) finish(g, trial);
    return RC_OK;
}

static bool all_done(const rc_group *g) {
    for (size_t trial = 0; trial < g->n_trials; trial++)
        if (!g->trial[trial].done) return false;
    return true;
}

static rc_status accumulate(rc_group *g, rc_saver *saver) {
    rc_status status = RC_OK;
    for (;;) {
        RC_TRY(finish_piece(g, note_blocks, continue_trial, saver));
        if (all_done(g)) break;
        rc_probe_set_twins(g->probe, is_for_twins(g));
        begin_piece(g, g->block_steps, g->interval);
    }
    for (size_t trial = 0; trial < g->n_trials; trial++) g->trial[trial].out->n_steps = g->steps_done;
done:
    return status;
}

/* --- The whole ------------------------------------------------------------------------ */

rc_status rc_spectrum_open(const rc_network *network, const rc_spectrum_plan *plan, rc_spectrum **out) {
    rc_status status = RC_OK;
    size_t n = network->n_neurons, k = plan->n_exponents;
    rc_spectrum *s = NULL;
    RC_TRY(RC_ARRAY(s, 1, "spectrum"));
    *s = (rc_spectrum){.n_neurons = n, .n_exponents = k, .rest_ms = NAN, .period_ms = NAN, .multiplier = NAN};
    s->lifetime_ms = NAN;
    s->verdict = RC_VERDICT_UNDECIDED;
    s->attractor = SIZE_MAX;
    snprintf(s->reason, sizeof s->reason, "not judged yet");
    RC_TRY(RC_ARRAY(s->exponent, k, "exponents"));
    RC_TRY(RC_ARRAY(s->tangent, k, "exponents"));
    RC_TRY(RC_ARRAY(s->start, n, "state"));
    RC_TRY(RC_ARRAY(s->state, n, "state"));
    RC_TRY(RC_ARRAY(s->history_ms, rc_plan_history_size(plan), "history"));
    RC_TRY(RC_ARRAY(s->history_stretch, rc_plan_history_size(plan), "history"));
done:
    if (status != RC_OK) rc_spectrum_destroy(&s);
    *out = s;
    return status;
}

static rc_status open_trial(rc_group *g, size_t trial, rc_spectrum **out) {
    rc_status status = RC_OK;
    rc_trial_run *t = &g->trial[trial];
    t->tried_speed = INFINITY;
    RC_TRY(rc_spectrum_open(g->network, g->plan, out));
    t->out = *out;
    RC_TRY(rc_samples_open(g->network->n_neurons, SAMPLES, &t->samples));
done:
    return status;
}

/* The highest point of the cumulative growth, and when it was first within 3 of it. */
static void find_growth(rc_spectrum *s) {
    double sum = 0;
    for (size_t i = 0; i < s->n_history; i++) {
        sum += s->history_stretch[i];
        s->growth = fmax(s->growth, sum);
    }
    sum = 0;
    for (size_t i = 0; i < s->n_history; i++) {
        s->growth_ms = s->history_ms[i];
        sum += s->history_stretch[i];
        if (sum >= s->growth - 3) break;
    }
}

static rc_status conclude(rc_group *g, size_t trial, double *gram) {
    rc_trial_run *t = &g->trial[trial];
    rc_spectrum *s = t->out;
    s->activity.mean_speed = t->speed_sum / (double)s->n_blocks;
    s->activity.mean_square = t->square_sum / (double)s->n_blocks;
    s->activity.participation_ratio = rc_samples_participation(&t->samples, gram);
    s->activity.autocorrelation_ms = NAN;
    find_growth(s);
    return rc_spectrum_estimate(g->plan, s);
}

static rc_status open_group(rc_group *g, bool wide, rc_spectrum **out) {
    rc_status status = RC_OK;
    RC_TRY(rc_probe_create(g->network, g->plan, g->n_trials, g->plan->n_exponents, wide, &g->probe));
    RC_TRY(RC_ARRAY(g->state, g->network->n_neurons, "state"));
    for (size_t trial = 0; trial < g->n_trials; trial++) RC_TRY(open_trial(g, trial, &out[trial]));
    g->n_looked = g->n_trials;
    g->interval = (size_t)fmin(RC_MOST_INTERVAL, fmax(1, natural_steps(g->plan) / 4));
done:
    return status;
}

static void close_group(rc_group *g) {
    for (size_t trial = 0; trial < g->n_trials; trial++) {
        rc_samples_close(&g->trial[trial].samples);
        rc_fixed_point_destroy(&g->trial[trial].candidate);
    }
    rc_probe_destroy(&g->probe);
    free(g->state);
}

static rc_status run(rc_group *g, rc_saver *saver) {
    rc_status status = RC_OK;
    if (!g->settled) {
        RC_TRY(settle(g, saver));
        RC_TRY(rc_group_begin_blocks(g));
    }
    RC_TRY(accumulate(g, saver));
done:
    if (status == RC_STOPPED && rc_saver_save(saver, g) != RC_OK) rc_fail(RC_STOPPED, "stopped");
    return status;
}

rc_status rc_group_measure(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                           const double *states, bool wide, rc_saver *saver, rc_spectrum **out) {
    rc_status status = RC_OK;
    rc_group g = {.network = network, .plan = plan, .n_trials = n_trials};
    double *gram = NULL;
    RC_TRY(open_group(&g, wide, out));
    RC_TRY(RC_ARRAY(gram, SAMPLES * SAMPLES, "covariances"));
    if (rc_saver_has_group(saver))
        RC_TRY(rc_saver_restore(saver, &g));
    else
        RC_TRY(rc_probe_start(g.probe, states));
    RC_TRY(run(&g, saver));
    for (size_t trial = 0; trial < n_trials; trial++) RC_TRY(conclude(&g, trial, gram));
done:
    close_group(&g);
    free(gram);
    return status;
}
