/* Results on their way from the ranks of a node to the one that keeps them. Nothing here waits: a rank that is
 * stopped in the middle of a message holds up nobody else. */
#ifndef RC_MPI_POST_H
#define RC_MPI_POST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rnnchaos/status.h>

typedef struct mpi_post mpi_post;

/* keeper: the rank that the results of this one go to; if that is this rank, it receives, and needs no room to send.
 * size: bytes of the largest result. Errors: RC_NO_MEMORY. */
rc_status mpi_post_create(int rank, int keeper, size_t size, mpi_post **out);

/* Could another result be sent? And are all that were sent taken? */
bool mpi_post_has_room(mpi_post *post);
bool mpi_post_is_empty(mpi_post *post);

/* Sends a result; only while there is room. The bytes are copied. */
void mpi_post_send(mpi_post *post, uint64_t task, const void *bytes, size_t n);

/* Hands what has arrived to take(), bytes aligned to 8, and goes on receiving. Errors: those of take(). */
rc_status mpi_post_receive(mpi_post *post, rc_status (*take)(uint64_t task, const void *bytes, void *context),
                           void *context);

/* Accepts NULL; leaves NULL. Messages still under way are given up, with their memory. */
void mpi_post_destroy(mpi_post **post);

#endif
