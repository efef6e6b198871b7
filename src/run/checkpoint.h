/* What a long task has so far, in a file of its own: folder/checkpoint-TASK.rck.
 * It is there whole or not at all, and only while the task is unfinished. */
#ifndef RC_RUN_CHECKPOINT_H
#define RC_RUN_CHECKPOINT_H

#include <rnnchaos/run.h>
#include <rnnchaos/spectrum.h>

typedef struct rc_task_checkpoint {
    rc_spectrum_checkpoint spectrum; /* for the plan: borrows all of this */
    const rc_study *study;
    size_t task;
    rc_task_control *control;
    char *path;
    unsigned char *bytes; /* what the file held, or NULL */
    double begun, all;    /* seconds of a clock; state-steps of the measurement */
    bool failed;          /* a write has */
} rc_task_checkpoint;

/* Reads the task's file if there is one. What cannot be read is noted, and is
 * as if it were not there. n_steps: state-steps of the whole measurement.
 * Without a folder there is nothing to read or to write. Errors: RC_NO_MEMORY. */
rc_status rc_task_checkpoint_open(const rc_study *study, size_t task, const rc_task_context *context, uint64_t n_steps,
                                  rc_task_checkpoint *checkpoint);

/* After RC_DAMAGED from the measurement: notes it, and forgets what was read.
 * False if nothing was, so that the damage is elsewhere. */
bool rc_task_checkpoint_forget(rc_task_checkpoint *checkpoint);

void rc_task_checkpoint_close(rc_task_checkpoint *checkpoint);

#endif
