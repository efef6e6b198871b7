#include "board.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Cells of rank 0: the state; of every round its next ticket and its number of tasks; of every rank what it has
 * noted; the list of tasks. */
enum { STATE, TICKET, N_TASKS = TICKET + MPI_MOST_ROUNDS + 1, NOTES = N_TASKS + MPI_MOST_ROUNDS + 1 };
static MPI_Aint list_at(const mpi_board *b) { return NOTES + b->n_ranks; }

/* Cells of a node. */
enum { NODE_STATE, NODE_N_LEFT, N_NODE_CELLS };

/* --- Opening ------------------------------------------------------------------ */

static void find_nodes(mpi_board *b) {
    MPI_Comm shared, leaders;
    int rank_in_node;
    const char *text = getenv("RNNCHAOS_RANKS_PER_NODE");
    int most = text ? atoi(text) : 0;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, b->rank, MPI_INFO_NULL, &shared);
    MPI_Comm_rank(shared, &rank_in_node);
    MPI_Comm_split(shared, most > 0 ? rank_in_node / most : 0, b->rank, &b->node_comm);
    MPI_Comm_free(&shared);
    MPI_Comm_rank(b->node_comm, &rank_in_node);
    MPI_Comm_size(b->node_comm, &b->n_in_node);
    MPI_Comm_split(MPI_COMM_WORLD, rank_in_node == 0 ? 0 : MPI_UNDEFINED, b->rank, &leaders);
    int about[3] = {b->rank};
    if (leaders != MPI_COMM_NULL) {
        MPI_Comm_rank(leaders, &about[1]);
        MPI_Comm_size(leaders, &about[2]);
        MPI_Comm_free(&leaders);
    }
    MPI_Bcast(about, 3, MPI_INT, 0, b->node_comm);
    b->leader = about[0];
    b->node = about[1];
    b->n_nodes = about[2];
}

void mpi_board_open(mpi_board *b, size_t list_room) {
    MPI_Comm_rank(MPI_COMM_WORLD, &b->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &b->n_ranks);
    find_nodes(b);
    MPI_Aint size = 0, node_size = 0;
    int unit;
    if (b->rank == 0) size = (list_at(b) + (MPI_Aint)list_room) * (MPI_Aint)sizeof(int64_t);
    MPI_Win_allocate(size, sizeof(int64_t), MPI_INFO_NULL, MPI_COMM_WORLD, &b->cells, &b->window);
    if (b->rank == 0) memset(b->cells, 0, (size_t)size);
    if (b->rank == b->leader) node_size = N_NODE_CELLS * (MPI_Aint)sizeof(int64_t);
    MPI_Win_allocate_shared(node_size, sizeof(int64_t), MPI_INFO_NULL, b->node_comm, &b->node_cells, &b->node_window);
    MPI_Win_shared_query(b->node_window, 0, &node_size, &unit, &b->node_cells);
    if (b->rank == b->leader)
        for (int k = 0; k < N_NODE_CELLS; k++) atomic_store(&b->node_cells[k], 0);
    MPI_Win_lock_all(MPI_MODE_NOCHECK, b->window);
    if (b->rank == 0) MPI_Win_sync(b->window);
    MPI_Barrier(MPI_COMM_WORLD);
}

void mpi_board_close(mpi_board *b) {
    MPI_Win_unlock_all(b->window);
    MPI_Win_free(&b->window);
    MPI_Win_free(&b->node_window);
    MPI_Comm_free(&b->node_comm);
}

/* --- Cells -------------------------------------------------------------------- */

static int64_t change(mpi_board *b, MPI_Aint cell, int64_t value, MPI_Op operation) {
    int64_t before = 0;
    MPI_Fetch_and_op(&value, &before, MPI_INT64_T, 0, cell, operation, b->window);
    MPI_Win_flush(0, b->window);
    return before;
}

static int64_t read_cell(mpi_board *b, MPI_Aint cell) { return change(b, cell, 0, MPI_NO_OP); }

void mpi_board_begin_round(mpi_board *b, int round, const uint64_t *tasks, size_t n, int n_given) {
    memcpy(b->cells + list_at(b), tasks, n * sizeof *tasks);
    MPI_Win_sync(b->window);
    change(b, N_TASKS + round, (int64_t)n, MPI_REPLACE);
    change(b, TICKET + round, n_given, MPI_REPLACE);
    mpi_board_raise(b, round);
}

uint64_t mpi_board_n_tasks(mpi_board *b, int round) { return (uint64_t)read_cell(b, N_TASKS + round); }

uint64_t mpi_board_take_ticket(mpi_board *b, int round) { return (uint64_t)change(b, TICKET + round, 1, MPI_SUM); }

uint64_t mpi_board_tickets_taken(mpi_board *b, int round) { return (uint64_t)read_cell(b, TICKET + round); }

void mpi_board_read_list(mpi_board *b, uint64_t first, uint64_t n, uint64_t *tasks) {
    MPI_Get(tasks, (int)n, MPI_UINT64_T, 0, list_at(b) + (MPI_Aint)first, (int)n, MPI_UINT64_T, b->window);
    MPI_Win_flush(0, b->window);
}

/* --- The state ---------------------------------------------------------------- */

static void raise_in_node(mpi_board *b, int64_t state) {
    int64_t now = atomic_load(&b->node_cells[NODE_STATE]);
    while (now < state && !atomic_compare_exchange_weak(&b->node_cells[NODE_STATE], &now, state)) continue;
}

void mpi_board_raise(mpi_board *b, int state) {
    change(b, STATE, state, MPI_MAX);
    raise_in_node(b, state);
}

int mpi_board_state(const mpi_board *b) { return (int)atomic_load(&b->node_cells[NODE_STATE]); }

void mpi_board_look(mpi_board *b) { raise_in_node(b, read_cell(b, STATE)); }

void mpi_board_note(mpi_board *b, int state) { change(b, NOTES + b->rank, state, MPI_REPLACE); }

int mpi_board_noted(mpi_board *b, int rank) {
    MPI_Win_sync(b->window);
    return (int)*(volatile int64_t *)&b->cells[NOTES + rank];
}

void mpi_board_leave_node(mpi_board *b) { atomic_fetch_add(&b->node_cells[NODE_N_LEFT], 1); }

int mpi_board_n_left_node(const mpi_board *b) { return (int)atomic_load(&b->node_cells[NODE_N_LEFT]); }
