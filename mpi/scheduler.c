#include "scheduler.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "run/pool.h"

/* --- What rank 0 tells the others ------------------------------------------ */

enum { RELEASE, RUN };

typedef struct {
    int kind, exit_status;
    unsigned long long study_length, n_threads;
    char kernels[32];
} order;

void mpi_release(int exit_status) {
    order release = {.kind = RELEASE, .exit_status = exit_status};
    MPI_Bcast(&release, sizeof release, MPI_BYTE, 0, MPI_COMM_WORLD);
}

/* --- The counter ----------------------------------------------------------- */

enum { NEXT_TASK, STOPPED, N_CELLS };

typedef struct {
    MPI_Win window;
    long long *cells; /* [N_CELLS] on rank 0 */
} board;

static void board_open(board *b) {
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Aint size = rank == 0 ? N_CELLS * (MPI_Aint)sizeof(long long) : 0;
    MPI_Win_allocate(size, sizeof(long long), MPI_INFO_NULL, MPI_COMM_WORLD, &b->cells, &b->window);
    if (rank == 0) memset(b->cells, 0, (size_t)size);
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Win_lock_all(MPI_MODE_NOCHECK, b->window);
}

static void board_close(board *b) {
    MPI_Win_unlock_all(b->window);
    MPI_Win_free(&b->window);
}

static long long board_add(board *b, MPI_Aint cell, long long value) {
    long long before;
    MPI_Fetch_and_op(&value, &before, MPI_LONG_LONG, 0, cell, MPI_SUM, b->window);
    MPI_Win_flush(0, b->window);
    return before;
}

/* --- One rank at work ------------------------------------------------------- */

enum { TAG_RESULT = 1, TAG_END = 2 };
static const double poll_s = 0.5e-3, stop_poll_s = 0.05;

/* The last word of a rank. */
typedef struct {
    int status;
    char message[1024];
} ending;

typedef struct {
    int rank, n_ranks;
    board board;
    rc_pool *pool;
    const rc_study *study;
    const rc_run_options *options; /* rank 0: journal and results, too */
    const bool *wanted;            /* [task] */
    rc_task_control *control;
    size_t n_tasks;   /* of the study */
    bool exhausted;   /* the counter has run out */
    size_t n_in_hand; /* tasks with this rank's pool */
    char *bytes;      /* room for one task's results */
    double looked_at_stop;
    rc_progress progress;   /* rank 0: of all ranks */
    uint64_t foreign_steps; /* rank 0: state-steps done elsewhere */
    int n_ended;            /* rank 0: other ranks that have ended */
    ending ending;          /* the first failure */
} member;

static void note_ending(member *m, rc_status status, const char *message) {
    if (m->ending.status != RC_OK || status == RC_OK) return;
    m->ending.status = (int)status;
    snprintf(m->ending.message, sizeof m->ending.message, "%s", message);
}

/* The largest part of the results that any task has. */
static size_t largest_task(const rc_study *study) {
    size_t largest = 0;
    for (size_t s = 0; s < study->n_sessions; s++) {
        size_t size = rc_task_size(study, s * study->n_gains);
        if (size > largest) largest = size;
    }
    return largest;
}

static void take_tasks(member *m) {
    while (!m->exhausted && rc_pool_hungry(m->pool)) {
        long long task = board_add(&m->board, NEXT_TASK, 1);
        m->exhausted = task >= (long long)m->n_tasks;
        if (m->exhausted) break;
        if (!m->wanted[task]) continue;
        rc_pool_offer(m->pool, (size_t)task);
        m->n_in_hand++;
    }
}

/* A message is the task's number and its bytes. */
static void deliver(member *m, const rc_finished *one) {
    size_t size = rc_task_size(m->study, one->task);
    unsigned long long number = one->task;
    memcpy(m->bytes, &number, sizeof number);
    memcpy(m->bytes + sizeof number, one->bytes, size);
    MPI_Send(m->bytes, (int)(sizeof number + size), MPI_BYTE, 0, TAG_RESULT, MPI_COMM_WORLD);
}

