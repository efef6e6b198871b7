/* Part of kernels_body.h and kernels_single.h: the step of tangents. */
#include "dynamics/kernels_sum.h"

/* One neuron. */
ALWAYS_INLINE void finish_tangents(const rc_step *step, const rc_form form, const size_t n_used, const size_t n_columns,
                                   size_t neuron, const vec *sum, real *value, const real *source, real *next) {
    const double *slope = step->slope + neuron * (step->n_lanes / 2);
    vec D[SLOPE_VECS];
    for (size_t v = 0; v < SLOPE_VECS && v < n_used; v++)
        D[v] = step->n_lanes == 2 ? v_set_once((real)slope[0]) : v_load_slopes(slope + v * VEC_WIDTH);
#pragma GCC unroll 16
    for (size_t v = 0; v < n_columns * n_used; v++) {
        size_t at = (v / n_used * step->rows.n_neurons + neuron) * UNIT + v % n_used * VEC_WIDTH;
        vec fraction = v_set((real)step->fraction), target;
        if (form == RC_FORM_RATE) {
            vec old = v_load_once(source + at);
            target = v_fma(fraction, D[v % n_used % SLOPE_VECS] * sum[v] - old, old);
        } else if (form == RC_FORM_CURRENT) {
            vec old = v_load_once(value + at);
            vec moved = v_fma(fraction, sum[v] - old, old);
            v_store(value + at, moved);
            target = D[v % n_used % SLOPE_VECS] * moved;
        } else {
            target = D[v % n_used % SLOPE_VECS] * sum[v];
        }
        v_store(next + at, target);
    }
}

ALWAYS_INLINE void tangents_pass(const rc_step *shared, const rc_form form, const size_t n_lanes, const size_t n_used,
                                 const size_t n_columns, real *value, const real *source, real *restrict next) {
    rc_step step = *shared; /* nobody else's, so that it stays in registers */
    step.n_lanes = n_lanes;
    const rc_rows *W = &step.rows;
    const sum_source from = {source, W->n_neurons * UNIT, UNIT, n_used, n_columns * n_used};
    for (size_t group = 0, start = 0, row = 0; row < W->n_neurons; group++, row += STEP_ROWS) {
        vec sum[STEP_ROWS][MOST_VECS];
#pragma GCC unroll 4
        for (size_t r = 0; r < STEP_ROWS; r++)
#pragma GCC unroll 16
            for (size_t v = 0; v < n_columns * n_used; v++) sum[r][v] = v_set(0);
        start = sum_group(W, &from, group, start, sum);
#pragma GCC unroll 4
        for (size_t r = 0; r < STEP_ROWS; r++)
            if (row + r < W->n_neurons)
                finish_tangents(&step, form, n_used, n_columns, row + r, sum[r], value, source, next);
    }
}

/* The same for a dense W: sums under way wait where their results will be. */
ALWAYS_INLINE void dense_tangents_pass(const rc_step *shared, const rc_form form, const size_t n_lanes,
                                       const size_t n_used, const size_t n_columns, real *value, const real *source,
                                       real *restrict next) {
    rc_step step = *shared;
    step.n_lanes = n_lanes;
    const rc_rows *W = &step.rows;
    const size_t n_vec = n_columns * n_used, column = W->n_neurons * UNIT;
    const sum_source from = {source, column, UNIT, n_used, n_vec};
    for (size_t first = 0; first < W->n_neurons; first += W->dense_block) {
        const dense_block block = dense_block_at(W, first);
        for (size_t group = 0, row = 0; row < W->n_neurons; group++, row += DENSE_ROWS) {
            vec sum[DENSE_ROWS][MOST_VECS];
#pragma GCC unroll 8
            for (size_t r = 0; r < DENSE_ROWS; r++)
#pragma GCC unroll 16
                for (size_t v = 0; v < n_vec; v++)
                    sum[r][v] = block.begins || row + r >= W->n_neurons
                                    ? v_set(0)
                                    : v_load(next + v / n_used * column + (row + r) * UNIT + v % n_used * VEC_WIDTH);
            sum_dense_group(&from, &block, group, sum);
#pragma GCC unroll 8
            for (size_t r = 0; r < DENSE_ROWS; r++) {
                if (row + r >= W->n_neurons) break;
                if (block.ends)
                    finish_tangents(&step, form, n_used, n_columns, row + r, sum[r], value, source, next);
                else
#pragma GCC unroll 16
                    for (size_t v = 0; v < n_vec; v++)
                        v_store(next + v / n_used * column + (row + r) * UNIT + v % n_used * VEC_WIDTH, sum[r][v]);
            }
        }
    }
}

/* One pass over W for each form, layout (2 lanes of points; 16; 16 of which the trials fill half) and number of
 * columns. */
#define PASS(form, name, layout, lanes, n_used, n)                                                               \
    static void pass_##name##_##layout##_##n(const rc_step *step, real *value, const real *source, real *next) { \
        if (step->rows.dense_block)                                                                              \
            dense_tangents_pass(step, form, lanes, n_used, n, value, source, next);                              \
        else                                                                                                     \
            tangents_pass(step, form, lanes, n_used, n, value, source, next);                                    \
    }
#define PASSES_OF_LAYOUT(layout, lanes, n_used, n)           \
    PASS(RC_FORM_RATE, rate, layout, lanes, n_used, n)       \
    PASS(RC_FORM_CURRENT, current, layout, lanes, n_used, n) \
    PASS(RC_FORM_MAP, map, layout, lanes, n_used, n)
#define PASSES_OF(n)                         \
    PASSES_OF_LAYOUT(wide, 2, UNIT_VECS, n)  \
    PASSES_OF_LAYOUT(full, 16, UNIT_VECS, n) \
    PASSES_OF_LAYOUT(half, 16, HALF_VECS, n)
#define TABLE_OF(n)                                                         \
    {                                                                       \
        {pass_rate_wide_##n, pass_current_wide_##n, pass_map_wide_##n},     \
            {pass_rate_full_##n, pass_current_full_##n, pass_map_full_##n}, \
            {pass_rate_half_##n, pass_current_half_##n, pass_map_half_##n}, \
    }
PASSES_OF(1)
#if VEC_BYTES >= 16
PASSES_OF(2)
#endif
#if VEC_BYTES == 64
PASSES_OF(3)
#endif

static void step_tangents(const rc_step *step, size_t n_columns, void *value, const void *source, void *next) {
    static void (*const pass[][3][3])(const rc_step *, real *, const real *, real *) = {
        TABLE_OF(1),
#if VEC_BYTES >= 16
        TABLE_OF(2),
#endif
#if VEC_BYTES == 64
        TABLE_OF(3),
#endif
    };
    int layout = step->n_lanes == 2 ? 0 : step->half && HALF_VECS < UNIT_VECS ? 2 : 1;
    pass[n_columns - 1][layout][step->form](step, value, source, next);
}
