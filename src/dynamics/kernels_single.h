/* The step of tangents in single precision: the same body on other numbers. A
 * file that includes it has chosen the vector and defines RC_KERNELS_SINGLE.
 *
 * Two columns of 8 lanes stand together, [pair of columns, neuron, 2, 8]. */
#include "dynamics/kernels.h"
#include "dynamics/vector_single.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

typedef float real;

enum {
    UNIT = 2 * RC_LANE_UNIT,
    UNIT_VECS = UNIT / VEC_WIDTH,                                        /* vectors in a pair of columns */
    HALF_VECS = UNIT_VECS,                                               /* a column alone is not divided */
    SLOPE_VECS = RC_LANE_UNIT > VEC_WIDTH ? RC_LANE_UNIT / VEC_WIDTH : 1 /* the same for both columns */
};

ALWAYS_INLINE const float *rows_weight(const rc_rows *rows) { return rows->single_weight; }

#include "dynamics/kernels_tangents.h"

void RC_KERNELS_SINGLE(const rc_step *step, size_t n_columns, void *value, const void *source, void *next) {
    step_tangents(step, n_columns, value, source, next);
}
