#define RC_KERNELS_NAME rc_kernels_neon
#define RC_KERNELS_SINGLE rc_step_tangents_neon
#define RC_KERNELS_TEXT "neon"
#define RC_VECTOR_NEON

static int runs_here(void) { return 1; } /* a part of every 64-bit Arm processor */

#include "dynamics/kernels_body.h"
