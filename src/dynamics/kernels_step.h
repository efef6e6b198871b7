/* Part of kernels_body.h: the step of states and twins, and of lanes by a dense W. */
#include "dynamics/kernels_sum.h"

/* --- States and twins ------------------------------------------------------------ */

ALWAYS_INLINE void store_points(double *out, const vec *sum, const size_t n_lanes, const size_t n_used,
                                const size_t n_vec) {
#pragma GCC unroll 16
    for (size_t v = 0; v < n_vec; v++)
        if (VEC_WIDTH > n_lanes)
            v_store_pair(out, sum[v]);
        else
            v_store(out + v / n_used * UNIT + v % n_used * VEC_WIDTH, sum[v]);
}

ALWAYS_INLINE void load_points(const double *in, vec *sum, const size_t n_lanes, const size_t n_used,
                               const size_t n_vec) {
#pragma GCC unroll 16
    for (size_t v = 0; v < n_vec; v++)
        sum[v] = VEC_WIDTH > n_lanes ? v_load_pair(in) : v_load(in + v / n_used * UNIT + v % n_used * VEC_WIDTH);
}

/* The sums alone, with b: [neuron, n_lanes], in n_vec vectors. */
ALWAYS_INLINE void sum_points(const rc_step *step, const double *source, double *sums, const size_t n_lanes,
                              const size_t n_used, const size_t n_vec) {
    const rc_rows *W = &step->rows;
    const sum_source from = {source, UNIT, n_lanes, n_used, n_vec};
    for (size_t group = 0, start = 0, row = 0; row < W->n_neurons; group++, row += STEP_ROWS) {
        vec sum[STEP_ROWS][MOST_VECS];
#pragma GCC unroll 4
        for (size_t r = 0; r < STEP_ROWS; r++)
#pragma GCC unroll 16
            for (size_t v = 0; v < n_vec; v++) sum[r][v] = v_set(step->input[row + r]);
        start = sum_group(W, &from, group, start, sum);
#pragma GCC unroll 4
        for (size_t r = 0; r < STEP_ROWS; r++)
            if (row + r < W->n_neurons) store_points(sums + (row + r) * n_lanes, sum[r], n_lanes, n_used, n_vec);
    }
}

/* The same for a dense W: sums under way wait where they will be. */
ALWAYS_INLINE void sum_dense_points(const rc_step *step, const double *source, double *sums, const size_t n_lanes,
                                    const size_t n_used, const size_t n_vec) {
    const rc_rows *W = &step->rows;
    const sum_source from = {source, UNIT, n_lanes, n_used, n_vec};
    for (size_t first = 0; first < W->n_neurons; first += W->dense_block) {
        const dense_block block = dense_block_at(W, first);
        for (size_t group = 0, row = 0; row < W->n_neurons; group++, row += DENSE_ROWS) {
            vec sum[DENSE_ROWS][MOST_VECS];
#pragma GCC unroll 8
            for (size_t r = 0; r < DENSE_ROWS; r++)
                if (block.begins || row + r >= W->n_neurons)
                    for (size_t v = 0; v < n_vec; v++) sum[r][v] = v_set(step->input[row + r]);
                else
                    load_points(sums + (row + r) * n_lanes, sum[r], n_lanes, n_used, n_vec);
            sum_dense_group(&from, &block, group, sum);
#pragma GCC unroll 8
            for (size_t r = 0; r < DENSE_ROWS; r++)
                if (row + r < W->n_neurons) store_points(sums + (row + r) * n_lanes, sum[r], n_lanes, n_used, n_vec);
        }
    }
}

/* From the sums of RC_FORM_CURRENT to its x'. */
static void move_points(const rc_step *step, size_t n, double *value, double *next) {
    for (size_t at = 0; at < n; at += VEC_WIDTH) {
        vec old = v_load(value + at);
        vec moved = v_fma(v_set(step->fraction), v_load(next + at) - old, old);
        v_store(value + at, moved);
        v_store(next + at, moved);
    }
}

/* What a step makes of the tanh of a sum. */
ALWAYS_INLINE void store_target(const rc_form form, vec fraction, vec value, const double *source, double *next) {
    if (form == RC_FORM_RATE) {
        vec old = v_load(source);
        v_store(next, v_fma(fraction, value - old, old));
    } else {
        v_store(next, value);
    }
}

/* tanh of the sums, and its slope at those of states: the first column of a neuron's lanes. */
ALWAYS_INLINE void finish_points(const rc_step *step, const rc_form form, const size_t n_used, const double *source,
                                 double *next) {
    const vec fraction = v_set(step->fraction);
    double *slope = step->slope;
    bool from_tanh = step->slope_from_tanh;
    for (size_t at = 0; at < step->rows.n_neurons * 2 * UNIT; at += 2 * UNIT, slope += UNIT) {
        for (size_t l = 0; l < n_used * VEC_WIDTH; l += VEC_WIDTH) {
            vec x = v_load(next + at + l);
            tanh_parts parts = v_tanh_parts(x);
            vec value = v_tanh_of(&parts, x);
            v_store(slope + l, from_tanh ? v_fnma(value, value, v_set(1)) : v_sech2_of(&parts, x));
            store_target(form, fraction, value, source + at + l, next + at + l);
        }
        if (!step->twins) continue;
        for (size_t l = UNIT; l < UNIT + n_used * VEC_WIDTH; l += VEC_WIDTH)
            store_target(form, fraction, v_tanh(v_load(next + at + l)), source + at + l, next + at + l);
    }
}

