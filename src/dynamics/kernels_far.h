/* Part of kernels_body.h: a step of a network too large for the caches.
 *
 * Each weight is read once, for all lanes of a block, and multiplied by the gain on the way, so that no scaled copy
 * is kept. What takes the time is fetching states from all over memory; they are asked for some connections ahead. */

enum {
    FAR_UNITS = VEC_WIDTH > 1 ? RC_LANE_BLOCK / UNIT : 1, /* columns of 8 lanes whose sums fit in the registers */
    FAR_AHEAD = 40,                                       /* cache lines */
};

ALWAYS_INLINE void fetch_ahead(const double *source, const size_t n_units) {
#pragma GCC unroll 5
    for (size_t u = 0; u < n_units; u++) __builtin_prefetch(source + u * UNIT);
}

/* One row; `most` is the number of W's last connection. */
ALWAYS_INLINE void advance_far_row(const rc_far_step *step, size_t row, size_t lane, size_t most,
                                   const size_t n_units) {
    const rc_couplings *W = step->couplings;
    const size_t n_vec = n_units * UNIT_VECS, ahead = (FAR_AHEAD + n_units - 1) / n_units;
    const double *from = step->state + lane;
    vec sum[FAR_UNITS * UNIT_VECS];
#pragma GCC unroll 16
    for (size_t v = 0; v < n_vec; v++) sum[v] = v_set(0);
    size_t end = W->row_start[row + 1];
    for (size_t k = W->row_start[row]; k < end; k++) {
        fetch_ahead(from + W->column[k + ahead < most ? k + ahead : most] * step->n_lanes, n_units);
        const double *source = from + W->column[k] * step->n_lanes;
        vec weight = v_set(step->gain * W->weight[k]);
#pragma GCC unroll 16
        for (size_t v = 0; v < n_vec; v++) sum[v] = v_fma(weight, v_load(source + v * VEC_WIDTH), sum[v]);
    }
    size_t at = row * step->n_lanes + lane;
    finish_row(v_set(step->fraction), step->state + at, step->next + at, sum, n_vec);
}

ALWAYS_INLINE void advance_far_rows(const rc_far_step *step, size_t first, size_t end, size_t lane,
                                    const size_t n_units) {
    size_t n_connections = step->couplings->row_start[step->couplings->n_neurons];
    size_t most = n_connections > 0 ? n_connections - 1 : 0; /* not read if there are none */
    for (size_t row = first; row < end; row++) advance_far_row(step, row, lane, most, n_units);
}

static void advance_far(const rc_far_step *step, size_t first, size_t end) {
    size_t n_units = step->n_lanes / UNIT;
    if (FAR_UNITS == 1) {
        for (size_t u = 0; u < n_units; u++) advance_far_rows(step, first, end, u * UNIT, 1);
        return;
    }
    switch (n_units) {
    case 1: advance_far_rows(step, first, end, 0, 1); break;
    case 2: advance_far_rows(step, first, end, 0, FAR_UNITS > 1 ? 2 : 1); break;
    case 3: advance_far_rows(step, first, end, 0, FAR_UNITS > 1 ? 3 : 1); break;
    case 4: advance_far_rows(step, first, end, 0, FAR_UNITS > 1 ? 4 : 1); break;
    default: advance_far_rows(step, first, end, 0, FAR_UNITS); break;
    }
}
