/* What other stages need of networks besides <rnnchaos/network.h>. */
#ifndef RC_NETWORK_NETWORK_H
#define RC_NETWORK_NETWORK_H

#include <rnnchaos/network.h>

/* A network whose arrays are zero. Errors: RC_NO_MEMORY. */
rc_status rc_network_allocate(size_t n_neurons, size_t n_connections, rc_network **out);

/* What a drawing may use; none of it changes what comes out. */
typedef struct rc_drawing {
    size_t n_threads;        /* for RC_STREAMS_ROW; 0 is 1 */
    const atomic_bool *stop; /* once it is set, the drawing gives up with RC_STOPPED; may be NULL */
} rc_drawing;

/* rc_network_generate() for a large network, on several threads. */
rc_status rc_network_generate_by(const rc_drawing *how, const rc_study *study, uint32_t session, rc_network **out,
                                 double **initial_states);

#endif
