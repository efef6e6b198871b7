/* What other stages need of networks besides <rnnchaos/network.h>. */
#ifndef RC_NETWORK_NETWORK_H
#define RC_NETWORK_NETWORK_H

#include <rnnchaos/network.h>

/* A network whose arrays are zero. Errors: RC_NO_MEMORY. */
rc_status rc_network_allocate(size_t n_neurons, size_t n_connections, rc_network **out);

#endif
