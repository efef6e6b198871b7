#define RC_KERNELS_SINGLE rc_step_tangents_avx2
#define RC_VECTOR_AVX2

#include "dynamics/kernels_single.h"
