/* Threads that perform tasks handed to them one by one. The one who hands
 * them out (rc_run_threads, the MPI scheduler) decides the order and never
 * computes. */
#ifndef RC_RUN_POOL_H
#define RC_RUN_POOL_H

#include <rnnchaos/run.h>

typedef struct rc_pool rc_pool;

/* Starts n_threads workers on tasks of the study. Study and context are
 * borrowed. Errors: RC_NO_MEMORY, also when not even one thread can be started. */
rc_status rc_pool_create(const rc_study *study, const rc_task_context *context, size_t n_threads, rc_pool **out);

/* Would the pool take another task? It holds one in reserve for each thread. */
bool rc_pool_hungry(rc_pool *pool);

/* Hands it a task; only when hungry. */
void rc_pool_offer(rc_pool *pool, size_t task);

/* A finished task and its bytes[rc_task_size()]; the caller frees them. */
typedef struct rc_finished {
    size_t task;
    void *bytes;
} rc_finished;

/* Takes back a finished task; false if there is none yet. */
bool rc_pool_collect(rc_pool *pool, rc_finished *finished);

/* Waits until a task is finished or has failed, but no longer than this. */
void rc_pool_wait(rc_pool *pool, double seconds);

/* The first failure so far; its text becomes rc_message(). */
rc_status rc_pool_status(rc_pool *pool);

/* Lets the threads finish what they are doing (they stop early if
 * control->stop is set), and ends them. Finished tasks can still be collected. */
void rc_pool_close(rc_pool *pool);

/* Closes the pool and frees it. Accepts NULL; leaves NULL. */
void rc_pool_destroy(rc_pool **pool);

#endif
