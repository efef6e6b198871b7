/* A study over many ranks: tasks are taken in chunks from one counter that
 * lives in a window of rank 0 (MPI-3 one-sided operations), so no rank waits
 * for a master; the first rank of each node keeps the results of its ranks in
 * a journal. docs/scaling.md tells more. */
#ifndef RC_MPI_SCHEDULER_H
#define RC_MPI_SCHEDULER_H

#include <rnnchaos/run.h>

/* On rank 0, as cli_host.run: sends the study to all ranks and runs it with
 * them. options->control must be given, and either a journal, beside which
 * other nodes write theirs in options->folder, or results. In the end
 * options->journal knows of all tasks that are done. Errors: those of the
 * tasks and journals on any rank; RC_IO if a node does not see the folder;
 * RC_STOPPED. */
rc_status mpi_run_study(const rc_study *study, const rc_run_options *options);

/* On the other ranks: serves rank 0 until it ends; returns the exit status
 * that rank 0 gives. A stop set in control stops all ranks. */
int mpi_serve(rc_task_control *control);

/* On rank 0, at the very end: lets the others go; ends the job by MPI_Abort if
 * some of them have been given up. */
void mpi_release(int exit_status);

#endif
