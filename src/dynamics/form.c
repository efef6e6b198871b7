#include <string.h>

#include <rnnchaos/dynamics.h>

#include "base/fail.h"

static const char *const names[] = {"rate", "current", "map"}; /* by rc_form */
enum { N_FORMS = sizeof names / sizeof names[0] };

const char *rc_form_name(rc_form form) { return (size_t)form < N_FORMS ? names[form] : "unknown"; }

rc_status rc_form_find(const char *name, rc_form *form) {
    for (size_t k = 0; k < N_FORMS; k++) {
        if (strcmp(name, names[k]) != 0) continue;
        *form = (rc_form)k;
        return RC_OK;
    }
    return rc_fail(RC_INVALID, "form '%s': expected rate, current or map", name);
}
