/* A group of trials while it is measured. All of it goes through
 * rc_group_exchange, so that a measurement can go on from what was saved. */
#ifndef RC_EXPONENTS_GROUP_H
#define RC_EXPONENTS_GROUP_H

#include <rnnchaos/spectrum.h>

#include "exponents/probe.h"
#include "exponents/samples.h"

enum { RC_MOST_BLOCKS = 20000, RC_MOST_INTERVAL = 1000 };

/* One trial while it runs. */
typedef struct rc_trial_run {
    rc_spectrum *out;
    rc_samples samples;
    bool done;
    size_t last_block;             /* ends when it has this many blocks */
    size_t next_check;             /* ... looks at its precision at this many */
    double tried_speed;            /* the speed at the last attempt to find a fixed point */
    rc_fixed_point *candidate;     /* what that attempt found */
    double pending, pending_steps; /* not yet in the history */
    double speed_sum, square_sum;
} rc_trial_run;

/* It stands in a piece if the probe has steps left; else trials from n_looked
 * on have still to be looked at after the last piece; else between two. */
typedef struct rc_group {
    const rc_network *network;
    const rc_spectrum_plan *plan;
    rc_probe *probe;
    size_t n_trials;
    rc_trial_run trial[RC_LANE_UNIT];
    bool settled;                   /* it accumulates */
    size_t steps_done, piece_steps; /* before the piece, and in it */
    size_t n_looked;
    size_t interval, block_steps, n_blocks; /* steps between QRs, steps in a block, most blocks */
    size_t blocks_done;
    double *state; /* room to work in */
} rc_group;

/* ms in steps. */
size_t rc_plan_steps(const rc_spectrum_plan *plan, double ms);

/* Steps of one entry of a trial's history, and the most entries. */
size_t rc_plan_history_steps(const rc_spectrum_plan *plan);
size_t rc_plan_history_size(const rc_spectrum_plan *plan);

/* A spectrum with room for all but its blocks, not judged. */
rc_status rc_spectrum_open(const rc_network *network, const rc_spectrum_plan *plan, rc_spectrum **out);

/* From here on blocks of the present interval are accumulated. */
rc_status rc_group_begin_blocks(rc_group *group);

#endif
