/* The one body of the kernels. A file that includes it has chosen the vector
 * (vector.h) and defines RC_KERNELS_NAME and RC_KERNELS_RUN_HERE. */
#include "dynamics/kernels.h"
#include "dynamics/tanh_table.h"
#include "dynamics/vector.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* tanh(a + h) with T = tanh(a) from the table, |h| <= a/8 (or a = 0):
 *   tanh(h) = h - h V/Q          continued fraction of depth 7, V = h^2 U
 *   tanh(a + h) = T + g - g z    g = (1 - T^2) h, z = (V + T N)/(Q + T N), N = h (Q - V)
 * The last two sums dominate the error and are monotone in h. docs/numerics.md. */
ALWAYS_INLINE vec v_tanh(vec x) {
    const int64_t first_octave = (1023 - 3) * 4 - 1;
    vec size = v_min(v_set(20), v_abs(x)); /* NaN passes: it is the second operand */
    vec_index index = v_index(v_max(size, v_set(0x1.fp-4)), first_octave);
    vec T = v_look_up(tanh_value, index);
    vec h = size - v_look_up(tanh_node, index);
    vec h2 = h * h;
    vec Q = v_fma(v_fma(v_fma(v_set(28), h2, v_set(3150)), h2, v_set(62370)), h2, v_set(135135));
    vec V = h2 * v_fma(v_fma(v_set(27), h2, v_set(2772)), h2, v_set(45045));
    vec N = h * (Q - V);
    vec g = v_fnma(T, T, v_set(1)) * h;
    vec z = v_fma(T, N, V) / v_fma(T, N, Q);
    return v_copy_sign(T + v_fnma(g, z, g), x);
}

static void tanh_array(size_t n, const double *x, double *y) {
    for (size_t i = 0; i < n; i += VEC_WIDTH) {
        size_t part = n - i < VEC_WIDTH ? n - i : VEC_WIDTH;
        v_store_part(y + i, v_tanh(v_load_part(x + i, part)), part);
    }
}

/* exp(-2 size), 0 <= size <= 400: n = round(-2 size / ln 2), the rest by Taylor's
 * polynomial of degree 13, even and odd powers apart; 2^n in two factors, so
 * that it underflows gradually. */
ALWAYS_INLINE vec v_exp_minus_twice(vec size) {
    const vec shift = v_set(0x1.8p52);
    vec y = v_set(-2) * size;
    vec n = v_fma(y, v_set(0x1.71547652b82fep+0), shift) - shift;
    vec r = v_fnma(n, v_set(0x1.62e42fefa39efp-1), y);
    r = v_fnma(n, v_set(0x1.abc9e3b39803fp-56), r);
    vec r2 = r * r;
    vec even = v_fma(v_set(1.0 / 479001600), r2, v_set(1.0 / 3628800));
    vec odd = v_fma(v_set(1.0 / 6227020800), r2, v_set(1.0 / 39916800));
    even = v_fma(even, r2, v_set(1.0 / 40320));
    odd = v_fma(odd, r2, v_set(1.0 / 362880));
    even = v_fma(even, r2, v_set(1.0 / 720));
    odd = v_fma(odd, r2, v_set(1.0 / 5040));
    even = v_fma(even, r2, v_set(1.0 / 24));
    odd = v_fma(odd, r2, v_set(1.0 / 120));
    even = v_fma(even, r2, v_set(0.5));
    odd = v_fma(odd, r2, v_set(1.0 / 6));
    odd = v_fma(odd, r2, v_set(1)); /* exp(r) = 1 + r odd + r^2 even */
    vec p = v_set(1) + v_fma(even, r2, odd * r);
    vec half = v_fma(n, v_set(0.5), shift) - shift;
    vec one = v_power_of_two(half + v_set(0x1.8p52 + 1023));
    return p * one * v_power_of_two((n - half) + v_set(0x1.8p52 + 1023));
}

