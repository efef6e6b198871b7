#define RC_KERNELS_SINGLE rc_step_tangents_avx512
#define RC_VECTOR_AVX512

#include "dynamics/kernels_single.h"
