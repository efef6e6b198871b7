/* gW in the order in which the step goes through it: rc_rows of kernels.h. */
#ifndef RC_DYNAMICS_ROWS_H
#define RC_DYNAMICS_ROWS_H

#include <rnnchaos/network.h>

#include "dynamics/kernels.h"

/* Columns of W that these kernels go through together if they take it as dense; 0 if not. */
size_t rc_rows_dense_block(const rc_network *network, const rc_kernels *kernels);

/* Results are the same whatever the order of rows, dense or not. Memory: 12 bytes
 * a connection, or 8 bytes an entry of a dense W; 4 more for tangents in single
 * precision. Errors: RC_NO_MEMORY; close it even then. */
rc_status rc_rows_open(const rc_network *network, double gain, const rc_kernels *kernels, rc_precision precision,
                       rc_rows *rows);
void rc_rows_close(rc_rows *rows);

#endif
