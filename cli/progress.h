/* The progress of a run, on stderr. */
#ifndef RC_CLI_PROGRESS_H
#define RC_CLI_PROGRESS_H

#include <rnnchaos/run.h>
#include <time.h>

typedef struct cli_progress {
    bool live;      /* stderr is a terminal: one line, rewritten */
    bool quiet;     /* nothing at all */
    double shown_s; /* when something was last shown; of the run */
    bool line_open; /* a live line stands on the screen */
} cli_progress;

/* For rc_run_options.report; the context is a cli_progress. */
void cli_progress_report(const rc_progress *progress, void *context);

/* Ends the live line, if any. */
void cli_progress_end(cli_progress *progress);

#endif
