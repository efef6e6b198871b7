#include "overseer.h"

#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "chunks.h"

enum { TAG_NOTICE = 2, TAG_END = 3, NOTICE_MOST = 256, NAMED_MOST = 5 };
static const double notice_each_s = 0.2, judge_each_s = 0.25;
static const double patience_s = 5; /* besides twice the time of a task */

/* The last word of a rank. */
typedef struct {
    int status;
    char message[1024];
} ending;

struct mpi_overseer {
    mpi_board *board;
    const rc_study *study;
    const rc_run_options *options;
    /* those who keep results, but rank 0 */
    uint64_t *news; /* tasks not yet told */
    size_t n_news, news_room;
    uint64_t notice[NOTICE_MOST];
    MPI_Request request; /* of the notice under way */
    double told_at;
    /* rank 0 */
    uint64_t *tasks; /* [n_tasks], of the first round */
    size_t n_tasks, n_undone;
    bool *done;  /* [task of the study] */
    bool *ended; /* [rank] */
    int n_ended, round;
    size_t n_listed;                   /* in this round */
    double start, judged_at, moved_at; /* moved: when the last task was done, or the round ran out */
    bool exhausted;
    uint64_t foreign_steps;
    rc_progress progress;
    ending ending;
};

rc_status mpi_overseer_create(mpi_board *board, const rc_study *study, const rc_run_options *options, uint64_t *tasks,
                              size_t n, mpi_overseer **out) {
    rc_status status = RC_OK;
    mpi_overseer *o = NULL;
    *out = NULL;
    RC_TRY(RC_ARRAY(o, 1, "list of tasks"));
    *o = (mpi_overseer){.board = board, .study = study, .options = options, .request = MPI_REQUEST_NULL};
    if (board->rank == 0) {
        RC_TRY(RC_ARRAY(o->done, rc_task_count(study), "list of tasks"));
        RC_TRY(RC_ARRAY(o->ended, board->n_ranks, "list of ranks"));
        o->progress = rc_progress_begin(study, options);
        o->n_tasks = o->n_undone = n;
        o->tasks = tasks;
    }
    *out = o;
    o = NULL;
done:
    mpi_overseer_destroy(&o);
    return status;
}

void mpi_overseer_destroy(mpi_overseer **o) {
    if (!*o) return;
    free((*o)->news);
    free((*o)->tasks);
    free((*o)->done);
    free((*o)->ended);
    free(*o);
    *o = NULL;
}

/* --- Telling ------------------------------------------------------------------ */

static void add_news(mpi_overseer *o, uint64_t task) {
    if (o->n_news == o->news_room) {
        o->news_room = o->news_room ? 2 * o->news_room : NOTICE_MOST;
        uint64_t *larger = realloc(o->news, o->news_room * sizeof *larger);
        if (!larger) { /* the tasks are in the journal */
            MPI_Abort(MPI_COMM_WORLD, 1);
            abort(); /* unreachable, which compilers cannot know */
        }
        o->news = larger;
    }
    o->news[o->n_news++] = task;
}

static bool is_told(mpi_overseer *o) {
    int complete;
    MPI_Test(&o->request, &complete, MPI_STATUS_IGNORE);
    return complete;
}

/* One notice at a time; small enough that MPI sends it without asking the receiver. */
static void tell(mpi_overseer *o) {
    if (o->n_news == 0 || !is_told(o)) return;
    size_t n = o->n_news < NOTICE_MOST ? o->n_news : NOTICE_MOST;
    o->n_news -= n;
    memcpy(o->notice, o->news + o->n_news, n * sizeof *o->notice);
    MPI_Isend(o->notice, (int)n, MPI_UINT64_T, 0, TAG_NOTICE, MPI_COMM_WORLD, &o->request);
    o->told_at = MPI_Wtime();
}

void mpi_overseer_end(mpi_overseer *o, rc_status status, const char *message) {
    ending last = {.status = (int)status};
    snprintf(last.message, sizeof last.message, "%s", message);
    while (o->n_news > 0) tell(o);
    MPI_Wait(&o->request, MPI_STATUS_IGNORE);
    MPI_Send(&last, sizeof last, MPI_BYTE, 0, TAG_END, MPI_COMM_WORLD);
}

