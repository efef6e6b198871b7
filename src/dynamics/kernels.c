#include "dynamics/kernels.h"

#include <string.h>

#include "base/fail.h"

/* Fastest first. */
static const rc_kernels *const built[] = {
#if defined(__x86_64__)
    &rc_kernels_avx512,
    &rc_kernels_avx2,
#elif defined(__aarch64__)
    &rc_kernels_neon,
#endif
    &rc_kernels_scalar,
};
enum { N_BUILT = sizeof built / sizeof built[0] };

/* On some processor or other. */
static int is_known(const char *name) {
    static const char *const known[] = {"scalar", "avx2", "avx512", "neon"};
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
        if (strcmp(name, known[k]) == 0) return 1;
    return 0;
}

rc_status rc_kernels_find(const char *name, const rc_kernels **out) {
    *out = NULL;
    for (size_t k = 0; k < N_BUILT; k++) {
        if (name && strcmp(name, built[k]->name) != 0) continue;
        if (built[k]->runs_here()) {
            *out = built[k];
            return RC_OK;
        }
        if (name) break;
    }
    if (name && is_known(name)) return rc_fail(RC_UNSUPPORTED, "this processor cannot run the %s kernels", name);
    if (name) return rc_fail(RC_INVALID, "unknown kernels '%s': expected scalar, avx2, avx512 or neon", name);
    return rc_fail(RC_UNSUPPORTED, "this processor has no fused multiply-add");
}

const char *rc_kernels_name(const rc_kernels *kernels) { return kernels->name; }

void rc_tanh(const rc_kernels *kernels, size_t n, const double *x, double *y) { kernels->tanh(n, x, y); }

void rc_sech2(const rc_kernels *kernels, size_t n, const double *x, double *y) { kernels->sech2(n, x, y); }
