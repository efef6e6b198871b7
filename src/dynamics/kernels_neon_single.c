#define RC_KERNELS_SINGLE rc_step_tangents_neon
#define RC_VECTOR_NEON

#include "dynamics/kernels_single.h"
