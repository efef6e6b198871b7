/* Running a study: tasks, and the threads that work on them. */
#ifndef RNNCHAOS_RUN_H
#define RNNCHAOS_RUN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rnnchaos/dynamics.h>
#include <rnnchaos/status.h>
#include <rnnchaos/store.h>
#include <rnnchaos/study.h>

/* One task is one session at one g with all its trials. */
size_t rc_task_count(const rc_study *study);

/* State-steps (one state advanced by one step) in one task, at the most: a
 * trial at rest, or a target error that is reached, saves the rest. */
uint64_t rc_task_state_steps(const rc_study *study);

/* What a running task shares with the one who waits for it. */
typedef struct rc_task_control {
    atomic_bool stop;          /* set it: tasks end soon with RC_STOPPED */
    atomic_ullong state_steps; /* done so far, by all tasks */
    atomic_ullong saved_steps; /* of finished tasks, what they did not need */
} rc_task_control;

/* Computes task number `task` and puts its part into the results. Tasks write
 * disjoint parts, so they may run at the same time on the same results.
 * Errors: RC_NO_MEMORY, RC_STOPPED, RC_NOT_FINITE. */
rc_status rc_task_perform(size_t task, const rc_kernels *kernels, rc_task_control *control, rc_results *results);

/* The bytes of one task's part of the results, for sending elsewhere:
 * rc_task_size() of them; pack reads them from, unpack writes them to,
 * results of the same study. */
size_t rc_task_size(const rc_study *study, size_t task);
void rc_task_pack(const rc_results *results, size_t task, void *bytes);
void rc_task_unpack(rc_results *results, size_t task, const void *bytes);

typedef struct rc_progress {
    size_t tasks_done;
    size_t n_tasks;
    uint64_t state_steps;
    uint64_t n_state_steps; /* in all, as far as is known */
    double elapsed_s;
} rc_progress;

/* What the scheduler needs to know, and whom it tells. */
typedef struct rc_run_options {
    const rc_kernels *kernels;                                  /* NULL: the best */
    size_t n_threads;                                           /* 0: rc_threads_available() */
    rc_task_control *control;                                   /* may be NULL; its stop ends the run */
    void (*report)(const rc_progress *progress, void *context); /* about 10 times a second; may be NULL */
    void *report_context;
} rc_run_options;

/* The number of threads to use, from the processors this process may run on,
 * lowered by OMP_NUM_THREADS or else SLURM_CPUS_PER_TASK; *source says which
 * ("all cores", ...). */
size_t rc_threads_available(const char **source);

/* Runs every task of results->study on threads of this process.
 * Errors: those of rc_task_perform; RC_STOPPED if control->stop was set. */
rc_status rc_run_threads(const rc_run_options *options, rc_results *results);

#endif
