#include "run/pool.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "base/memory.h"

/* Tasks wait in a ring, are performed, and wait in a second ring to be
 * collected. At most `capacity` tasks are with the pool at a time. */
typedef struct {
    rc_finished *tasks; /* without bytes while they wait to be performed */
    size_t first, n;
} ring;

struct rc_pool {
    const rc_study *study;
    rc_task_context context;
    pthread_t *threads;
    size_t n_threads, capacity, n_held;
    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t offered, changed;
    ring waiting, finished;
    bool closing;
    rc_status status;
    char message[1024];
};

static void ring_put(rc_pool *pool, ring *r, rc_finished task) {
    r->tasks[(r->first + r->n++) % pool->capacity] = task;
}

static rc_finished ring_take(rc_pool *pool, ring *r) {
    rc_finished task = r->tasks[r->first];
    r->first = (r->first + 1) % pool->capacity;
    r->n--;
    return task;
}

/* The next task to perform; false when the pool is closing. */
static bool take_task(rc_pool *pool, size_t *task) {
    pthread_mutex_lock(&pool->lock);
    while (pool->waiting.n == 0 && !pool->closing) pthread_cond_wait(&pool->offered, &pool->lock);
    bool taken = pool->waiting.n > 0 && !atomic_load(&pool->context.control->stop);
    if (taken) *task = ring_take(pool, &pool->waiting).task;
    pthread_mutex_unlock(&pool->lock);
    return taken;
}

static void return_task(rc_pool *pool, rc_finished task, rc_status status) {
    pthread_mutex_lock(&pool->lock);
    if (status == RC_OK) {
        ring_put(pool, &pool->finished, task);
    } else if (pool->status == RC_OK) {
        pool->status = status;
        snprintf(pool->message, sizeof pool->message, "%s", rc_message());
    }
    pthread_cond_signal(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    if (status == RC_OK) return;
    free(task.bytes);
    atomic_store(&pool->context.control->stop, true);
}

static rc_status perform(rc_pool *pool, size_t task, void **bytes) {
    size_t size = rc_task_size(pool->study, task);
    rc_status status = rc_array_allocate(bytes, size, 1, 0, "results of a task");
    return status == RC_OK ? rc_task_perform(pool->study, task, &pool->context, *bytes) : status;
}

static void *work(void *argument) {
    rc_pool *pool = argument;
    for (rc_finished next = {0}; take_task(pool, &next.task);) {
        rc_status status = perform(pool, next.task, &next.bytes);
        return_task(pool, next, status);
    }
    return NULL;
}

static rc_status start_threads(rc_pool *pool, size_t n_threads) {
    while (pool->n_threads < n_threads && pthread_create(&pool->threads[pool->n_threads], NULL, work, pool) == 0)
        pool->n_threads++;
    if (pool->n_threads == 0) return rc_fail(RC_NO_MEMORY, "cannot start a thread");
    return RC_OK;
}

rc_status rc_pool_create(const rc_study *study, const rc_task_context *context, size_t n_threads, rc_pool **out) {
    rc_status status = RC_OK;
    rc_pool *pool = NULL;
    *out = NULL;
    RC_TRY(RC_ARRAY(pool, 1, "thread pool"));
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->offered, NULL);
    pthread_cond_init(&pool->changed, NULL);
    pool->study = study;
    pool->context = *context;
    pool->capacity = 2 * n_threads;
    if (!context->kernels) RC_TRY(rc_kernels_find(NULL, &pool->context.kernels));
    RC_TRY(RC_ARRAY(pool->threads, n_threads, "threads"));
    RC_TRY(RC_ARRAY(pool->waiting.tasks, pool->capacity, "waiting tasks"));
    RC_TRY(RC_ARRAY(pool->finished.tasks, pool->capacity, "finished tasks"));
    RC_TRY(start_threads(pool, n_threads));
    *out = pool;
    pool = NULL;
done:
    rc_pool_destroy(&pool);
    return status;
}

bool rc_pool_hungry(rc_pool *pool) { return pool->n_held < pool->capacity; }

void rc_pool_offer(rc_pool *pool, size_t task) {
    pthread_mutex_lock(&pool->lock);
    pool->n_held++;
    ring_put(pool, &pool->waiting, (rc_finished){.task = task});
    pthread_cond_signal(&pool->offered);
    pthread_mutex_unlock(&pool->lock);
}

bool rc_pool_collect(rc_pool *pool, rc_finished *finished) {
    pthread_mutex_lock(&pool->lock);
    bool collected = pool->finished.n > 0;
    if (collected) {
        *finished = ring_take(pool, &pool->finished);
        pool->n_held--;
    }
    pthread_mutex_unlock(&pool->lock);
    return collected;
}

void rc_pool_wait(rc_pool *pool, double seconds) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(1e9 * seconds);
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&pool->lock);
    if (pool->finished.n == 0 && pool->status == RC_OK) pthread_cond_timedwait(&pool->changed, &pool->lock, &until);
    pthread_mutex_unlock(&pool->lock);
}

rc_status rc_pool_status(rc_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    rc_status status = pool->status;
    if (status != RC_OK) rc_fail(status, "%s", pool->message);
    pthread_mutex_unlock(&pool->lock);
    return status;
}

void rc_pool_close(rc_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    pthread_cond_broadcast(&pool->offered);
    pthread_mutex_unlock(&pool->lock);
    for (size_t k = 0; k < pool->n_threads; k++) pthread_join(pool->threads[k], NULL);
    pool->n_threads = 0;
}

void rc_pool_destroy(rc_pool **pool) {
    rc_pool *p = *pool;
    if (!p) return;
    rc_pool_close(p);
    for (rc_finished left; rc_pool_collect(p, &left);) free(left.bytes);
    pthread_cond_destroy(&p->offered);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free(p->waiting.tasks);
    free(p->finished.tasks);
    free(p->threads);
    free(p);
    *pool = NULL;
}
