/* What other stages need of networks besides <rnnchaos/network.h>. */
#ifndef RC_NETWORK_NETWORK_H
#define RC_NETWORK_NETWORK_H

#include <stdatomic.h>
#include <stdbool.h>

#include <rnnchaos/network.h>

/* A network whose arrays are zero. Errors: RC_NO_MEMORY. */
rc_status rc_network_allocate(size_t n_neurons, size_t n_connections, rc_network **out);

/* rc_network_generate() that gives up with RC_STOPPED once *stop is set: a
 * large network takes its time. stop may be NULL. */
rc_status rc_network_generate_unless(const atomic_bool *stop, const rc_study *study, uint32_t session, rc_network **out,
                                     double **initial_states);

#endif
