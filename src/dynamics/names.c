/* Forms and precisions by name. */
#include <string.h>

#include <rnnchaos/dynamics.h>

#include "base/fail.h"

static const char *const forms[] = {"rate", "current", "map"}; /* by rc_form */
static const char *const precisions[] = {"double", "single"};  /* by rc_precision */
enum { N_FORMS = sizeof forms / sizeof *forms, N_PRECISIONS = sizeof precisions / sizeof *precisions };

/* The place of a name, or n. */
static size_t find(const char *const *names, size_t n, const char *name) {
    size_t k = 0;
    while (k < n && strcmp(name, names[k]) != 0) k++;
    return k;
}

const char *rc_form_name(rc_form form) { return (size_t)form < N_FORMS ? forms[form] : "unknown"; }

const char *rc_precision_name(rc_precision precision) {
    return (size_t)precision < N_PRECISIONS ? precisions[precision] : "unknown";
}

rc_status rc_form_find(const char *name, rc_form *form) {
    size_t k = find(forms, N_FORMS, name);
    if (k == N_FORMS) return rc_fail(RC_INVALID, "form '%s': expected rate, current or map", name);
    *form = (rc_form)k;
    return RC_OK;
}

rc_status rc_precision_find(const char *name, rc_precision *precision) {
    size_t k = find(precisions, N_PRECISIONS, name);
    if (k == N_PRECISIONS) return rc_fail(RC_INVALID, "precision '%s': expected double or single", name);
    *precision = (rc_precision)k;
    return RC_OK;
}
