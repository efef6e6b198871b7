/* The slices of the results that belong to one task. */
#ifndef RC_STORE_SLICES_H
#define RC_STORE_SLICES_H

#include <rnnchaos/store.h>

/* Lets the arrays of *slices be a task's slices in bytes[rc_task_size()],
 * aligned to 8, and fills them as empty results are filled. Where the results
 * say [session, gain, ...] or [gain, ...], a slice has just the rest; a
 * variable of which the task has no part is NULL, and so is slices->study.
 * Nothing is to be freed. */
void rc_slices_begin(const rc_study *study, size_t task, void *bytes, rc_results *slices);

/* Changes when the bytes of a task change their meaning: a hash of the names,
 * types and dimensions of all variables. */
uint64_t rc_slices_layout(void);

#endif
