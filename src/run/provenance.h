/* Where and when results were made. */
#ifndef RC_RUN_PROVENANCE_H
#define RC_RUN_PROVENANCE_H

#include <time.h>

#include <rnnchaos/run.h>

/* When something began. */
typedef struct rc_beginning {
    time_t date;
    double clock_s;
} rc_beginning;

rc_beginning rc_begin_now(void);

/* Notes the build, the host, these choices and the time since the beginning.
 * Errors: RC_NO_MEMORY. */
rc_status rc_provenance_note(rc_results *results, const char *kernels, size_t n_threads, size_t n_ranks,
                             rc_beginning beginning);

#endif
