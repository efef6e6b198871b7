#define RC_KERNELS_NAME rc_kernels_scalar
#define RC_KERNELS_SINGLE rc_step_tangents_scalar
#define RC_KERNELS_TEXT "scalar"

#if defined(__x86_64__)
static int runs_here(void) { return __builtin_cpu_supports("fma"); }
#else
static int runs_here(void) { return 1; }
#endif

#include "dynamics/kernels_body.h"
