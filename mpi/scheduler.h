/* A study over many ranks: tasks are taken from one counter that lives in a
 * window of rank 0 (MPI-3 one-sided operations), so no rank waits for a
 * master; results travel to rank 0 as they are made. */
#ifndef RC_MPI_SCHEDULER_H
#define RC_MPI_SCHEDULER_H

#include <rnnchaos/run.h>

/* On rank 0, as cli_host.run: sends the study to all ranks and runs it with
 * them; options->control must be given. Errors: those of the tasks on any rank; RC_STOPPED. */
rc_status mpi_run_study(const rc_study *study, const rc_run_options *options);

/* On the other ranks: serves rank 0 until it ends; returns the exit status
 * that rank 0 gives. A stop set in control stops all ranks. */
int mpi_serve(rc_task_control *control);

/* On rank 0, at the very end: lets the others go. */
void mpi_release(int exit_status);

#endif
