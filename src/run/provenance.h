/* Where and when results were made. */
#ifndef RC_RUN_PROVENANCE_H
#define RC_RUN_PROVENANCE_H

#include <rnnchaos/run.h>

/* Notes the build, the host, the time and these choices; starts the clock. */
void rc_provenance_begin(rc_results *results, const rc_kernels *kernels, size_t n_threads, size_t n_ranks);

/* Stops the clock. Errors: RC_NO_MEMORY if any text could not be kept. */
rc_status rc_provenance_end(rc_results *results);

#endif