/* 1/cosh^2(x) = 4 E / (1 + E)^2, E = exp(-2|x|): no difference, nothing cancels. */
ALWAYS_INLINE vec v_sech2(vec x) {
    vec E = v_exp_minus_twice(v_min(v_set(400), v_abs(x)));
    vec sum = v_set(1) + E;
    return v_set(4) * E / (sum * sum);
}

static void sech2_array(size_t n, const double *x, double *y) {
    for (size_t i = 0; i < n; i += VEC_WIDTH) {
        size_t part = n - i < VEC_WIDTH ? n - i : VEC_WIDTH;
        v_store_part(y + i, v_sech2(v_load_part(x + i, part)), part);
    }
}

/* sum = sum_j gW[row][j] state[j], n_vec vectors of lanes. */
ALWAYS_INLINE void sum_row(const rc_couplings *W, size_t row, size_t n_lanes, const double *state, vec *sum,
                           const size_t n_vec) {
    for (size_t v = 0; v < n_vec; v++) sum[v] = v_set(0);
    size_t end = W->row_start[row + 1];
    for (size_t k = W->row_start[row]; k < end; k++) {
        const double *source = state + W->column[k] * n_lanes;
        vec weight = v_set(W->weight[k]);
#pragma GCC unroll 8
        for (size_t v = 0; v < n_vec; v++) sum[v] = v_fma(weight, v_load(source + v * VEC_WIDTH), sum[v]);
    }
}

/* The Euler step of one row, from its sums; state and next are those of the row. */
ALWAYS_INLINE void finish_row(vec fraction, const double *state, double *next, const vec *sum, const size_t n_vec) {
#pragma GCC unroll 8
    for (size_t v = 0; v < n_vec; v++) {
        vec old = v_load(state + v * VEC_WIDTH);
        v_store(next + v * VEC_WIDTH, v_fma(fraction, v_tanh(sum[v]) - old, old));
    }
}

/* A row is finished after the next one is summed: both then proceed at the same time, where a tanh right after its
 * sum would keep the processor waiting for the sum. */
ALWAYS_INLINE void advance_chunk(const rc_couplings *W, double fraction, size_t n_lanes, const double *state,
                                 double *next, const size_t n_vec) {
    vec sum[VEC_CHUNK], next_sum[VEC_CHUNK];
    sum_row(W, 0, n_lanes, state, sum, n_vec);
    for (size_t row = 0; row < W->n_neurons; row++) {
        size_t following = row + 1 < W->n_neurons ? row + 1 : row; /* the last once more, for nothing */
        sum_row(W, following, n_lanes, state, next_sum, n_vec);
        finish_row(v_set(fraction), state + row * n_lanes, next + row * n_lanes, sum, n_vec);
        for (size_t v = 0; v < n_vec; v++) sum[v] = next_sum[v];
    }
}

static void advance(const rc_couplings *W, double fraction, size_t n_lanes, const double *state, double *next) {
    for (size_t lane = 0; lane < n_lanes;) {
        size_t n_vec = (n_lanes - lane) / VEC_WIDTH;
        if (n_vec > VEC_CHUNK) n_vec = VEC_CHUNK;
        switch (n_vec) {
        case 1: advance_chunk(W, fraction, n_lanes, state + lane, next + lane, 1); break;
        case 2: advance_chunk(W, fraction, n_lanes, state + lane, next + lane, 2); break;
        case 3: advance_chunk(W, fraction, n_lanes, state + lane, next + lane, 3); break;
        case 4: advance_chunk(W, fraction, n_lanes, state + lane, next + lane, 4); break;
        case 5: advance_chunk(W, fraction, n_lanes, state + lane, next + lane, 5); break;
        default: advance_chunk(W, fraction, n_lanes, state + lane, next + lane, VEC_CHUNK); break;
        }
        lane += n_vec * VEC_WIDTH;
    }
}

