#include "base/team.h"

#include <pthread.h>
#include <stdatomic.h>

enum { MOST_HELPERS = 255 };

typedef struct {
    void (*part)(void *context, size_t k);
    void *context;
    size_t n_parts;
    atomic_size_t next;
} team;

static void *help(void *argument) {
    team *t = argument;
    for (size_t k; (k = atomic_fetch_add(&t->next, 1)) < t->n_parts;) t->part(t->context, k);
    return NULL;
}

void rc_team_do(size_t n_threads, size_t n_parts, void (*part)(void *context, size_t k), void *context) {
    team t = {.part = part, .context = context, .n_parts = n_parts};
    pthread_t helpers[MOST_HELPERS];
    size_t n_helpers = 0;
    if (n_threads > n_parts) n_threads = n_parts;
    while (n_helpers + 1 < n_threads && n_helpers < MOST_HELPERS &&
           pthread_create(&helpers[n_helpers], NULL, help, &t) == 0)
        n_helpers++;
    help(&t);
    while (n_helpers > 0) pthread_join(helpers[--n_helpers], NULL);
}
