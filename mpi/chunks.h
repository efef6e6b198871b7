/* How tasks are cut into chunks: a number drawn from a counter tells its chunk, so that one request is all that a
 * rank and the counter ever exchange. */
#ifndef RC_MPI_CHUNKS_H
#define RC_MPI_CHUNKS_H

#include <stdint.h>

/* The largest chunk, for each thread of a rank. */
enum { MPI_CHUNK_MOST = 16 };

typedef struct mpi_chunk {
    uint64_t first, n; /* places in the list of tasks; n is 0 once there are none left */
} mpi_chunk;

/* The chunk of ticket 0, 1, ... among n_tasks. n_ranks tickets in turn share half of what is left in equal chunks
 * (factoring; Hummel, Schonberg, Flynn 1992, doi:10.1145/135226.135232), of at most `most` tasks and at least one.
 * The chunks of all tickets together hold every place once. Cost: O(log most). */
mpi_chunk mpi_chunk_of(uint64_t n_tasks, uint64_t n_ranks, uint64_t most, uint64_t ticket);

#endif