static void distance(size_t n_neurons, size_t n_lanes, size_t n, const double *first, const double *second,
                     double *out) {
    for (size_t k = 0; k < n; k += VEC_WIDTH) {
        size_t part = n - k < VEC_WIDTH ? n - k : VEC_WIDTH;
        vec sum[4] = {v_set(0), v_set(0), v_set(0), v_set(0)};
        for (size_t i = 0; i < n_neurons; i++) {
            vec gap = v_load_part(second + i * n_lanes + k, part) - v_load_part(first + i * n_lanes + k, part);
            sum[i % 4] = v_fma(gap, gap, sum[i % 4]);
        }
        v_store_part(out + k, v_sqrt((sum[0] + sum[1]) + (sum[2] + sum[3])), part);
    }
}

enum {
    UNIT = RC_LANE_UNIT,
    UNIT_VECS = RC_LANE_UNIT / VEC_WIDTH, /* vectors in a column */
    STEP_COLUMNS = VEC_WIDTH == 8   ? RC_STEP_COLUMNS
                   : VEC_WIDTH == 4 ? 3
                                    : 1 /* columns in one pass over W */
};

/* A vector of states: sum -> new value, source and slope. */
ALWAYS_INLINE void step_point(const rc_step *step, const rc_step_block *block, size_t at, vec sum, double *slope) {
    vec fraction = v_set(step->fraction), argument = sum;
    if (step->form == RC_FORM_CURRENT) {
        vec old = v_load(block->value + at);
        argument = v_fma(fraction, sum - old, old);
        v_store(block->value + at, argument);
    }
    vec target = v_tanh(argument);
    if (step->form == RC_FORM_RATE) {
        vec old = v_load(block->source + at);
        target = v_fma(fraction, target - old, old);
    }
    v_store(block->next + at, target);
    if (slope) v_store(slope, v_sech2(argument));
}

/* A vector of tangents. */
ALWAYS_INLINE void step_tangent(const rc_step *step, const rc_step_block *block, size_t at, vec sum,
                                const double *slope) {
    vec fraction = v_set(step->fraction), D = v_load(slope), target;
    if (step->form == RC_FORM_RATE) {
        vec old = v_load(block->source + at);
        target = v_fma(fraction, D * sum - old, old);
    } else if (step->form == RC_FORM_CURRENT) {
        vec old = v_load(block->value + at);
        vec moved = v_fma(fraction, sum - old, old);
        v_store(block->value + at, moved);
        target = D * moved;
    } else {
        target = D * sum;
    }
    v_store(block->next + at, target);
}

/* Columns first .. first + n_columns - 1 of one row, n_points of them states. */
ALWAYS_INLINE void step_row(const rc_step *step, const rc_step_block *block, size_t row, size_t first, size_t n_points,
                            const size_t n_columns) {
    const rc_couplings *W = &step->couplings;
    size_t n_lanes = block->n_columns * UNIT;
    const double *sources = block->source + first * UNIT;
    vec sum[STEP_COLUMNS * UNIT_VECS];
#pragma GCC unroll 16
    for (size_t v = 0; v < n_columns * UNIT_VECS; v++) sum[v] = v_set(v / UNIT_VECS < n_points ? step->input[row] : 0);
    size_t end = W->row_start[row + 1];
    for (size_t k = W->row_start[row]; k < end; k++) {
        const double *source = sources + W->column[k] * n_lanes;
        vec weight = v_set(W->weight[k]);
#pragma GCC unroll 16
        for (size_t v = 0; v < n_columns * UNIT_VECS; v++)
            sum[v] = v_fma(weight, v_load(source + v * VEC_WIDTH), sum[v]);
    }
    size_t start = row * n_lanes + first * UNIT;
    double *slopes = block->slope + row * UNIT;
#pragma GCC unroll 16
    for (size_t v = 0; v < n_columns * UNIT_VECS; v++) {
        double *slope = slopes + v % UNIT_VECS * VEC_WIDTH;
        if (v < 2 * UNIT_VECS && v / UNIT_VECS < n_points)
            step_point(step, block, start + v * VEC_WIDTH, sum[v], first + v / UNIT_VECS == 0 ? slope : NULL);
        else
            step_tangent(step, block, start + v * VEC_WIDTH, sum[v], slope);
    }
}

