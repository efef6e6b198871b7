/* The progress of a run, on stderr. */
#ifndef RC_CLI_PROGRESS_H
#define RC_CLI_PROGRESS_H

#include <rnnchaos/run.h>

typedef struct cli_progress {
    bool live;         /* stderr is a terminal: one line, rewritten */
    bool quiet;        /* nothing at all */
    const char *whose; /* before CPU and memory if they are not the whole run's: "rank 0 "; else "" */
    double cpu_s;      /* when the run began */
    double shown_s;    /* when something was last shown; of the run */
    bool line_open;    /* a live line stands on the screen */
    rc_progress last;
} cli_progress;

/* Looks at stderr and starts the clock. */
cli_progress cli_progress_begin(bool quiet, bool one_of_many);

/* For rc_run_options.report; the context is a cli_progress. */
void cli_progress_report(const rc_progress *progress, void *context);

/* Ends the live line, if any; after a finished run sums it up. */
void cli_progress_end(cli_progress *progress, const char *program, bool finished);

#endif
