#define RC_KERNELS_NAME rc_kernels_avx512
#define RC_KERNELS_SINGLE rc_step_tangents_avx512
#define RC_KERNELS_TEXT "avx512"
#define RC_VECTOR_AVX512

static int runs_here(void) { return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"); }

#include "dynamics/kernels_body.h"
