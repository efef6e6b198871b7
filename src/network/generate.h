/* How networks are generated: what generate.c and generate_rows.c share. */
#ifndef RC_NETWORK_GENERATE_H
#define RC_NETWORK_GENERATE_H

#include "network/network.h"

static inline bool rc_drawing_is_stopped(const rc_drawing *how) {
    return how->stop && atomic_load_explicit(how->stop, memory_order_relaxed);
}

/* For RC_STREAMS_ROW. initial_states [trial, neuron] (may be NULL) is filled.
 * Memory: 12 bytes a connection and 20 a neuron. Errors: RC_NO_MEMORY, RC_STOPPED. */
rc_status rc_network_generate_rows(const rc_drawing *how, const rc_study *study, uint32_t session, rc_network **out,
                                   double *initial_states);

#endif