/* --- Listening ---------------------------------------------------------------- */

static void mark_done(mpi_overseer *o, uint64_t task) {
    if (o->done[task]) return;
    o->done[task] = true;
    o->n_undone--;
    o->progress.tasks_done++;
    o->moved_at = MPI_Wtime();
}

void mpi_overseer_report(mpi_overseer *o, uint64_t task, bool own) {
    if (o->board->rank > 0) {
        add_news(o, task);
        return;
    }
    mark_done(o, task);
    if (!own) o->foreign_steps += rc_task_state_steps(o->study);
}

static bool receive(int tag, void *bytes, size_t size, MPI_Status *about) {
    int found;
    MPI_Message message;
    MPI_Improbe(MPI_ANY_SOURCE, tag, MPI_COMM_WORLD, &found, &message, about);
    if (found) MPI_Mrecv(bytes, (int)size, MPI_BYTE, &message, about);
    return found;
}

/* A failure tells more than that a rank was stopped by it. */
static void note_ending(mpi_overseer *o, int status, const char *message) {
    if (status == RC_OK || (o->ending.status != RC_OK && o->ending.status != RC_STOPPED)) return;
    o->ending.status = status;
    snprintf(o->ending.message, sizeof o->ending.message, "%s", message);
}

static void listen(mpi_overseer *o) {
    MPI_Status about;
    ending last;
    uint64_t news[NOTICE_MOST];
    int n;
    while (receive(TAG_END, &last, sizeof last, &about)) {
        o->ended[about.MPI_SOURCE] = true;
        o->n_ended++;
        note_ending(o, last.status, last.message);
    }
    while (receive(TAG_NOTICE, news, sizeof news, &about)) { /* also what was sent before an end */
        MPI_Get_count(&about, MPI_UINT64_T, &n);
        for (int k = 0; k < n; k++) mark_done(o, news[k]);
        o->foreign_steps += (uint64_t)n * rc_task_state_steps(o->study);
    }
}

static void show_progress(mpi_overseer *o, const rc_task_control *control) {
    if (!o->options->report) return;
    rc_progress *p = &o->progress;
    p->state_steps = o->foreign_steps + atomic_load(&control->state_steps);
    p->n_state_steps =
        (p->n_tasks - p->tasks_found) * rc_task_state_steps(o->study) - atomic_load(&control->saved_steps);
    p->restored_steps = atomic_load(&control->restored_steps);
    p->elapsed_s = MPI_Wtime() - o->start;
    o->options->report(p, o->options->report_context);
}

/* --- Handing out -------------------------------------------------------------- */

static uint64_t chunk_most(const mpi_overseer *o) { return MPI_CHUNK_MOST * o->options->n_threads; }

static void begin_round(mpi_overseer *o, const uint64_t *tasks, size_t n, int n_given) {
    o->n_listed = n;
    o->exhausted = false;
    o->moved_at = MPI_Wtime();
    mpi_board_begin_round(o->board, ++o->round, tasks, n, n_given);
}

void mpi_overseer_begin(mpi_overseer *o) {
    o->start = MPI_Wtime();
    begin_round(o, o->tasks, o->n_tasks, o->board->n_ranks);
}

/* "rank 3", "rank 3, 5, 7 and 12 more": those for which awaited() holds. */
static void name_ranks(mpi_overseer *o, bool (*awaited)(mpi_overseer *, int rank), char *text, size_t size) {
    int n = 0;
    size_t length = (size_t)snprintf(text, size, "rank");
    for (int rank = 0; rank < o->board->n_ranks; rank++) {
        if (!awaited(o, rank)) continue;
        if (n++ < NAMED_MOST) length += (size_t)snprintf(text + length, size - length, "%s %d", n > 1 ? "," : "", rank);
    }
    if (n > NAMED_MOST) snprintf(text + length, size - length, " and %d more", n - NAMED_MOST);
}

static bool is_busy(mpi_overseer *o, int rank) { return mpi_board_noted(o->board, rank) < o->round; }

static bool has_not_ended(mpi_overseer *o, int rank) { return rank > 0 && !o->ended[rank]; }

