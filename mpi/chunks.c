#include "chunks.h"

/* All tickets of n batches of equal chunks are used up: is this ticket among them? */
static int skip(uint64_t n_batches, uint64_t n_ranks, uint64_t size, uint64_t *first, uint64_t *ticket) {
    if (*ticket / n_ranks < n_batches) return 0;
    *ticket -= n_batches * n_ranks;
    *first += n_batches * n_ranks * size;
    return 1;
}

mpi_chunk mpi_chunk_of(uint64_t n_tasks, uint64_t n_ranks, uint64_t most, uint64_t ticket) {
    uint64_t first = 0, size = most;
    if (n_tasks / n_ranks / 2 >= most) { /* batches of the largest chunks, of which there may be very many */
        uint64_t n_batches = (n_tasks - 2 * n_ranks * most) / (n_ranks * most) + 1;
        if (!skip(n_batches, n_ranks, size, &first, &ticket)) goto found;
    }
    for (;;) {
        size = (n_tasks - first) / n_ranks / 2;
        if (size <= 1) break;
        if (!skip(1, n_ranks, size, &first, &ticket)) goto found;
    }
    size = 1;
found:
    if (ticket >= (n_tasks - first) / size) return (mpi_chunk){n_tasks, 0};
    return (mpi_chunk){first + ticket * size, size};
}
