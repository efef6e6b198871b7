#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "base/fail.h"
#include "run/pool.h"

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

static double seconds_since(const struct timespec *start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + 1e-9 * (double)(now.tv_nsec - start->tv_nsec);
}

/* Hands out all tasks in order and waits for them. */
static rc_status hand_out(rc_pool *pool, const rc_run_options *options, rc_task_control *control,
                          const rc_study *study) {
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    rc_progress progress = {.n_tasks = rc_task_count(study)};
    for (size_t next = 0, task; progress.tasks_done < progress.n_tasks && !atomic_load(&control->stop);) {
        while (next < progress.n_tasks && rc_pool_hungry(pool)) rc_pool_offer(pool, next++);
        rc_pool_wait(pool, 0.1);
        while (rc_pool_collect(pool, &task)) progress.tasks_done++;
        progress.state_steps = atomic_load(&control->state_steps);
        progress.n_state_steps = progress.n_tasks * rc_task_state_steps(study) - atomic_load(&control->saved_steps);
        progress.elapsed_s = seconds_since(&start);
        if (options->report) options->report(&progress, options->report_context);
    }
    rc_status status = rc_pool_status(pool);
    if (status == RC_OK && progress.tasks_done < progress.n_tasks) status = rc_fail(RC_STOPPED, "stopped");
    return status;
}

rc_status rc_run_threads(const rc_run_options *options, rc_results *results) {
    rc_task_control own_control = {0}, *control = options->control ? options->control : &own_control;
    size_t n_tasks = rc_task_count(results->study);
    size_t n_threads = options->n_threads ? options->n_threads : rc_threads_available(NULL);
    rc_pool *pool;
    rc_status status =
        rc_pool_create(results, options->kernels, control, n_threads < n_tasks ? n_threads : n_tasks, &pool);
    if (status != RC_OK) return status;
    status = hand_out(pool, options, control, results->study);
    rc_pool_destroy(&pool);
    return status;
}
