/* In place of all that draws, where Cairo or Pango is missing. */
#include <rnnchaos/figure.h>

#include "base/fail.h"

static rc_status refuse(const char *path) {
    return rc_fail(RC_UNSUPPORTED, "%s: this build draws no figures; they need Cairo and Pango", path);
}

rc_status rc_figure_study(const rc_results *results, const char *path) { return (void)results, refuse(path); }

rc_status rc_figure_exponents(const rc_results *results, const char *path) { return (void)results, refuse(path); }
