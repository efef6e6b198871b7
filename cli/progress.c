#include "progress.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static const double live_interval_s = 0.1, line_interval_s = 5;

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* Resident memory now, in MB; the largest so far where /proc is missing. */
static double resident_mb(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    int found = file ? fscanf(file, "%*d %ld", &pages) : 0;
    if (file) fclose(file);
    if (found == 1) return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1e3;
}

static void print_duration(double seconds) {
    unsigned long whole = (unsigned long)(seconds + 0.5);
    fprintf(stderr, "%lu:%02lu:%02lu", whole / 3600, whole / 60 % 60, whole % 60);
}

static void print_line(const rc_progress *progress) {
    double share = progress->n_state_steps ? (double)progress->state_steps / (double)progress->n_state_steps : 1;
    double elapsed = progress->elapsed_s > 1e-3 ? progress->elapsed_s : 1e-3;
    fprintf(stderr, "%zu of %zu tasks  %3.0f %%  ", progress->tasks_done, progress->n_tasks, 100 * share);
    print_duration(elapsed);
    fprintf(stderr, " elapsed  ");
    if (share > 0)
        print_duration(elapsed * (1 - share) / share);
    else
        fprintf(stderr, "?");
    fprintf(stderr, " left  %.2f M state-steps/s  CPU %.0f %%  %.0f MB", 1e-6 * (double)progress->state_steps / elapsed,
            100 * cpu_seconds() / elapsed, resident_mb());
}

void cli_progress_report(const rc_progress *progress, void *context) {
    cli_progress *shown = context;
    double interval = shown->live ? live_interval_s : line_interval_s;
    if (shown->quiet || progress->elapsed_s - shown->shown_s < interval) return;
    shown->shown_s = progress->elapsed_s;
    if (shown->live) fprintf(stderr, "\r\033[K");
    print_line(progress);
    if (!shown->live) fprintf(stderr, "\n");
    shown->line_open = shown->live;
    fflush(stderr);
}

void cli_progress_end(cli_progress *progress) {
    if (progress->line_open) fprintf(stderr, "\r\033[K");
    progress->line_open = false;
}
