#include "scheduler.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "board.h"
#include "chunks.h"
#include "journals.h"
#include "overseer.h"
#include "post.h"
#include "run/pool.h"

static const double keeper_poll_s = 0.5e-3; /* of ranks that receive */
static const double sender_poll_s = 1e-3;   /* of ranks whose results are under way */
static const double idle_poll_s = 20e-3;    /* of ranks that wait for their threads */
static const double order_patience_s = 2.2; /* for an order after a stop */
static const double look_each_s = 0.05;     /* at the state that rank 0 has */

/* --- What rank 0 tells the others ------------------------------------------ */

enum { RELEASE, RUN };

typedef struct {
    int kind, exit_status;
    bool keeps_journals;
    unsigned long long study_length, folder_length, n_threads, shard, n_shards;
    double checkpoint_s;
    char kernels[32];
} order;

/* Ranks of the last run that were given up; nothing collective is possible any more. */
static bool some_are_lost;

static void send_order(order *o) {
    MPI_Request request;
    MPI_Ibcast(o, sizeof *o, MPI_BYTE, 0, MPI_COMM_WORLD, &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
}

void mpi_release(int exit_status) {
    if (some_are_lost) MPI_Abort(MPI_COMM_WORLD, exit_status);
    send_order(&(order){.kind = RELEASE, .exit_status = exit_status});
}

static void pause_for(double seconds) { nanosleep(&(struct timespec){.tv_nsec = (long)(1e9 * seconds)}, NULL); }

/* Waits for an order without keeping a core busy; after a stop not for long: rank 0 may hang. */
static order next_order(const rc_task_control *control) {
    order next;
    MPI_Request request;
    double stopped_at = 0;
    int arrived = 0;
    MPI_Ibcast(&next, sizeof next, MPI_BYTE, 0, MPI_COMM_WORLD, &request);
    for (MPI_Test(&request, &arrived, MPI_STATUS_IGNORE); !arrived; MPI_Test(&request, &arrived, MPI_STATUS_IGNORE)) {
        pause_for(sender_poll_s);
        if (!atomic_load(&control->stop)) continue;
        if (stopped_at == 0) stopped_at = MPI_Wtime();
        if (MPI_Wtime() - stopped_at > order_patience_s) MPI_Abort(MPI_COMM_WORLD, rc_status_exit(RC_STOPPED));
    }
    return next;
}

/* --- One rank at work ------------------------------------------------------- */

typedef struct {
    mpi_board *board;
    const rc_study *study;
    const rc_run_options *options;
    rc_journal *journal; /* of this node, on its first rank; NULL elsewhere, or without journals */
    int keeper;          /* who keeps the results of this rank */
    rc_pool *pool;
    rc_task_control control; /* of the pool: a run that is done stops it, too */
    mpi_post *post;
    mpi_overseer *overseer;
    size_t n_threads, n_in_hand; /* tasks with the pool */
    int round;                   /* of the chunk in hand */
    bool exhausted;              /* the round has run out */
    uint64_t n_listed, n_left;   /* tasks of the round; after this rank's last chunk */
    uint64_t *chunk;             /* [MPI_CHUNK_MOST * n_threads] */
    size_t chunk_at, chunk_end;
    double looked_at;
    rc_status status; /* the first failure of this rank */
    char message[1024];
} member;

static bool is_keeper(const member *m) { return m->keeper == m->board->rank; }

static void fail(member *m, rc_status status) {
    if (m->status != RC_OK) return;
    m->status = status;
    snprintf(m->message, sizeof m->message, "%s", rc_message());
    mpi_board_raise(m->board, MPI_STATE_STOP);
}

/* --- Tasks ------------------------------------------------------------------ */

static void enter_round(member *m, int round) {
    m->round = round;
    m->n_listed = m->n_left = mpi_board_n_tasks(m->board, round);
    m->exhausted = false;
    m->chunk_at = m->chunk_end = 0; /* what was not begun is in the new list */
}

/* Of the first round every rank has a ticket from the beginning. */
static void take_chunk(member *m) {
    bool first = m->round == 1 && m->n_left == m->n_listed;
    uint64_t ticket = first ? (uint64_t)m->board->rank : mpi_board_take_ticket(m->board, m->round);
    mpi_chunk chunk = mpi_chunk_of(m->n_listed, (uint64_t)m->board->n_ranks, MPI_CHUNK_MOST * m->n_threads, ticket);
    m->n_left = m->n_listed - chunk.first - chunk.n;
    m->exhausted = m->n_left == 0;
    if (chunk.n == 0) return;
    mpi_board_read_list(m->board, chunk.first, chunk.n, m->chunk);
    m->chunk_at = 0;
    m->chunk_end = chunk.n;
}

/* A task in reserve hides the time of a request; near the end it would be missed elsewhere. */
static bool wants_chunk(const member *m) {
    return !m->exhausted &&
           (m->n_in_hand < m->n_threads || m->n_left >= 2 * (uint64_t)m->board->n_ranks * m->n_threads);
}

static void take_tasks(member *m) {
    while (rc_pool_hungry(m->pool)) {
        if (m->chunk_at == m->chunk_end && wants_chunk(m)) take_chunk(m);
        if (m->chunk_at == m->chunk_end) break;
        rc_pool_offer(m->pool, m->chunk[m->chunk_at++]);
        m->n_in_hand++;
    }
}

/* --- Results ---------------------------------------------------------------- */

static rc_status keep(member *m, uint64_t task, const void *bytes, bool own) {
    rc_status status = RC_OK;
    if (m->journal) status = rc_journal_append(m->journal, task, bytes);
    if (status == RC_OK) status = rc_checkpoint_settle(&m->control, m->journal, m->options->folder, task);
    if (status != RC_OK) {
        fail(m, status);
        return status;
    }
    if (!m->journal) rc_task_unpack(m->options->results, task, bytes);
    mpi_overseer_report(m->overseer, task, own);
    return RC_OK;
}

static rc_status keep_foreign(uint64_t task, const void *bytes, void *context) {
    return keep(context, task, bytes, false);
}

/* Passes on what the pool has finished, as far as there is room: was that all? */
static bool collect(member *m) {
    rc_finished one;
    while (is_keeper(m) || mpi_post_has_room(m->post)) {
        if (!rc_pool_collect(m->pool, &one)) return true;
        m->n_in_hand--;
        if (is_keeper(m))
            keep(m, one.task, one.bytes, true);
        else
            mpi_post_send(m->post, one.task, one.bytes, rc_task_size(m->study, one.task));
        free(one.bytes);
    }
    return false;
}

static bool pass_on(member *m) {
    bool all = collect(m);
    if (is_keeper(m)) mpi_post_receive(m->post, keep_foreign, m);
    if (m->journal && m->status == RC_OK && rc_journal_tick(m->journal) != RC_OK) fail(m, RC_IO);
    mpi_overseer_tick(m->overseer, &m->control);
    return all;
}

/* --- Work ------------------------------------------------------------------- */

/* A stop anywhere becomes a stop everywhere. */
static void look(member *m) {
    mpi_board *b = m->board;
    if (atomic_load(&m->options->control->stop) && mpi_board_state(b) < MPI_STATE_DONE)
        mpi_board_raise(b, MPI_STATE_STOP);
    if (m->pool && rc_pool_status(m->pool) != RC_OK && mpi_board_state(b) < MPI_STATE_DONE)
        fail(m, rc_pool_status(m->pool));
    if (b->rank != b->leader || MPI_Wtime() - m->looked_at < look_each_s) return;
    m->looked_at = MPI_Wtime();
    mpi_board_look(b);
}

static double poll_of(const member *m) {
    if (is_keeper(m)) return keeper_poll_s;
    return mpi_post_is_empty(m->post) ? idle_poll_s : sender_poll_s;
}

static void work(member *m) {
    int noted = 0, state;
    for (; (state = mpi_board_state(m->board)) < MPI_STATE_DONE; look(m)) {
        if (state > m->round) enter_round(m, state);
        take_tasks(m);
        rc_pool_wait(m->pool, poll_of(m));
        pass_on(m);
        bool idle = m->exhausted && m->n_in_hand == 0 && (is_keeper(m) || mpi_post_is_empty(m->post));
        if (idle && noted < m->round) mpi_board_note(m->board, noted = m->round);
    }
}

/* --- The end of a run ------------------------------------------------------- */

static bool must_hurry(const member *m, double since) {
    return MPI_Wtime() - since > mpi_overseer_farewell_s(m->board);
}

/* Everything that is finished is passed on and synced, and kept by whoever keeps it. */
static void wind_up(member *m, double since) {
    bool waits = m->journal || m->board->rank == 0; /* for those whose results this rank keeps */
    mpi_board_note(m->board, MPI_STATE_DONE);
    atomic_store(&m->control.stop, true);
    pass_on(m);
    if (m->journal && m->status == RC_OK && rc_journal_sync(m->journal) != RC_OK) fail(m, RC_IO);
    rc_pool_close(m->pool);
    while (!(pass_on(m) && mpi_post_is_empty(m->post)) && !must_hurry(m, since)) pause_for(sender_poll_s);
    if (m->board->rank != m->board->leader) mpi_board_leave_node(m->board);
    while (waits && mpi_board_n_left_node(m->board) < m->board->n_in_node - 1 && !must_hurry(m, since)) {
        pass_on(m);
        pause_for(sender_poll_s);
    }
    pass_on(m);
    if (m->journal && m->status == RC_OK && rc_journal_sync(m->journal) != RC_OK) fail(m, RC_IO);
}

/* The last words of all ranks; some may have none. */
static void part(member *m, double since) {
    if (m->status == RC_OK && mpi_board_state(m->board) == MPI_STATE_STOP) {
        m->status = RC_STOPPED;
        snprintf(m->message, sizeof m->message, "stopped");
    }
    if (m->board->rank > 0) mpi_overseer_end(m->overseer, m->status, m->message);
    while (m->board->rank == 0 && !mpi_overseer_all_ended(m->overseer) && !some_are_lost) {
        pass_on(m);
        pause_for(sender_poll_s);
        some_are_lost = mpi_overseer_gives_up(m->overseer, MPI_Wtime() - since);
    }
}

/* --- The beginning of a run ------------------------------------------------- */

/* All ranks learn of a failure of any; its message becomes rc_message(). Collective. */
static rc_status agree(rc_status mine) {
    struct {
        int status, rank;
    } in = {.status = mine != RC_OK}, out;
    char message[1200], host[256] = "?";
    MPI_Comm_rank(MPI_COMM_WORLD, &in.rank);
    MPI_Allreduce(&in, &out, 1, MPI_2INT, MPI_MAXLOC, MPI_COMM_WORLD);
    if (out.status == 0) return RC_OK;
    gethostname(host, sizeof host - 1);
    snprintf(message, sizeof message, "rank %d on %s: %s", in.rank, host, mine == RC_OK ? "" : rc_message());
    if (in.rank == 0) snprintf(message, sizeof message, "%s", mine == RC_OK ? "" : rc_message());
    MPI_Bcast(message, sizeof message, MPI_CHAR, out.rank, MPI_COMM_WORLD);
    MPI_Bcast(&mine, sizeof mine, MPI_BYTE, out.rank, MPI_COMM_WORLD);
    return rc_fail(mine, "%s", message);
}

static size_t largest_task(const rc_study *study) {
    size_t largest = 0;
    for (size_t s = 0; s < study->n_sessions; s++) {
        size_t size = rc_task_size(study, s * study->n_gains);
        if (size > largest) largest = size;
    }
    return largest;
}

/* tasks [n]: on rank 0, taken. */
static rc_status prepare(member *m, uint64_t *tasks, size_t n) {
    rc_status status = RC_OK;
    const rc_run_options *options = m->options;
    rc_task_context context = {options->kernels, &m->control, options->folder, 1};
    m->control.checkpoint_s = options->control->checkpoint_s;
    m->control.note = options->control->note;
    m->control.note_context = options->control->note_context;
    status = mpi_overseer_create(m->board, m->study, options, tasks, n, &m->overseer);
    if (status != RC_OK) free(tasks);
    if (status != RC_OK) goto done;
    if (m->keeper == m->board->rank && m->board->rank > 0)
        RC_TRY(mpi_journal_open(m->study, options, m->board->node, &m->journal));
    RC_TRY(RC_ARRAY(m->chunk, MPI_CHUNK_MOST * m->n_threads, "list of tasks"));
    RC_TRY(mpi_post_create(m->board->rank, m->keeper, largest_task(m->study), &m->post));
    RC_TRY(rc_pool_create(m->study, &context, m->n_threads, &m->pool));
done:
    return status;
}

/* Closes what this rank has opened. */
static void leave(member *m) {
    if (m->board->rank > 0 && rc_journal_close(&m->journal) != RC_OK) fail(m, RC_IO);
}

/* Every rank runs this. tasks [n]: on rank 0, taken. */
static rc_status take_part(const rc_study *study, const rc_run_options *options, bool keeps_journals, uint64_t *tasks,
                           size_t n) {
    mpi_board board;
    mpi_board_open(&board, n);
    member m = {.board = &board, .study = study, .options = options, .n_threads = options->n_threads};
    m.keeper = keeps_journals ? board.leader : 0;
    m.journal = board.rank == 0 ? options->journal : NULL;
    rc_status status = agree(mpi_folder_check(keeps_journals ? options->folder : "", board.rank, is_keeper(&m)));
    if (status == RC_OK)
        status = agree(prepare(&m, tasks, n));
    else
        free(tasks);
    if (status == RC_OK) {
        if (board.rank == 0) mpi_overseer_begin(m.overseer);
        work(&m);
        double since = MPI_Wtime();
        wind_up(&m, since);
        leave(&m);
        part(&m, since);
        if (board.rank == 0) status = mpi_overseer_conclude(m.overseer, m.status, m.message);
    }
    rc_pool_destroy(&m.pool);
    if (some_are_lost) return status; /* what they may still write to stays */
    mpi_post_destroy(&m.post);
    mpi_overseer_destroy(&m.overseer);
    if (board.rank > 0) rc_journal_close(&m.journal);
    mpi_board_close(&board);
    free(m.chunk);
    return status;
}

static rc_status list_tasks(const rc_study *study, const rc_run_options *options, uint64_t **tasks, size_t *n) {
    size_t n_tasks = rc_task_count(study);
    *n = 0;
    rc_status status = RC_ARRAY(*tasks, n_tasks, "list of tasks");
    for (size_t task = 0; status == RC_OK && task < n_tasks; task++)
        if (rc_run_wants(options, task)) (*tasks)[(*n)++] = task;
    return status;
}

rc_status mpi_run_study(const rc_study *study, const rc_run_options *options) {
    const char *folder = options->journal ? options->folder : "";
    order run = {.kind = RUN,
                 .keeps_journals = options->journal != NULL,
                 .n_threads = options->n_threads,
                 .checkpoint_s = options->control->checkpoint_s,
                 .study_length = strlen(study->text),
                 .folder_length = strlen(folder),
                 .shard = options->shard,
                 .n_shards = options->n_shards};
    uint64_t *tasks;
    size_t n;
    rc_status status = list_tasks(study, options, &tasks, &n);
    if (status != RC_OK) return status;
    snprintf(run.kernels, sizeof run.kernels, "%s", rc_kernels_name(options->kernels));
    send_order(&run);
    MPI_Bcast((void *)(uintptr_t)study->text, (int)run.study_length, MPI_BYTE, 0, MPI_COMM_WORLD);
    MPI_Bcast((void *)(uintptr_t)folder, (int)run.folder_length, MPI_BYTE, 0, MPI_COMM_WORLD);
    status = agree(RC_OK);
    if (status == RC_OK) return take_part(study, options, run.keeps_journals, tasks, n);
    free(tasks);
    return status;
}

/* Of the many ranks but the first only warnings. */
static void print_note(bool warning, const char *text, void *context) {
    (void)context;
    if (warning) fprintf(stderr, "rnnchaos-mpi: %s\n", text);
}

static char *receive_text(unsigned long long length) {
    char *text = calloc(length + 1, 1);
    if (!text) MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Bcast(text, (int)length, MPI_BYTE, 0, MPI_COMM_WORLD);
    return text;
}

static void serve_run(const order *run, rc_task_control *control) {
    rc_study *study = NULL;
    control->checkpoint_s = run->checkpoint_s;
    control->note = print_note;
    char *text = receive_text(run->study_length), *folder = receive_text(run->folder_length);
    rc_run_options options = {.n_threads = run->n_threads,
                              .control = control,
                              .folder = *folder ? folder : NULL,
                              .shard = run->shard,
                              .n_shards = run->n_shards};
    rc_status status = rc_study_parse(text, run->study_length, "study of rank 0", NULL, 0, &study);
    if (status == RC_OK) status = rc_kernels_find(run->kernels, &options.kernels);
    if (agree(status) == RC_OK) take_part(study, &options, run->keeps_journals, NULL, 0);
    rc_study_destroy(&study);
    free(text);
    free(folder);
}

int mpi_serve(rc_task_control *control) {
    for (;;) {
        order next = next_order(control);
        if (next.kind == RELEASE) return next.exit_status;
        serve_run(&next, control);
    }
}
