#include "run/provenance.h"

#include <string.h>
#include <unistd.h>

#include "base/build.h"
#include "base/fail.h"

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

rc_beginning rc_begin_now(void) { return (rc_beginning){time(NULL), seconds_now()}; }

static char *time_text(time_t date) {
    char text[32];
    struct tm parts;
    gmtime_r(&date, &parts);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return strdup(text);
}

static char *host_text(void) {
    char name[256] = "";
    return strdup(gethostname(name, sizeof name - 1) ? "unknown" : name);
}

rc_status rc_provenance_note(rc_results *results, const char *kernels, size_t n_threads, size_t n_ranks,
                             rc_beginning beginning) {
    rc_provenance *p = &results->provenance;
    *p = (rc_provenance){
        .version = strdup(rc_build.version),
        .commit = strdup(rc_build.commit),
        .compiler = strdup(rc_build.compiler),
        .flags = strdup(rc_build.flags),
        .libraries = strdup(rc_build.libraries),
        .kernels = strdup(kernels),
        .host = host_text(),
        .started = time_text(beginning.date),
        .threads = (int64_t)n_threads,
        .ranks = (int64_t)n_ranks,
        .wall_time_s = seconds_now() - beginning.clock_s,
    };
    if (p->version && p->commit && p->compiler && p->flags && p->libraries && p->kernels && p->host && p->started)
        return RC_OK;
    return rc_fail(RC_NO_MEMORY, "out of memory for the provenance of the results");
}
