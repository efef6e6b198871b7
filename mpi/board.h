/* What all ranks share: cells in the memory of rank 0, reached by one-sided operations, and one cell for each node,
 * reached as memory. */
#ifndef RC_MPI_BOARD_H
#define RC_MPI_BOARD_H

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The state of a run only ever rises. */
enum {
    MPI_STATE_BEGIN,     /* and then the number of the round of handing out */
    MPI_MOST_ROUNDS = 8, /* tasks that did not come back are handed out again so often at most */
    MPI_STATE_DONE,      /* every task is in a journal */
    MPI_STATE_STOP,
};

typedef struct mpi_board {
    int rank, n_ranks;
    int node, n_nodes; /* nodes in the order of their first ranks */
    int leader;        /* the first rank of this node */
    int n_in_node;     /* ranks of this node */
    MPI_Win window, node_window;
    MPI_Comm node_comm;
    int64_t *cells; /* on rank 0 */
    _Atomic int64_t *node_cells;
} mpi_board;

/* Finds the nodes and makes the cells; list_room: on rank 0, how many tasks a list may have. Collective.
 * RNNCHAOS_RANKS_PER_NODE in the environment makes nodes of at most so many ranks. */
void mpi_board_open(mpi_board *b, size_t list_room);

/* Collective. */
void mpi_board_close(mpi_board *b);

/* Rank 0 hands out tasks[n] in the next round, of which n_given tickets are taken. */
void mpi_board_begin_round(mpi_board *b, int round, const uint64_t *tasks, size_t n, int n_given);

/* How many tasks a round has; the next ticket; and tasks of the list from `first` on. */
uint64_t mpi_board_n_tasks(mpi_board *b, int round);
uint64_t mpi_board_take_ticket(mpi_board *b, int round);
void mpi_board_read_list(mpi_board *b, uint64_t first, uint64_t n, uint64_t *tasks);

/* Rank 0: have all tickets of the round been drawn that have a chunk? */
uint64_t mpi_board_tickets_taken(mpi_board *b, int round);

/* Raises the state, here and for all; how it stands, as far as is known in this node. Leaders look at the cell of
 * rank 0 now and then by mpi_board_look(); nobody else does, so that it is not asked by all. */
void mpi_board_raise(mpi_board *b, int state);
int mpi_board_state(const mpi_board *b);
void mpi_board_look(mpi_board *b);

/* Every rank notes the state that it has heard of and has nothing more to do in; rank 0 reads. */
void mpi_board_note(mpi_board *b, int state);
int mpi_board_noted(mpi_board *b, int rank);

/* The ranks of the node whose results have all been taken; the leader waits for them. */
void mpi_board_leave_node(mpi_board *b);
int mpi_board_n_left_node(const mpi_board *b);

#endif