/* On rank 0. A journal that fails stops everybody. */
static void keep(member *m, size_t task, const void *bytes) {
    rc_status status = RC_OK;
    if (m->options->results) rc_task_unpack(m->options->results, task, bytes);
    if (m->options->journal) status = rc_journal_append(m->options->journal, task, bytes);
    if (status == RC_OK) {
        m->progress.tasks_done++;
    } else {
        note_ending(m, status, rc_message());
        atomic_store(&m->control->stop, true);
    }
}

static void collect_own(member *m) {
    for (rc_finished one; rc_pool_collect(m->pool, &one); free(one.bytes)) {
        m->n_in_hand--;
        if (m->rank == 0)
            keep(m, one.task, one.bytes);
        else
            deliver(m, &one);
    }
}

static void receive_result(member *m, int source) {
    MPI_Status about;
    int length;
    unsigned long long task;
    MPI_Probe(source, TAG_RESULT, MPI_COMM_WORLD, &about);
    MPI_Get_count(&about, MPI_BYTE, &length);
    MPI_Recv(m->bytes, length, MPI_BYTE, source, TAG_RESULT, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    memcpy(&task, m->bytes, sizeof task);
    keep(m, task, m->bytes + sizeof task);
    m->foreign_steps += rc_task_state_steps(m->study);
}

static void receive_messages(member *m) {
    for (int found = 1; found;) {
        MPI_Status about;
        MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &found, &about);
        if (!found) break;
        if (about.MPI_TAG == TAG_RESULT) {
            receive_result(m, about.MPI_SOURCE);
        } else {
            ending last;
            MPI_Recv(&last, sizeof last, MPI_BYTE, about.MPI_SOURCE, TAG_END, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            m->n_ended++;
            note_ending(m, (rc_status)last.status, last.message);
        }
    }
}

/* A stop anywhere becomes a stop everywhere. */
static void share_stop(member *m) {
    if (MPI_Wtime() - m->looked_at_stop < stop_poll_s) return;
    m->looked_at_stop = MPI_Wtime();
    bool stop = atomic_load(&m->control->stop);
    if (board_add(&m->board, STOPPED, stop) > 0) atomic_store(&m->control->stop, true);
}

static bool is_done(const member *m) {
    if (atomic_load(&m->control->stop)) return true;
    return m->rank == 0 ? m->progress.tasks_done == m->progress.n_tasks : m->exhausted && m->n_in_hand == 0;
}

static void report(member *m, double start) {
    if (m->rank != 0 || !m->options->report) return;
    rc_progress *p = &m->progress;
    p->state_steps = m->foreign_steps + atomic_load(&m->control->state_steps);
    p->n_state_steps =
        (p->n_tasks - p->tasks_found) * rc_task_state_steps(m->study) - atomic_load(&m->control->saved_steps);
    p->elapsed_s = MPI_Wtime() - start;
    m->options->report(p, m->options->report_context);
}

/* Syncs now and then. */
static void tend_journal(member *m) {
    if (m->rank != 0 || !m->options->journal || rc_journal_tick(m->options->journal) == RC_OK) return;
    note_ending(m, RC_IO, rc_message());
    atomic_store(&m->control->stop, true);
}

static void work(member *m) {
    double start = MPI_Wtime();
    while (!is_done(m)) {
        take_tasks(m);
        rc_pool_wait(m->pool, poll_s);
        collect_own(m);
        if (m->rank == 0) receive_messages(m);
        share_stop(m);
        tend_journal(m);
        report(m, start);
    }
}

/* Ranks say goodbye to rank 0, which meanwhile takes what still arrives. */
static void part(member *m) {
    if (m->ending.status == RC_OK) {
        if (m->pool && rc_pool_status(m->pool) != RC_OK)
            note_ending(m, rc_pool_status(m->pool), rc_message());
        else if (atomic_load(&m->control->stop))
            note_ending(m, RC_STOPPED, "stopped");
    }
    if (atomic_load(&m->control->stop)) board_add(&m->board, STOPPED, 1);
    if (m->rank != 0) MPI_Send(&m->ending, sizeof m->ending, MPI_BYTE, 0, TAG_END, MPI_COMM_WORLD);
    while (m->rank == 0 && m->n_ended < m->n_ranks - 1) {
        receive_messages(m);
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    }
}

/* Every rank runs this. wanted: [task]. */
static rc_status take_part(const rc_study *study, const rc_run_options *options, const bool *wanted, rc_status ready) {
    rc_status status = RC_OK;
    rc_task_context context = {options->kernels, options->control, options->folder};
    member m = {.study = study, .options = options, .wanted = wanted, .control = options->control};
    MPI_Comm_rank(MPI_COMM_WORLD, &m.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &m.n_ranks);
    board_open(&m.board);
    RC_TRY(ready);
    m.n_tasks = rc_task_count(study);
    m.progress = rc_progress_begin(study, options);
    RC_TRY(RC_ARRAY(m.bytes, sizeof(unsigned long long) + largest_task(study), "a task's results"));
    RC_TRY(rc_pool_create(study, &context, options->n_threads ? options->n_threads : 1, &m.pool));
    work(&m);
done:
    if (status != RC_OK) {
        note_ending(&m, status, rc_message());
        atomic_store(&m.control->stop, true);
    }
    part(&m);
    board_close(&m.board);
    if (m.pool) rc_pool_close(m.pool);
    if (m.rank == 0 && m.pool) collect_own(&m);
    if (options->journal && rc_journal_sync(options->journal) != RC_OK) note_ending(&m, RC_IO, rc_message());
    rc_pool_destroy(&m.pool);
    free(m.bytes);
    return m.ending.status == RC_OK ? RC_OK : rc_fail((rc_status)m.ending.status, "%s", m.ending.message);
}

rc_status mpi_run_study(const rc_study *study, const rc_run_options *options) {
    const char *text = study->text;
    order run = {.kind = RUN, .study_length = strlen(text), .n_threads = options->n_threads};
    size_t n_tasks = rc_task_count(study);
    bool *wanted = calloc(n_tasks, sizeof *wanted);
    if (!wanted) return rc_fail(RC_NO_MEMORY, "no memory for a list of %zu tasks", n_tasks);
    for (size_t task = 0; task < n_tasks; task++) wanted[task] = rc_run_wants(options, task);
    snprintf(run.kernels, sizeof run.kernels, "%s", rc_kernels_name(options->kernels));
    MPI_Bcast(&run, sizeof run, MPI_BYTE, 0, MPI_COMM_WORLD);
    MPI_Bcast((void *)(uintptr_t)text, (int)run.study_length, MPI_BYTE, 0, MPI_COMM_WORLD);
    MPI_Bcast(wanted, (int)n_tasks, MPI_C_BOOL, 0, MPI_COMM_WORLD);
    rc_status status = take_part(study, options, wanted, RC_OK);
    free(wanted);
    return status;
}

static void serve_run(const order *run, rc_task_control *control) {
    rc_study *study = NULL;
    rc_run_options options = {.n_threads = run->n_threads, .control = control};
    bool *wanted = NULL;
    char *text = malloc(run->study_length + 1);
    if (!text) MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Bcast(text, (int)run->study_length, MPI_BYTE, 0, MPI_COMM_WORLD);
    rc_status status = rc_study_parse(text, run->study_length, "study of rank 0", NULL, 0, &study);
    if (status == RC_OK) wanted = calloc(rc_task_count(study), sizeof *wanted);
    if (!wanted) MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Bcast(wanted, (int)rc_task_count(study), MPI_C_BOOL, 0, MPI_COMM_WORLD);
    status = rc_kernels_find(run->kernels, &options.kernels);
    take_part(study, &options, wanted, status);
    rc_study_destroy(&study);
    free(wanted);
    free(text);
}

int mpi_serve(rc_task_control *control) {
    for (;;) {
        order next;
        MPI_Bcast(&next, sizeof next, MPI_BYTE, 0, MPI_COMM_WORLD);
        if (next.kind == RELEASE) return next.exit_status;
        serve_run(&next, control);
    }
}
