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

static bool in_shard(const rc_run_options *options, size_t task) {
    return options->n_shards == 0 || task % options->n_shards == options->shard;
}

bool rc_run_wants(const rc_run_options *options, size_t task) {
    return in_shard(options, task) && !(options->journal && rc_journal_has(options->journal, task));
}

rc_progress rc_progress_begin(const rc_study *study, const rc_run_options *options) {
    rc_progress progress = {0};
    for (size_t task = 0; task < rc_task_count(study); task++) {
        progress.n_tasks += in_shard(options, task);
        progress.tasks_found += in_shard(options, task) && !rc_run_wants(options, task);
    }
    progress.tasks_done = progress.tasks_found;
    return progress;
}

/* A run under way. */
typedef struct {
    const rc_study *study;
    const rc_run_options *options;
    rc_task_control *control;
    rc_pool *pool;
    struct timespec start;
    size_t next; /* task to look at */
    rc_progress progress;
} run;

static void hand_out(run *r) {
    for (size_t n = rc_task_count(r->study); r->next < n && rc_pool_hungry(r->pool); r->next++)
        if (rc_run_wants(r->options, r->next)) rc_pool_offer(r->pool, r->next);
}

static rc_status keep(run *r, size_t task, const void *bytes) {
    rc_status status = RC_OK;
    rc_journal *journal = r->options->journal;
    if (r->options->results) rc_task_unpack(r->options->results, task, bytes);
    if (journal) RC_TRY(rc_journal_append(journal, task, bytes));
    status = rc_checkpoint_settle(r->control, journal, r->options->folder, task);
done:
    return status;
}

static rc_status collect(run *r) {
    rc_status status = RC_OK;
    for (rc_finished one; status == RC_OK && rc_pool_collect(r->pool, &one); free(one.bytes)) {
        status = keep(r, one.task, one.bytes);
        r->progress.tasks_done += status == RC_OK;
    }
    if (status == RC_OK && r->options->journal) status = rc_journal_tick(r->options->journal);
    return status;
}

static void report(run *r) {
    rc_progress *p = &r->progress;
    p->state_steps = atomic_load(&r->control->state_steps);
    p->n_state_steps =
        (p->n_tasks - p->tasks_found) * rc_task_state_steps(r->study) - atomic_load(&r->control->saved_steps);
    p->restored_steps = atomic_load(&r->control->restored_steps);
    p->elapsed_s = seconds_since(&r->start);
    if (r->options->report) r->options->report(p, r->options->report_context);
}

/* Takes and syncs what is finished before it waits for the threads, which may
 * take their time to stop. */
static rc_status wind_up(run *r) {
    rc_status status = RC_OK;
    RC_TRY(collect(r));
    if (r->options->journal) RC_TRY(rc_journal_sync(r->options->journal));
    rc_pool_close(r->pool);
    RC_TRY(collect(r));
    if (r->options->journal) RC_TRY(rc_journal_sync(r->options->journal));
done:
    return status;
}

static rc_status do_tasks(run *r) {
    rc_status status = RC_OK;
    while (status == RC_OK && r->progress.tasks_done < r->progress.n_tasks && !atomic_load(&r->control->stop)) {
        hand_out(r);
        rc_pool_wait(r->pool, 0.1);
        status = collect(r);
        report(r);
    }
    if (status != RC_OK) return status; /* the journal's; what else is finished has no place */
    status = wind_up(r);
    report(r);
    if (status == RC_OK) status = rc_pool_status(r->pool);
    if (status == RC_OK && r->progress.tasks_done < r->progress.n_tasks) status = rc_fail(RC_STOPPED, "stopped");
    return status;
}

rc_status rc_run_threads(const rc_study *study, const rc_run_options *options) {
    rc_task_control own_control = {0};
    run r = {.study = study, .options = options, .control = options->control ? options->control : &own_control};
    size_t n_threads = options->n_threads ? options->n_threads : rc_threads_available(NULL);
    r.progress = rc_progress_begin(study, options);
    size_t n_left = r.progress.n_tasks - r.progress.tasks_found;
    if (n_left == 0) return RC_OK;
    size_t n_at_work = n_threads < n_left ? n_threads : n_left;
    rc_task_context context = {options->kernels, r.control, options->folder, n_threads / n_at_work};
    rc_status status = rc_pool_create(study, &context, n_at_work, &r.pool);
    if (status != RC_OK) return status;
    clock_gettime(CLOCK_MONOTONIC, &r.start);
    status = do_tasks(&r);
    if (status != RC_OK) atomic_store(&r.control->stop, true);
    rc_pool_destroy(&r.pool);
    return status;
}
