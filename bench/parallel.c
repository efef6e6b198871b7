#include "parallel.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
    void (*work)(void *);
    void *what;
} job;

static double read_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

double thread_ns(void) { return read_ns(CLOCK_THREAD_CPUTIME_ID); }

static void *run(void *context) {
    job *j = context;
    j->work(j->what);
    return NULL;
}

double parallel_ns(unsigned n_threads, void (*work)(void *), void **each) {
    pthread_t threads[MOST_THREADS];
    job jobs[MOST_THREADS];
    clockid_t clock = n_threads > 1 ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID;
    double start = read_ns(clock);
    for (unsigned t = 1; t < n_threads; t++) {
        jobs[t] = (job){work, each[t]};
        if (pthread_create(&threads[t], NULL, run, &jobs[t]) != 0) {
            fprintf(stderr, "bench: no thread %u of %u\n", t + 1, n_threads);
            exit(1);
        }
    }
    work(each[0]);
    for (unsigned t = 1; t < n_threads; t++) pthread_join(threads[t], NULL);
    return read_ns(clock) - start;
}
