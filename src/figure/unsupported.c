/* In place of all other files here, where Cairo, Pango or igraph is missing. */
#include <rnnchaos/figure.h>

#include "base/fail.h"

static rc_status refuse(const char *path) {
    return rc_fail(RC_UNSUPPORTED, "%s: this build draws no figures; they need Cairo, Pango and igraph", path);
}

rc_status rc_figure_study(const rc_results *results, const char *path) { return (void)results, refuse(path); }

rc_status rc_figure_exponents(const rc_results *results, const char *path) { return (void)results, refuse(path); }
