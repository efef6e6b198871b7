/* Does MPI work here? */
#ifndef RC_MPI_CHECK_H
#define RC_MPI_CHECK_H

/* Called by all ranks: rank 0 prints a table of ranks and hosts with the
 * timings of broadcast, scatter and gather, whose data are verified, and the
 * speed-up of a small real study. Returns the exit status. */
int mpi_check(int argc, char **argv);

#endif
