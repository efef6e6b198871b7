#define RC_KERNELS_NAME rc_kernels_avx2
#define RC_KERNELS_SINGLE rc_step_tangents_avx2
#define RC_KERNELS_TEXT "avx2"
#define RC_VECTOR_AVX2

static int runs_here(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

#include "dynamics/kernels_body.h"
