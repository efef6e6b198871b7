#include "progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

static const double live_interval_s = 0.1, line_interval_s = 5;

/* --- Measurements ----------------------------------------------------------- */

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static double largest_mb(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1e3;
}

/* Resident memory now; the largest so far where /proc is missing. */
static double resident_mb(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    int found = file ? fscanf(file, "%*d %ld", &pages) : 0;
    if (file) fclose(file);
    return found == 1 ? (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6 : largest_mb();
}

static size_t screen_width(void) {
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static bool is_live(void) {
    const char *kind = getenv("TERM");
    return isatty(STDERR_FILENO) && !(kind && strcmp(kind, "dumb") == 0);
}

/* --- Words ------------------------------------------------------------------ */

enum { N_FIELDS = 7, FIELD_SIZE = 64, LINE_SIZE = N_FIELDS * FIELD_SIZE };
typedef char field[FIELD_SIZE];

/* 1:23, or 1:02:03 from an hour on; ? if unknown. */
static const char *duration_text(double seconds, field text) {
    unsigned long whole = isfinite(seconds) && seconds < 1e15 ? (unsigned long)(seconds + 0.5) : 0;
    unsigned long hours = whole / 3600, minutes = whole / 60 % 60;
    if (!isfinite(seconds))
        strcpy(text, "?");
    else if (hours > 0)
        snprintf(text, FIELD_SIZE, "%lu:%02lu:%02lu", hours, minutes, whole % 60);
    else
        snprintf(text, FIELD_SIZE, "%lu:%02lu", minutes, whole % 60);
    return text;
}

/* Millions a second in three digits or more. */
static void rate_text(const rc_progress *progress, field text) {
    double steps = (double)(progress->state_steps - progress->restored_steps);
    double rate = 1e-6 * steps / fmax(progress->elapsed_s, 1e-3);
    snprintf(text, FIELD_SIZE, rate < 99.95 ? "%.3g M state-steps/s" : "%.0f M state-steps/s", rate);
}

static double cpu_percent(const cli_progress *shown) {
    return 100 * (cpu_seconds() - shown->cpu_s) / fmax(shown->last.elapsed_s, 1e-3);
}

static void describe(const cli_progress *shown, bool brief, field fields[N_FIELDS]) {
    const rc_progress *p = &shown->last;
    double steps = (double)p->state_steps, all = (double)p->n_state_steps, made = steps - (double)p->restored_steps;
    double share = p->n_state_steps ? steps / all : 1; /* of this run */
    double found = p->n_tasks ? (double)p->tasks_found / (double)p->n_tasks : 0;
    field elapsed, left;
    duration_text(p->elapsed_s, elapsed);
    duration_text(made > 0 ? p->elapsed_s * (all - steps) / made : INFINITY, left);
    snprintf(fields[0], FIELD_SIZE, brief ? "%zu/%zu tasks" : "%zu of %zu tasks", p->tasks_done, p->n_tasks);
    snprintf(fields[1], FIELD_SIZE, "%.0f %%", floor(100 * (found + (1 - found) * share)));
    snprintf(fields[2], FIELD_SIZE, brief ? "%.20s" : "%.20s elapsed", elapsed);
    snprintf(fields[3], FIELD_SIZE, "%.20s left", left);
    rate_text(p, fields[4]);
    snprintf(fields[5], FIELD_SIZE, "%sCPU %.0f %%", shown->whose, cpu_percent(shown));
    snprintf(fields[6], FIELD_SIZE, "%.0f MB", resident_mb());
}

/* Puts together as many fields as fit; returns whether all do. */
static bool join(field fields[N_FIELDS], size_t width, char line[LINE_SIZE]) {
    size_t length = 0;
    line[0] = '\0';
    for (size_t k = 0; k < N_FIELDS; k++) {
        const char *gap = k ? "  " : "";
        if (length + strlen(gap) + strlen(fields[k]) > width) return false;
        length += (size_t)snprintf(line + length, LINE_SIZE - length, "%s%s", gap, fields[k]);
    }
    return true;
}

static void compose(const cli_progress *shown, char line[LINE_SIZE]) {
    field fields[N_FIELDS];
    size_t width = shown->live ? screen_width() - 1 : LINE_SIZE - 1;
    describe(shown, false, fields);
    if (join(fields, width, line)) return;
    describe(shown, true, fields);
    join(fields, width, line);
}

/* --- The line --------------------------------------------------------------- */

cli_progress cli_progress_begin(bool quiet, bool one_of_many) {
    return (cli_progress){
        .live = is_live(), .quiet = quiet, .whose = one_of_many ? "rank 0 " : "", .cpu_s = cpu_seconds()};
}

void cli_progress_report(const rc_progress *progress, void *context) {
    cli_progress *shown = context;
    double interval = shown->live ? live_interval_s : line_interval_s;
    shown->last = *progress;
    if (shown->quiet || progress->elapsed_s - shown->shown_s < interval) return;
    char line[LINE_SIZE];
    compose(shown, line);
    fprintf(stderr, shown->live ? "\r%s\033[K" : "%s\n", line);
    shown->shown_s = progress->elapsed_s;
    shown->line_open = shown->live;
}

void cli_progress_end(cli_progress *progress, const char *program, bool finished) {
    if (progress->line_open) fprintf(stderr, "\r\033[K");
    progress->line_open = false;
    if (progress->quiet || !finished) return;
    field rate;
    rate_text(&progress->last, rate);
    fprintf(stderr, "%s: %zu tasks in %.2f s, %s, %sCPU %.0f %%, at most %.0f MB\n", program,
            progress->last.tasks_done - progress->last.tasks_found, progress->last.elapsed_s, rate, progress->whose,
            cpu_percent(progress), largest_mb());
}
