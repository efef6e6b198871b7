#include "post.h"

#include <mpi.h>
#include <string.h>

#include "base/memory.h"

/* Messages in each direction that may be under way at one rank; half a second of results of a big node. */
enum { N_SENDS = 4, N_RECEIVES = 16, TAG_RESULT = 1 };

typedef struct {
    uint64_t *bytes; /* the task's number and its bytes */
    MPI_Request request;
} slot;

struct mpi_post {
    int keeper;
    size_t size, n_slots;
    slot slots[N_RECEIVES];
};

rc_status mpi_post_create(int rank, int keeper, size_t size, mpi_post **out) {
    rc_status status = RC_OK;
    mpi_post *post = NULL;
    *out = NULL;
    RC_TRY(RC_ARRAY(post, 1, "messages"));
    post->keeper = keeper;
    post->size = sizeof(uint64_t) + size;
    post->n_slots = rank == keeper ? N_RECEIVES : N_SENDS;
    for (size_t k = 0; k < post->n_slots; k++) {
        post->slots[k].request = MPI_REQUEST_NULL;
        RC_TRY(RC_ARRAY(post->slots[k].bytes, post->size / sizeof(uint64_t) + 1, "messages"));
    }
    *out = post;
    post = NULL;
done:
    mpi_post_destroy(&post);
    return status;
}

/* A null request is complete. */
static bool is_free(slot *s) {
    int complete;
    MPI_Test(&s->request, &complete, MPI_STATUS_IGNORE);
    return complete;
}

static slot *free_slot(mpi_post *post) {
    for (size_t k = 0; k < post->n_slots; k++)
        if (is_free(&post->slots[k])) return &post->slots[k];
    return NULL;
}

bool mpi_post_has_room(mpi_post *post) { return free_slot(post) != NULL; }

bool mpi_post_is_empty(mpi_post *post) {
    bool empty = true;
    for (size_t k = 0; k < post->n_slots; k++) empty &= is_free(&post->slots[k]);
    return empty;
}

void mpi_post_send(mpi_post *post, uint64_t task, const void *bytes, size_t n) {
    slot *s = free_slot(post);
    s->bytes[0] = task;
    memcpy(s->bytes + 1, bytes, n);
    MPI_Isend(s->bytes, (int)(sizeof task + n), MPI_BYTE, post->keeper, TAG_RESULT, MPI_COMM_WORLD, &s->request);
}

/* Begins to receive what has been announced, while there is room. */
static void accept_new(mpi_post *post) {
    for (size_t k = 0; k < post->n_slots; k++) {
        if (post->slots[k].request != MPI_REQUEST_NULL) continue;
        MPI_Message message;
        int found;
        MPI_Improbe(MPI_ANY_SOURCE, TAG_RESULT, MPI_COMM_WORLD, &found, &message, MPI_STATUS_IGNORE);
        if (!found) return;
        MPI_Imrecv(post->slots[k].bytes, (int)post->size, MPI_BYTE, &message, &post->slots[k].request);
    }
}

rc_status mpi_post_receive(mpi_post *post, rc_status (*take)(uint64_t task, const void *bytes, void *context),
                           void *context) {
    accept_new(post);
    for (size_t k = 0; k < post->n_slots; k++) {
        slot *s = &post->slots[k];
        if (s->request == MPI_REQUEST_NULL || !is_free(s)) continue;
        rc_status status = take(s->bytes[0], s->bytes + 1, context);
        if (status != RC_OK) return status;
    }
    return RC_OK;
}

void mpi_post_destroy(mpi_post **post) {
    if (!*post) return;
    bool empty = mpi_post_is_empty(*post);
    for (size_t k = 0; empty && k < (*post)->n_slots; k++) free((*post)->slots[k].bytes);
    if (empty) free(*post); /* MPI may still write into it otherwise */
    *post = NULL;
}
