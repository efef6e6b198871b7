#include "dynamics/kernels.h"

#include <string.h>

#include "base/fail.h"

/* Fastest first. */
static const rc_kernels *const built[] = {
#if defined(__x86_64__)
    &rc_kernels_avx512,
    &rc_kernels_avx2,
#endif
    &rc_kernels_scalar,
};
enum { N_BUILT = sizeof built / sizeof built[0] };

rc_status rc_kernels_find(const char *name, const rc_kernels **out) {
    *out = NULL;
    for (size_t k = 0; k < N_BUILT; k++) {
        if (name && strcmp(name, built[k]->name) != 0) continue;
        if (built[k]->runs_here()) {
            *out = built[k];
            return RC_OK;
        }
        if (name) return rc_fail(RC_UNSUPPORTED, "this processor cannot run the %s kernels", name);
    }
    if (name) return rc_fail(RC_INVALID, "unknown kernels '%s': expected scalar, avx2 or avx512", name);
    return rc_fail(RC_UNSUPPORTED, "this processor has no fused multiply-add");
}

const char *rc_kernels_name(const rc_kernels *kernels) { return kernels->name; }

void rc_tanh(const rc_kernels *kernels, size_t n, const double *x, double *y) { kernels->tanh(n, x, y); }

void rc_sech2(const rc_kernels *kernels, size_t n, const double *x, double *y) { kernels->sech2(n, x, y); }
