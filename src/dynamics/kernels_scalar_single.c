#define RC_KERNELS_SINGLE rc_step_tangents_scalar

#include "dynamics/kernels_single.h"
