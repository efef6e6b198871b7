/* Forms and precisions by name. */
#include <string.h>

#include <rnnchaos/dynamics.h>

#include "base/fail.h"
#include "study/schema.h"

static const char *const forms[] = {"rate", "current", "map", NULL}; /* by rc_form */

static const char *name_of(const char *const *names, size_t wanted) {
    for (size_t k = 0; names[k]; k++)
        if (k == wanted) return names[k];
    return "unknown";
}

/* The place of a name; of the NULL if it is not there. */
static size_t find(const char *const *names, const char *name) {
    size_t k = 0;
    while (names[k] && strcmp(name, names[k]) != 0) k++;
    return k;
}

const char *rc_form_name(rc_form form) { return name_of(forms, (size_t)form); }

const char *rc_precision_name(rc_precision precision) { return name_of(rc_precision_names, (size_t)precision); }

rc_status rc_form_find(const char *name, rc_form *form) {
    size_t k = find(forms, name);
    if (!forms[k]) return rc_fail(RC_INVALID, "form '%s': expected rate, current or map", name);
    *form = (rc_form)k;
    return RC_OK;
}

rc_status rc_precision_find(const char *name, rc_precision *precision) {
    size_t k = find(rc_precision_names, name);
    if (!rc_precision_names[k]) return rc_fail(RC_INVALID, "precision '%s': expected double or single", name);
    *precision = (rc_precision)k;
    return RC_OK;
}