#define STEP_PASS(n)                                                                                                 \
    static void step_pass_##n(const rc_step *step, const rc_step_block *block, size_t first) {                       \
        size_t n_points = block->n_points > first ? block->n_points - first : 0;                                     \
        for (size_t row = 0; row < step->couplings.n_neurons; row++) step_row(step, block, row, first, n_points, n); \
    }
STEP_PASS(1)
#if VEC_WIDTH >= 4
STEP_PASS(2)
STEP_PASS(3)
#endif
#if VEC_WIDTH >= 8
STEP_PASS(4)
STEP_PASS(5)
STEP_PASS(6)
#endif

static void step(const rc_step *step, const rc_step_block *block) {
    static void (*const pass[])(const rc_step *, const rc_step_block *, size_t) = {
        step_pass_1,
#if VEC_WIDTH >= 4
        step_pass_2,
        step_pass_3,
#endif
#if VEC_WIDTH >= 8
        step_pass_4,
        step_pass_5,
        step_pass_6,
#endif
    };
    for (size_t first = 0; first < block->n_columns;) {
        size_t n = block->n_columns - first;
        if (n > STEP_COLUMNS) n = STEP_COLUMNS;
        pass[n - 1](step, block, first);
        first += n;
    }
}

/* <a, b> of one vector of lanes: four running sums over i mod 4. */
ALWAYS_INLINE vec dot(size_t n, const double *a, size_t a_stride, const double *b, size_t b_stride) {
    vec sum[4] = {v_set(0), v_set(0), v_set(0), v_set(0)};
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (size_t m = 0; m < 4; m++)
            sum[m] = v_fma(v_load(a + (i + m) * a_stride), v_load(b + (i + m) * b_stride), sum[m]);
    for (; i < n; i++) sum[i % 4] = v_fma(v_load(a + i * a_stride), v_load(b + i * b_stride), sum[i % 4]);
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* c -= sum_j work[j] column j, in the order of j, in one pass over column c. */
ALWAYS_INLINE void subtract_projections(const rc_columns *f, size_t c, size_t lane, const double *work) {
    double *column = f->start[c] + lane;
    for (size_t i = 0; i < f->n_neurons; i++) {
        vec rest = v_load(column + i * f->stride[c]);
        for (size_t j = 0; j < c; j++)
            rest = v_fnma(v_load(work + j * UNIT + lane), v_load(f->start[j] + i * f->stride[j] + lane), rest);
        v_store(column + i * f->stride[c], rest);
    }
}

static void orthonormalise(const rc_columns *f, size_t c, double *before, double *after, double *work) {
    for (size_t lane = 0; lane < UNIT; lane += VEC_WIDTH) {
        double *column = f->start[c] + lane;
        size_t stride = f->stride[c];
        v_store_part(before + lane, v_sqrt(dot(f->n_neurons, column, stride, column, stride)), VEC_WIDTH);
        for (int round = 0; round < 2 && c > 0; round++) {
            for (size_t j = 0; j < c; j++)
                v_store(work + j * UNIT + lane, dot(f->n_neurons, f->start[j] + lane, f->stride[j], column, stride));
            subtract_projections(f, c, lane, work);
        }
        vec norm = v_sqrt(dot(f->n_neurons, column, stride, column, stride));
        v_store_part(after + lane, norm, VEC_WIDTH);
        vec divisor = v_max(norm, v_set(0x1p-1022));
        for (size_t i = 0; i < f->n_neurons; i++) v_store(column + i * stride, v_load(column + i * stride) / divisor);
    }
}

const rc_kernels RC_KERNELS_NAME = {
    RC_KERNELS_TEXT, runs_here, tanh_array, advance, distance, sech2_array, step, orthonormalise,
};