static void say(const char *format, const char *ranks, size_t n) {
    fprintf(stderr, "%srnnchaos-mpi: ", isatty(STDERR_FILENO) ? "\r\033[K" : "");
    fprintf(stderr, format, ranks, n);
    fputc('\n', stderr);
}

/* Somebody is idle, and somebody else has not told of his tasks for much longer than a task takes. */
static bool is_overdue(mpi_overseer *o, double now) {
    size_t n_done = o->n_tasks - o->n_undone;
    if (!o->exhausted || n_done == 0 || o->round == MPI_MOST_ROUNDS) return false;
    double n_workers = (double)o->board->n_ranks * (double)o->options->n_threads;
    double task_s = (now - o->start) * n_workers / (double)n_done;
    if (now - o->moved_at < (patience_s + 2 * task_s) * ldexp(1, o->round - 1)) return false;
    for (int rank = 0; rank < o->board->n_ranks; rank++)
        if (!is_busy(o, rank)) return true;
    return false;
}

static void hand_out_again(mpi_overseer *o) {
    char ranks[128];
    size_t n = 0;
    for (size_t k = 0; k < o->n_tasks; k++) /* in place: the list of a later round is a part of the first */
        if (!o->done[o->tasks[k]]) o->tasks[n++] = o->tasks[k];
    name_ranks(o, is_busy, ranks, sizeof ranks);
    say("waiting for %s; others do the missing tasks again (%zu)", ranks, n);
    begin_round(o, o->tasks, n, 0);
}

static void judge(mpi_overseer *o) {
    double now = MPI_Wtime();
    if (now - o->judged_at < judge_each_s) return;
    o->judged_at = now;
    if (!o->exhausted) {
        uint64_t ticket = mpi_board_tickets_taken(o->board, o->round);
        o->exhausted = mpi_chunk_of(o->n_listed, (uint64_t)o->board->n_ranks, chunk_most(o), ticket).n == 0;
        if (o->exhausted) o->moved_at = now;
    }
    if (is_overdue(o, now)) hand_out_again(o);
}

void mpi_overseer_tick(mpi_overseer *o, const rc_task_control *control) {
    if (o->board->rank != 0) {
        if (MPI_Wtime() - o->told_at > notice_each_s || o->n_news >= NOTICE_MOST) tell(o);
        return;
    }
    listen(o);
    show_progress(o, control);
    if (mpi_board_state(o->board) >= MPI_STATE_DONE) return;
    if (o->n_undone == 0)
        mpi_board_raise(o->board, MPI_STATE_DONE);
    else
        judge(o);
}

/* --- The end ------------------------------------------------------------------ */

bool mpi_overseer_all_ended(const mpi_overseer *o) { return o->n_ended == o->board->n_ranks - 1; }

double mpi_overseer_farewell_s(const mpi_board *board) { return mpi_board_state(board) == MPI_STATE_STOP ? 2 : 10; }

bool mpi_overseer_gives_up(mpi_overseer *o, double waited_s) {
    bool stopped = mpi_board_state(o->board) == MPI_STATE_STOP;
    if (waited_s < mpi_overseer_farewell_s(o->board)) return false;
    for (int rank = 1; !stopped && rank < o->board->n_ranks; rank++) /* who has heard of it is at its journal */
        if (!o->ended[rank] && mpi_board_noted(o->board, rank) >= MPI_STATE_DONE) return false;
    char ranks[128];
    name_ranks(o, has_not_ended, ranks, sizeof ranks);
    say("%s does not answer and is given up (%zu tasks missing)", ranks, o->n_undone);
    return true;
}

rc_status mpi_overseer_conclude(mpi_overseer *o, rc_status status, const char *message) {
    listen(o);
    for (size_t k = 0; o->options->journal && k < rc_task_count(o->study); k++)
        if (o->done[k]) rc_journal_note(o->options->journal, k);
    note_ending(o, (int)status, message);
    if (o->ending.status != RC_OK) return rc_fail((rc_status)o->ending.status, "%s", o->ending.message);
    return o->n_undone == 0 ? RC_OK : rc_fail(RC_STOPPED, "stopped");
}
