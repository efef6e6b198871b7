/* The one body of the kernels. A file that includes it has chosen the vector
 * (vector.h) and defines RC_KERNELS_NAME and RC_KERNELS_RUN_HERE. */
#include "dynamics/kernels.h"
#include "dynamics/tanh_table.h"
#include "dynamics/vector.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* tanh and its slope at |x| = a + h, |h| <= a/8 (or a = 0), with T = tanh(a) from the table:
 *   tanh(h) = N/Q = h - h V/Q    continued fraction of depth 7, V = h^2 U, N = h (Q - V)
 *   tanh(a + h) = T + g - g z    g = (1 - T^2) h, z = (V + T N)/(Q + T N)
 * The last two sums dominate the error and are monotone in h. docs/numerics.md. */
typedef struct {
    vec_index index; /* of a */
    vec size, T, h, Q, V, N, divisor;
} tanh_parts;

ALWAYS_INLINE tanh_parts v_tanh_parts(vec x) {
    tanh_parts p;
    p.size = v_min(v_set(20), v_abs(x));               /* NaN passes: it is the second operand */
    p.index = v_index(v_max(p.size, v_set(0x1.fp-4))); /* NaN: the first */
    p.T = v_look_up(tanh_value, p.index);
    p.h = p.size - v_look_up(tanh_node, p.index);
    vec h2 = p.h * p.h;
    p.Q = v_fma(v_fma(v_fma(v_set(28), h2, v_set(3150)), h2, v_set(62370)), h2, v_set(135135));
    p.V = h2 * v_fma(v_fma(v_set(27), h2, v_set(2772)), h2, v_set(45045));
    p.N = p.h * (p.Q - p.V);
    p.divisor = v_fma(p.T, p.N, p.Q);
    return p;
}

ALWAYS_INLINE vec v_tanh_of(const tanh_parts *p, vec x) {
    vec g = v_fnma(p->T, p->T, v_set(1)) * p->h;
    vec z = v_fma(p->T, p->N, p->V) / p->divisor;
    return v_copy_sign(p->T + v_fnma(g, z, g), x);
}

ALWAYS_INLINE vec v_tanh(vec x) {
    tanh_parts p = v_tanh_parts(x);
    return v_tanh_of(&p, x);
}

static void tanh_array(size_t n, const double *x, double *y) {
    size_t i = 0;
    for (; i + VEC_WIDTH <= n; i += VEC_WIDTH) v_store_any(y + i, v_tanh(v_load_any(x + i)));
    if (i < n) v_store_part(y + i, v_tanh(v_load_part(x + i, n - i)), n - i);
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

/* 1/cosh^2(a + h) = 1/cosh^2(a) (Q - N)(Q + N)/(Q + T N)^2 up to 8; above, where tanh(h) is
 * no longer exact, 4 E / (1 + E)^2 with E = exp(-2|x|). Nothing cancels. */
ALWAYS_INLINE vec v_sech2_of(const tanh_parts *p, vec x) {
    const vec limit = v_set(8);
    vec share = (p->Q - p->N) * (p->Q + p->N) / (p->divisor * p->divisor);
    vec slope = v_look_up(tanh_slope, p->index) * share;
    if (!v_any_above(p->size, limit)) return slope;
    vec E = v_exp_minus_twice(v_min(v_set(400), v_abs(x)));
    vec sum = v_set(1) + E;
    return v_where_above(p->size, limit, v_set(4) * E / (sum * sum), slope);
}

ALWAYS_INLINE vec v_sech2(vec x) {
    tanh_parts p = v_tanh_parts(x);
    return v_sech2_of(&p, x);
}

static void sech2_array(size_t n, const double *x, double *y) {
    size_t i = 0;
    for (; i + VEC_WIDTH <= n; i += VEC_WIDTH) v_store_any(y + i, v_sech2(v_load_any(x + i)));
    if (i < n) v_store_part(y + i, v_sech2(v_load_part(x + i, n - i)), n - i);
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

typedef double real;

enum {
    UNIT = RC_LANE_UNIT,
    UNIT_VECS = UNIT / VEC_WIDTH,                  /* vectors in a column */
    HALF_VECS = UNIT_VECS > 1 ? UNIT_VECS / 2 : 1, /* of a column whose trials fill half of it */
    SLOPE_VECS = UNIT_VECS
};

ALWAYS_INLINE const double *rows_weight(const rc_rows *rows) { return rows->weight; }

ALWAYS_INLINE vec v_load_slopes(const double *slope) { return v_load_once(slope); }

#include "dynamics/kernels_far.h"
#include "dynamics/kernels_frame.h"
#include "dynamics/kernels_step.h"
#include "dynamics/kernels_tangents.h"

const rc_kernels RC_KERNELS_NAME = {
    .name = RC_KERNELS_TEXT,
    .runs_here = runs_here,
    .tanh = tanh_array,
    .advance = advance,
    .advance_dense = advance_dense,
    .advance_far = advance_far,
    .distance = distance,
    .sech2 = sech2_array,
    .step_points = step_points,
    .step_tangents = {step_tangents, RC_KERNELS_SINGLE},
    .step_columns = STEP_COLUMNS,
    .step_rows = STEP_ROWS,
    .dense_rows = DENSE_ROWS,
    .orthonormalise = orthonormalise,
    .factor_panel = factor_panel,
    .reflect = reflect,
};
