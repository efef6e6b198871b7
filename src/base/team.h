/* Work in parts that do not depend on each other, on several threads. */
#ifndef RC_BASE_TEAM_H
#define RC_BASE_TEAM_H

#include <stddef.h>

/* Calls part(context, k) once for each k < n_parts, on up to n_threads threads
 * of which the caller's is one; returns when all parts are done. Which thread
 * does which part is left to chance. A thread that cannot be started is done
 * without. Cost: some 20 us for each further thread, so parts should take longer. */
void rc_team_do(size_t n_threads, size_t n_parts, void (*part)(void *context, size_t k), void *context);

#endif
