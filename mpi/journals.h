/* The journals of a run on several nodes: rank 0 writes the run's own, the first rank of every other node one beside
 * it, in the same folder. */
#ifndef RC_MPI_JOURNALS_H
#define RC_MPI_JOURNALS_H

#include <rnnchaos/journal.h>
#include <rnnchaos/run.h>

/* Does every first rank of a node see the folder that rank 0 sees, and not another one of its name? Rank 0 leaves a
 * file there for as long as that takes. Collective over all ranks; folder is "" for a run without one. Errors (on
 * the rank that finds out): RC_IO. */
rc_status mpi_folder_check(const char *folder, int rank, bool is_leader);

/* Opens folder/journal.node-K.rcj (journal.I-of-N.node-K.rcj of a shard) to append, or one with a number behind if
 * that is another study's. Errors: those of rc_journal_open. */
rc_status mpi_journal_open(const rc_study *study, const rc_run_options *options, int node, rc_journal **out);

#endif
