/* A probe: up to 8 trials of one network with their frames and twins, advanced
 * a block of steps at a time and asked how much everything stretched. */
#ifndef RC_EXPONENTS_PROBE_H
#define RC_EXPONENTS_PROBE_H

#include <rnnchaos/spectrum.h>

#include "dynamics/bundle.h"
#include "exponents/frame.h"
#include "exponents/rounding.h"

typedef struct rc_probe {
    rc_bundle *bundle;
    rc_gauge *gauge;
    const rc_rounding *rounding;
    const atomic_bool *stop;
    double seconds_a_step;
    double *saved;  /* the bundle's values where the interval began */
    double *before; /* the states one step before the end of the block, [neuron, 8] */
    double *piece;  /* ln R_ii of one interval, [trial, exponent] */
    double *state, *twin;
    /* What the last block did: */
    double *log_stretch; /* [trial, exponent] */
    double twin_stretch[RC_LANE_UNIT];
    double condition[RC_LANE_UNIT]; /* the largest in the block */
    double speed[RC_LANE_UNIT];     /* ||last step|| / sqrt(N) / dt, 1/s */
    double twin_gap[RC_LANE_UNIT];  /* the twin's distance where it now stands */
    /* Where it stands in the block: */
    size_t n_left, interval;    /* steps after the last orthonormalisation, and between two */
    size_t n_interval, n_taken; /* steps of the interval under way (0: none is), and taken of them */
} rc_probe;

/* Trials side by side, or (wide, one trial) its tangents in the lanes. */
rc_status rc_probe_create(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials, size_t n_exponents,
                          bool wide, rc_probe **out);
void rc_probe_destroy(rc_probe **probe);

/* States from [trial, neuron]; one random frame for all; no twins. */
rc_status rc_probe_start(rc_probe *probe, const double *states);

/* From here on every trial has a twin, or none has. One that is new begins along the leading tangent vector. */
void rc_probe_set_twins(rc_probe *probe, bool twins);

/* Moves one trial to a state; its frame stays, its twin (if any) follows. */
void rc_probe_move(rc_probe *probe, size_t trial, const double *state);

/* Advances by n_steps, orthonormalising every `interval` steps and more often
 * where a frame would become worse than rounding allows.
 * Errors: RC_STOPPED, RC_NOT_FINITE, RC_NUMERICS. */
rc_status rc_probe_advance(rc_probe *probe, size_t n_steps, size_t interval);

/* The same in two calls: finish may fail with RC_STOPPED after any step, and
 * goes on from there when it is called again. */
void rc_probe_begin(rc_probe *probe, size_t n_steps, size_t interval);
rc_status rc_probe_finish(rc_probe *probe);

#endif
