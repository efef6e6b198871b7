/* Saving a running measurement now and then, and going on from what was saved. */
#ifndef RC_EXPONENTS_CHECKPOINT_H
#define RC_EXPONENTS_CHECKPOINT_H

#include <stdint.h>

#include <rnnchaos/spectrum.h>

#include "exponents/exchange.h"
#include "exponents/group.h"
#include "exponents/spectrum.h"

enum { RC_FINGERPRINT_SIZE = 19 };

/* One measurement's. Without plan->checkpoint it never saves. */
struct rc_saver {
    const rc_spectrum_checkpoint *checkpoint;
    const rc_network *network;
    const rc_spectrum_plan *plan;
    size_t n_trials, n_finished;               /* trials in all, and of earlier groups */
    rc_spectrum **spectra;                     /* [trial], borrowed */
    uint64_t fingerprint[RC_FINGERPRINT_SIZE]; /* of everything that the results depend on */
    rc_exchange saved;                         /* what is still to be read */
    bool has_group;
    double begun, due; /* seconds of a clock */
};

/* Reads the spectra of finished groups, if any were saved, into spectra [trial].
 * Errors: RC_DAMAGED, RC_NO_MEMORY. Nothing is to be closed. */
rc_status rc_saver_open(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials, const double *states,
                        rc_spectrum **spectra, rc_saver *saver);

/* Was the running group saved? Then restore puts it into a group as it was
 * before it started. Errors: RC_DAMAGED, RC_NO_MEMORY. */
bool rc_saver_has_group(const rc_saver *saver);
rc_status rc_saver_restore(rc_saver *saver, rc_group *group);

/* Is it time? A save that takes long is made more rarely. */
bool rc_saver_is_due(const rc_saver *saver);

/* Hands over the finished groups and the running one (NULL: none). Errors:
 * RC_NO_MEMORY, and what the caller's function returns. */
rc_status rc_saver_save(rc_saver *saver, rc_group *group);

/* The same when all groups are finished, if that took long enough. */
rc_status rc_saver_conclude(rc_saver *saver);

/* One function for both directions each. */
rc_status rc_group_exchange(rc_exchange *exchange, rc_group *group);
rc_status rc_spectrum_exchange(rc_exchange *exchange, const rc_spectrum_plan *plan, size_t most_blocks,
                               rc_spectrum *spectrum);
rc_status rc_fixed_point_exchange(rc_exchange *exchange, size_t n_neurons, rc_fixed_point **point);

#endif
