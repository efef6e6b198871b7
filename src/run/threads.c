#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rnnchaos/run.h>

#include "base/memory.h"

/* --- How many threads ------------------------------------------------------ */

static size_t count_processors(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    return sched_getaffinity(0, sizeof set, &set) ? 1 : (size_t)CPU_COUNT(&set);
}

/* A positive whole number from the environment; 0 if there is none.
 * OMP_NUM_THREADS may be a list: its first entry counts. */
static size_t environment_count(const char *name) {
    const char *text = getenv(name);
    if (!text) return 0;
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    return errno == 0 && end != text && (*end == '\0' || *end == ',') && *text != '-' ? value : 0;
}

size_t rc_threads_available(const char **source) {
    static const char *const names[] = {"OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        size_t n = environment_count(names[k]);
        if (n == 0) continue;
        if (source) *source = names[k];
        return n;
    }
    if (source) *source = "all cores";
    return count_processors();
}

/* --- The scheduler --------------------------------------------------------- */

typedef struct {
    const rc_kernels *kernels;
    rc_task_control *control;
    rc_results *results;
    size_t n_tasks;
    atomic_size_t next_task, n_done;
    pthread_mutex_t lock;   /* for what follows */
    pthread_cond_t changed; /* a worker has ended */
    size_t n_working;       /* threads */
    rc_status status;       /* of the first failure */
    char message[1024];     /* of the first failure */
} pool;

static void note_failure(pool *p, rc_status status) {
    pthread_mutex_lock(&p->lock);
    if (p->status == RC_OK) {
        p->status = status;
        strncpy(p->message, rc_message(), sizeof p->message - 1);
    }
    pthread_mutex_unlock(&p->lock);
    atomic_store(&p->control->stop, true);
}

static void *work_on_tasks(void *argument) {
    pool *p = argument;
    for (size_t task; !atomic_load(&p->control->stop) && (task = atomic_fetch_add(&p->next_task, 1)) < p->n_tasks;) {
        rc_status status = rc_task_perform(task, p->kernels, p->control, p->results);
        if (status != RC_OK) {
            note_failure(p, status);
            break;
        }
        atomic_fetch_add(&p->n_done, 1);
    }
    pthread_mutex_lock(&p->lock);
    p->n_working--;
    pthread_cond_signal(&p->changed);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static double seconds_since(const struct timespec *start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + 1e-9 * (double)(now.tv_nsec - start->tv_nsec);
}

static void report(pool *p, const rc_run_options *options, const struct timespec *start) {
    if (!options->report) return;
    rc_progress progress = {
        .tasks_done = atomic_load(&p->n_done),
        .n_tasks = p->n_tasks,
        .state_steps = atomic_load(&p->control->state_steps),
        .n_state_steps = p->n_tasks * rc_task_state_steps(p->results->study),
        .elapsed_s = seconds_since(start),
    };
    options->report(&progress, options->report_context);
}

static void wait_for_workers(pool *p, const rc_run_options *options, const struct timespec *start) {
    pthread_mutex_lock(&p->lock);
    while (p->n_working > 0) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 100000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&p->changed, &p->lock, &until);
        pthread_mutex_unlock(&p->lock);
        report(p, options, start);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
}

static size_t start_workers(pool *p, pthread_t *threads, size_t n_threads) {
    size_t n_started = 0;
    p->n_working = n_threads;
    while (n_started < n_threads && pthread_create(&threads[n_started], NULL, work_on_tasks, p) == 0) n_started++;
    pthread_mutex_lock(&p->lock);
    p->n_working -= n_threads - n_started;
    pthread_mutex_unlock(&p->lock);
    return n_started;
}

rc_status rc_run_threads(const rc_run_options *options, rc_results *results) {
    rc_status status = RC_OK;
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    rc_task_control own_control = {0};
    pthread_t *threads = NULL;
    pool p = {.control = options->control ? options->control : &own_control, .results = results};
    pthread_mutex_init(&p.lock, NULL);
    pthread_cond_init(&p.changed, NULL);
    p.n_tasks = rc_task_count(results->study);
    p.kernels = options->kernels;
    if (!p.kernels) RC_TRY(rc_kernels_find(NULL, &p.kernels));

    size_t n_threads = options->n_threads ? options->n_threads : rc_threads_available(NULL);
    if (n_threads > p.n_tasks) n_threads = p.n_tasks;
    RC_TRY(RC_ARRAY(threads, n_threads, "threads"));
    size_t n_started = start_workers(&p, threads, n_threads);
    wait_for_workers(&p, options, &start);
    for (size_t k = 0; k < n_started; k++) pthread_join(threads[k], NULL);

    if (p.status != RC_OK)
        status = rc_fail(p.status, "%s", p.message);
    else if (n_started == 0)
        status = rc_fail(RC_NO_MEMORY, "cannot start a thread");
    else if (atomic_load(&p.n_done) < p.n_tasks)
        status = rc_fail(RC_STOPPED, "stopped");
done:
    free(threads);
    pthread_cond_destroy(&p.changed);
    pthread_mutex_destroy(&p.lock);
    return status;
}