/* One trial: whole vectors of its states and twins in turn. */
ALWAYS_INLINE void finish_pairs(const rc_step *step, const rc_form form, const double *source, double *next) {
    size_t n = step->rows.n_neurons;
    for (size_t i = 0; i < n; i++) step->slope[i] = next[2 * i];
    if (step->slope_from_tanh) {
        tanh_array(n, step->slope, step->slope);
        for (size_t i = 0; i < n; i++) step->slope[i] = __builtin_fma(-step->slope[i], step->slope[i], 1);
    } else {
        sech2_array(n, step->slope, step->slope);
    }
    for (size_t at = 0; at < 2 * n; at += VEC_WIDTH)
        store_target(form, v_set(step->fraction), v_tanh(v_load(next + at)), source + at, next + at);
}

/* In the layouts: two lanes; 16, of which the first n_used vectors of each 8 are in use, with twins or without. */
#define SUMS(name, n_lanes, n_used, n_vec)                                                  \
    static void sum_##name(const rc_step *step, const double *source, double *sums) {       \
        sum_points(step, source, sums, n_lanes, n_used, n_vec);                             \
    }                                                                                       \
    static void sum_dense_##name(const rc_step *step, const double *source, double *sums) { \
        sum_dense_points(step, source, sums, n_lanes, n_used, n_vec);                       \
    }
SUMS(pairs, 2, UNIT_VECS, VEC_WIDTH > 2 ? 1 : 2 / VEC_WIDTH)
SUMS(states, 2 * UNIT, UNIT_VECS, UNIT_VECS)
SUMS(twins, 2 * UNIT, UNIT_VECS, 2 * UNIT_VECS)
SUMS(half_states, 2 * UNIT, HALF_VECS, HALF_VECS)
SUMS(half_twins, 2 * UNIT, HALF_VECS, 2 * HALF_VECS)

ALWAYS_INLINE void finish_columns(const rc_step *step, const size_t n_used, const double *source, double *next) {
    if (step->form == RC_FORM_RATE)
        finish_points(step, RC_FORM_RATE, n_used, source, next);
    else
        finish_points(step, RC_FORM_MAP, n_used, source, next);
}

static void step_points(const rc_step *step, double *value, const double *source, double *next) {
    static void (*const sum[][2])(const rc_step *, const double *, double *) = {
        {sum_states, sum_dense_states},         {sum_twins, sum_dense_twins}, {sum_half_states, sum_dense_half_states},
        {sum_half_twins, sum_dense_half_twins}, {sum_pairs, sum_dense_pairs},
    };
    bool is_dense = step->rows.dense_block > 0, half = VEC_WIDTH < UNIT && step->half, pairs = step->n_lanes == 2;
    sum[pairs ? 4 : 2 * half + step->twins][is_dense](step, source, next);
    if (step->form == RC_FORM_CURRENT) move_points(step, step->rows.n_neurons * step->n_lanes, value, next);
    if (pairs && step->form == RC_FORM_RATE)
        finish_pairs(step, RC_FORM_RATE, source, next);
    else if (pairs)
        finish_pairs(step, RC_FORM_MAP, source, next);
    else if (half)
        finish_columns(step, HALF_VECS, source, next);
    else
        finish_columns(step, UNIT_VECS, source, next);
}

/* --- Lanes of a dense W ---------------------------------------------------------------- */

/* Where a vector of a neuron's lanes stands. */
ALWAYS_INLINE size_t lanes_at(const rc_rows *W, size_t neuron, size_t v) {
    return (v / UNIT_VECS * W->n_neurons + neuron) * UNIT + v % UNIT_VECS * VEC_WIDTH;
}

/* One neuron, from its sums: their state's next value, or, before the last block of columns, the sums. */
ALWAYS_INLINE void put_lanes(const rc_rows *W, bool is_last, vec fraction, size_t neuron, const vec *sum,
                             const size_t n_vec, const double *state, double *next) {
#pragma GCC unroll 16
    for (size_t v = 0; v < n_vec; v++) {
        size_t at = lanes_at(W, neuron, v);
        if (is_last) {
            vec old = v_load(state + at);
            v_store(next + at, v_fma(fraction, v_tanh(sum[v]) - old, old));
        } else {
            v_store(next + at, sum[v]);
        }
    }
}

ALWAYS_INLINE void advance_dense_columns(const rc_rows *W, double fraction, const size_t n_columns, const double *state,
                                         double *restrict next) {
    const size_t n_vec = n_columns * UNIT_VECS;
    const sum_source from = {state, W->n_neurons * UNIT, UNIT, UNIT_VECS, n_vec};
    for (size_t first = 0; first < W->n_neurons; first += W->dense_block) {
        const dense_block block = dense_block_at(W, first);
        for (size_t group = 0, row = 0; row < W->n_neurons; group++, row += DENSE_ROWS) {
            vec sum[DENSE_ROWS][MOST_VECS];
#pragma GCC unroll 8
            for (size_t r = 0; r < DENSE_ROWS; r++)
#pragma GCC unroll 16
                for (size_t v = 0; v < n_vec; v++)
                    sum[r][v] =
                        block.begins || row + r >= W->n_neurons ? v_set(0) : v_load(next + lanes_at(W, row + r, v));
            sum_dense_group(&from, &block, group, sum);
#pragma GCC unroll 8
            for (size_t r = 0; r < DENSE_ROWS; r++)
                if (row + r < W->n_neurons)
                    put_lanes(W, block.ends, v_set(fraction), row + r, sum[r], n_vec, state, next);
        }
    }
}

static void advance_dense(const rc_rows *rows, double fraction, size_t n_columns, const double *state, double *next) {
    switch (n_columns) {
    case 1: advance_dense_columns(rows, fraction, 1, state, next); break;
#if VEC_BYTES >= 16
    case 2: advance_dense_columns(rows, fraction, 2, state, next); break;
#endif
#if VEC_BYTES == 64
    case 3: advance_dense_columns(rows, fraction, 3, state, next); break;
#endif
    }
}
