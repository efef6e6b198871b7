/* Running a study: tasks, and the threads that work on them. */
#ifndef RNNCHAOS_RUN_H
#define RNNCHAOS_RUN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rnnchaos/dynamics.h>
#include <rnnchaos/journal.h>
#include <rnnchaos/status.h>
#include <rnnchaos/store.h>
#include <rnnchaos/study.h>

#ifdef __cplusplus
extern "C" {
#endif

/* State-steps (one state advanced by one step) in one task, at the most: a
 * trial at rest, or a target error that is reached, saves the rest. */
uint64_t rc_task_state_steps(const rc_study *study);

/* What a running task shares with the one who waits for it. */
typedef struct rc_task_control {
    atomic_bool stop;             /* set it: tasks end soon with RC_STOPPED */
    atomic_ullong state_steps;    /* done so far, by all tasks ... */
    atomic_ullong restored_steps; /* ... of which these were found in checkpoints */
    atomic_ullong saved_steps;    /* of finished tasks, what they did not need */
    atomic_uint n_saving;         /* tasks that are writing a checkpoint right now */
    atomic_uint n_checkpoints;    /* written or found, ever */
    /* To be set before tasks begin: */
    double checkpoint_s; /* long tasks write one about so often; 0: RC_CHECKPOINT_S */
    void (*note)(bool warning, const char *text, void *context); /* a line about a task, from any thread; may be NULL */
    void *note_context;
} rc_task_control;

/* Seconds that a task takes before it writes a checkpoint, and between two. */
#define RC_CHECKPOINT_S 25.0

/* What a task may use; none of it changes what comes out. All borrowed. */
typedef struct rc_task_context {
    const rc_kernels *kernels;
    rc_task_control *control;
    const char *folder; /* where a long task keeps what it has so far, checkpoint-TASK.rck, and looks for it when it
                           begins; NULL: nowhere */
    size_t n_threads;   /* for a large network; 0 is 1 */
} rc_task_context;

/* Computes task number `task` of a study. A task is pure: (study, task) give
 * bytes[rc_task_size()], aligned to 8, whoever computes them where and when.
 * Errors: RC_NO_MEMORY, RC_STOPPED, RC_NOT_FINITE, RC_NUMERICS; bytes are then
 * of no use. */
rc_status rc_task_perform(const rc_study *study, size_t task, const rc_task_context *context, void *bytes);

/* Is this the checkpoint of a task of the study, and of which one? Reads its head only. */
bool rc_checkpoint_is_of(const char *path, const rc_study *study, size_t *task);

/* After a finished task has been appended to the journal (may be NULL): removes
 * its checkpoint, if there is one, once the journal is synced. Looks for one
 * only if tasks under this control have had any. Errors: those of
 * rc_journal_sync. */
rc_status rc_checkpoint_settle(const rc_task_control *control, rc_journal *journal, const char *folder, size_t task);

typedef struct rc_progress {
    size_t tasks_done;  /* of n_tasks; those found in the journal included */
    size_t tasks_found; /* in the journal when the run began */
    size_t n_tasks;
    uint64_t state_steps;    /* of this run, so far ... */
    uint64_t n_state_steps;  /* ... and in all, as far as is known */
    uint64_t restored_steps; /* of state_steps, what checkpoints had */
    double elapsed_s;
} rc_progress;

/* What the scheduler needs to know, and whom it tells. */
typedef struct rc_run_options {
    const rc_kernels *kernels; /* NULL: the best */
    size_t n_threads;          /* 0: rc_threads_available() */
    rc_task_control *control;  /* may be NULL; its stop ends the run */
    size_t shard, n_shards;    /* only the tasks with task % n_shards == shard; n_shards 0: all */
    rc_journal *journal;       /* finished tasks go there, and those that it has are skipped; may be NULL */
    rc_results *results;       /* finished tasks of this run go there, too; may be NULL */
    const char *folder;        /* for rc_task_context */
    void (*report)(const rc_progress *progress, void *context); /* about 10 times a second; may be NULL */
    void *report_context;
} rc_run_options;

/* The number of threads to use, from the processors this process may run on,
 * lowered by OMP_NUM_THREADS or else SLURM_CPUS_PER_TASK; *source says which
 * ("all cores", ...). */
size_t rc_threads_available(const char **source);

/* Does a run with these options have to do the task? */
bool rc_run_wants(const rc_run_options *options, size_t task);

/* What a run with these options begins with: how many tasks there are, and how
 * many of them the journal has. */
rc_progress rc_progress_begin(const rc_study *study, const rc_run_options *options);

/* Runs the tasks of the study that the options want on threads of this
 * process. Memory: a few tasks for each thread, and the results if any.
 * However it ends, the journal is synced before the threads are waited for.
 * Errors: those of rc_task_perform and of rc_journal_append; RC_STOPPED if
 * control->stop was set. */
rc_status rc_run_threads(const rc_study *study, const rc_run_options *options);

/* Runs a whole study and gives its results, provenance included. Takes the study,
 * also when it fails. Of the options, journal, results and shards are not looked at.
 * With options->folder, which must be there, that folder keeps the journal and
 * checkpoints of the run, which goes on with what they hold: it and `rnnchaos run
 * --resume` can go on with what the other began.
 * Errors: those of rc_run_threads and rc_journal_open; RC_CONFLICT if the folder
 * holds another study. */
rc_status rc_run_study(rc_study *study, const rc_run_options *options, rc_results **out);

/* Writes into a folder what `rnnchaos run` leaves there besides journal and figures:
 * study.yaml, results.h5 and data_curation.pickle. Errors: those of
 * rc_results_write; RC_CONFLICT if the folder holds another study. */
rc_status rc_results_save(const rc_results *results, const char *folder);

#ifdef __cplusplus
}
#endif
#endif
