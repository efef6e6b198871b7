/* Who knows what is done: those who keep results tell rank 0 the numbers of the tasks, some at a time; rank 0 counts,
 * tells when all is done, and hands out again what does not come back. */
#ifndef RC_MPI_OVERSEER_H
#define RC_MPI_OVERSEER_H

#include <rnnchaos/run.h>

#include "board.h"

typedef struct mpi_overseer mpi_overseer;

/* tasks [n]: on rank 0, what is to be done; taken. All else is borrowed. Errors: RC_NO_MEMORY. */
rc_status mpi_overseer_create(mpi_board *board, const rc_study *study, const rc_run_options *options, uint64_t *tasks,
                              size_t n, mpi_overseer **out);

/* Rank 0: hands out the first round. */
void mpi_overseer_begin(mpi_overseer *o);

/* This rank keeps the results of a task, which it has computed itself or not. */
void mpi_overseer_report(mpi_overseer *o, uint64_t task, bool own);

/* To be called again and again. control: of this rank's pool, for the progress that rank 0 reports. */
void mpi_overseer_tick(mpi_overseer *o, const rc_task_control *control);

/* The last word of a rank other than 0: all it had to tell is told, and status with its message. */
void mpi_overseer_end(mpi_overseer *o, rc_status status, const char *message);

/* How long to wait, once a run is done or stopped, for those who do not answer. */
double mpi_overseer_farewell_s(const mpi_board *board);

/* Rank 0: have all others ended? And if not, is there no more hope for those who have not? */
bool mpi_overseer_all_ended(const mpi_overseer *o);
bool mpi_overseer_gives_up(mpi_overseer *o, double waited_s);

/* Rank 0: what the run comes to, with its message in rc_message(): the first failure of any rank, RC_STOPPED if
 * tasks are missing. Notes in options->journal what other journals hold. status: of rank 0 itself. */
rc_status mpi_overseer_conclude(mpi_overseer *o, rc_status status, const char *message);

/* Accepts NULL; leaves NULL. */
void mpi_overseer_destroy(mpi_overseer **o);

#endif
