#include "run/provenance.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/build.h"
#include "base/fail.h"

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static char *time_text(void) {
    char text[32];
    time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return strdup(text);
}

static char *host_text(void) {
    char name[256] = "";
    return strdup(gethostname(name, sizeof name - 1) ? "unknown" : name);
}

void rc_provenance_begin(rc_results *results, const rc_kernels *kernels, size_t n_threads, size_t n_ranks) {
    results->provenance = (rc_provenance){
        .version = strdup(rc_build.version),
        .commit = strdup(rc_build.commit),
        .compiler = strdup(rc_build.compiler),
        .flags = strdup(rc_build.flags),
        .libraries = strdup(rc_build.libraries),
        .kernels = strdup(rc_kernels_name(kernels)),
        .host = host_text(),
        .started = time_text(),
        .threads = (int64_t)n_threads,
        .ranks = (int64_t)n_ranks,
        .wall_time_s = -seconds_now(),
    };
}

rc_status rc_provenance_end(rc_results *results) {
    rc_provenance *p = &results->provenance;
    p->wall_time_s += seconds_now();
    if (p->version && p->commit && p->compiler && p->flags && p->libraries && p->kernels && p->host && p->started)
        return RC_OK;
    return rc_fail(RC_NO_MEMORY, "out of memory for the provenance of the results");
}
