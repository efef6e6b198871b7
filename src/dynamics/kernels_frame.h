/* Part of kernels_body.h: frames. */

/* <a, b> of one vector of lanes: four running sums over i mod 4. */
ALWAYS_INLINE vec dot(size_t n, const double *a, const double *b) {
    vec sum[4] = {v_set(0), v_set(0), v_set(0), v_set(0)};
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (size_t m = 0; m < 4; m++) sum[m] = v_fma(v_load(a + (i + m) * UNIT), v_load(b + (i + m) * UNIT), sum[m]);
    for (; i < n; i++) sum[i % 4] = v_fma(v_load(a + i * UNIT), v_load(b + i * UNIT), sum[i % 4]);
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* c -= sum_j work[j] column j, in the order of j, in one pass over column c. */
ALWAYS_INLINE void subtract_projections(size_t n, const double *columns, double *column, size_t c, const double *work) {
    for (size_t i = 0; i < n; i++) {
        vec rest = v_load(column + i * UNIT);
        for (size_t j = 0; j < c; j++)
            rest = v_fnma(v_load(work + j * UNIT), v_load(columns + (j * n + i) * UNIT), rest);
        v_store(column + i * UNIT, rest);
    }
}

static void orthonormalise(size_t n, double *columns, size_t c, double *before, double *after, double *work) {
    for (size_t lane = 0; lane < UNIT; lane += VEC_WIDTH) {
        double *first = columns + lane, *column = first + c * n * UNIT;
        v_store_part(before + lane, v_sqrt(dot(n, column, column)), VEC_WIDTH);
        for (int round = 0; round < 2 && c > 0; round++) {
            for (size_t j = 0; j < c; j++) v_store(work + j * UNIT + lane, dot(n, first + j * n * UNIT, column));
            subtract_projections(n, first, column, c, work + lane);
        }
        vec norm = v_sqrt(dot(n, column, column));
        v_store_part(after + lane, norm, VEC_WIDTH);
        vec divisor = v_max(norm, v_set(0x1p-1022));
        for (size_t i = 0; i < n; i++) v_store(column + i * UNIT, v_load(column + i * UNIT) / divisor);
    }
}

/* --- Householder reflections ------------------------------------------------------- */

/* sum_i a[i][column] a[i] over rows first .. n - 1: four running sums over (i - first) mod 4. */
ALWAYS_INLINE void multiply_column(size_t n, const double *a, size_t first, size_t column, double *product) {
    vec sum[4][UNIT_VECS];
#pragma GCC unroll 4
    for (size_t m = 0; m < 4; m++)
#pragma GCC unroll 8
        for (size_t v = 0; v < UNIT_VECS; v++) sum[m][v] = v_set(0);
    size_t i = first;
    for (; i + 4 <= n; i += 4)
#pragma GCC unroll 4
        for (size_t m = 0; m < 4; m++) {
            const double *row = a + (i + m) * UNIT;
            vec factor = v_set(row[column]);
#pragma GCC unroll 8
            for (size_t v = 0; v < UNIT_VECS; v++) sum[m][v] = v_fma(factor, v_load(row + v * VEC_WIDTH), sum[m][v]);
        }
    for (size_t m = 0; i < n; i++, m++) {
        vec factor = v_set(a[i * UNIT + column]);
#pragma GCC unroll 8
        for (size_t v = 0; v < UNIT_VECS; v++)
            sum[m][v] = v_fma(factor, v_load(a + i * UNIT + v * VEC_WIDTH), sum[m][v]);
    }
#pragma GCC unroll 8
    for (size_t v = 0; v < UNIT_VECS; v++)
        v_store(product + v * VEC_WIDTH, (sum[0][v] + sum[1][v]) + (sum[2][v] + sum[3][v]));
}

/* a[i] -= a[i][column] x over rows first .. n - 1. */
ALWAYS_INLINE void subtract_column(size_t n, double *a, size_t first, size_t column, const double *x) {
    vec factor[UNIT_VECS];
#pragma GCC unroll 8
    for (size_t v = 0; v < UNIT_VECS; v++) factor[v] = v_load(x + v * VEC_WIDTH);
    for (size_t i = first; i < n; i++) {
        double *row = a + i * UNIT;
        vec share = v_set_once(row[column]);
#pragma GCC unroll 8
        for (size_t v = 0; v < UNIT_VECS; v++)
            v_store(row + v * VEC_WIDTH, v_fnma(share, factor[v], v_load(row + v * VEC_WIDTH)));
    }
}

/* The reflection of column j: to the right of j the panel is reflected, to the left lie the vectors of earlier ones,
 * whose products with this one extend T. */
static double factor_column(size_t n, double *panel, size_t j, double *T) {
    double product[8] __attribute__((aligned(64))), x[8] __attribute__((aligned(64))) = {0};
    double *row = panel + j * UNIT, alpha = row[j];
    multiply_column(n, panel, j + 1, j, product);
    if (!(product[j] != 0)) { /* nothing below */
        row[j] = 0;
        return alpha;
    }
    double beta = -__builtin_copysign(__builtin_sqrt(alpha * alpha + product[j]), alpha);
    double first = alpha - beta, tau = -1 / (beta * first);
    for (size_t l = j + 1; l < UNIT; l++) {
        x[l] = tau * (first * row[l] + product[l]);
        row[l] -= first * x[l];
    }
    subtract_column(n, panel, j + 1, j, x);
    for (size_t s = 0; s < j; s++)
        for (size_t q = s; q < j; q++) T[s * UNIT + j] -= tau * T[s * UNIT + q] * (first * row[q] + product[q]);
    T[j * UNIT + j] = tau;
    row[j] = first;
    return beta;
}

static void factor_panel(size_t n, double *panel, double *diagonal, double *upper, double *T) {
    for (size_t k = 0; k < UNIT * UNIT; k++) T[k] = upper[k] = 0;
    for (size_t j = 0; j < UNIT; j++) diagonal[j] = j < n ? factor_column(n, panel, j, T) : 0;
    for (size_t j = 0; j < UNIT && j < n; j++)
        for (size_t l = j + 1; l < UNIT; l++) {
            upper[j * UNIT + l] = panel[j * UNIT + l];
            panel[j * UNIT + l] = 0;
        }
}

enum { PART = VEC_WIDTH == 8 ? 8 : VEC_WIDTH == 4 ? 4 : 2 }; /* reflections whose sums fit in the registers */

/* Two factors, each in all lanes. Where a row is one vector, loads are idle, and shuffles would take a third of the
 * time from the multiply-adds (Zen 4). */
ALWAYS_INLINE void set_factors(const double *p, vec *first, vec *second) {
    if (UNIT_VECS > 1) {
        v_set_two(p, first, second);
    } else {
        *first = v_set(p[0]);
        *second = v_set(p[1]);
    }
}

/* w[r] = sum_i V[i][first + r] c[i], r < PART */
ALWAYS_INLINE void project_part(size_t n, const double *V, size_t first, const double *c, double *w) {
    vec sum[PART][UNIT_VECS];
#pragma GCC unroll 8
    for (size_t r = 0; r < PART; r++)
#pragma GCC unroll 8
        for (size_t v = 0; v < UNIT_VECS; v++) sum[r][v] = v_set(0);
    for (size_t i = 0; i < n; i++) {
        vec row[UNIT_VECS];
#pragma GCC unroll 8
        for (size_t v = 0; v < UNIT_VECS; v++) row[v] = v_load_once(c + i * UNIT + v * VEC_WIDTH);
#pragma GCC unroll 4
        for (size_t r = 0; r < PART; r += 2) {
            vec factor, next_factor;
            set_factors(V + i * UNIT + first + r, &factor, &next_factor);
#pragma GCC unroll 8
            for (size_t v = 0; v < UNIT_VECS; v++) {
                sum[r][v] = v_fma(factor, row[v], sum[r][v]);
                sum[r + 1][v] = v_fma(next_factor, row[v], sum[r + 1][v]);
            }
        }
    }
#pragma GCC unroll 8
    for (size_t r = 0; r < PART; r++)
#pragma GCC unroll 8
        for (size_t v = 0; v < UNIT_VECS; v++) v_store(w + (first + r) * UNIT + v * VEC_WIDTH, sum[r][v]);
}

/* c[i] -= sum_r V[i][first + r] x[first + r], r < PART */
ALWAYS_INLINE void subtract_part(size_t n, const double *V, size_t first, const double *x, double *c) {
    vec part[PART][UNIT_VECS];
#pragma GCC unroll 8
    for (size_t r = 0; r < PART; r++)
#pragma GCC unroll 8
        for (size_t v = 0; v < UNIT_VECS; v++) part[r][v] = v_load_once(x + (first + r) * UNIT + v * VEC_WIDTH);
    for (size_t i = 0; i < n; i++) {
        vec row[UNIT_VECS];
#pragma GCC unroll 8
        for (size_t v = 0; v < UNIT_VECS; v++) row[v] = v_load(c + i * UNIT + v * VEC_WIDTH);
#pragma GCC unroll 4
        for (size_t r = 0; r < PART; r += 2) {
            vec factor, next_factor;
            set_factors(V + i * UNIT + first + r, &factor, &next_factor);
#pragma GCC unroll 8
            for (size_t v = 0; v < UNIT_VECS; v++)
                row[v] = v_fnma(next_factor, part[r + 1][v], v_fnma(factor, part[r][v], row[v]));
        }
#pragma GCC unroll 8
        for (size_t v = 0; v < UNIT_VECS; v++) v_store(c + i * UNIT + v * VEC_WIDTH, row[v]);
    }
}

static void reflect(size_t n, const double *V, const double *M, double *c) {
    double w[64] __attribute__((aligned(64))), x[64] __attribute__((aligned(64)));
    for (size_t first = 0; first < UNIT; first += PART) project_part(n, V, first, c, w);
    for (size_t r = 0; r < UNIT; r++)
        for (size_t lane = 0; lane < UNIT; lane += VEC_WIDTH) {
            vec sum = v_set(0);
#pragma GCC unroll 8
            for (size_t s = 0; s < UNIT; s++) sum = v_fma(v_set(M[r * UNIT + s]), v_load(w + s * UNIT + lane), sum);
            v_store(x + r * UNIT + lane, sum);
        }
    for (size_t first = 0; first < UNIT; first += PART) subtract_part(n, V, first, x, c);
}
