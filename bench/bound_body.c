/* How fast this instruction set multiplies and adds when all operands lie in the first-level
 * cache: compiled once for each (bench/meson.build), with the vector of the kernels. */
#include "bound.h"
#include "dynamics/vector.h"

enum { N_SUMS = 12, N_WEIGHTS = BOUND_TERMS / (N_SUMS * VEC_WIDTH), N_LOADS = 16 };

static double total_of(const vec *sum, size_t n) {
    double part[8] __attribute__((aligned(64))), total = 0;
    for (size_t v = 0; v < n; v++) {
        v_store(part, sum[v]);
        total += part[0];
    }
    return total;
}

double BOUND_NAME(size_t n_rounds, const double *x, const double *weight) {
    vec sum[N_SUMS];
    for (size_t v = 0; v < N_SUMS; v++) sum[v] = v_set(0);
    for (size_t round = 0; round < n_rounds; round++)
        for (size_t k = 0; k < N_WEIGHTS; k++) {
            vec w = v_set(weight[k]);
#pragma GCC unroll 12
            for (size_t v = 0; v < N_SUMS; v++) sum[v] = v_fma(w, v_load(x + (k * N_SUMS + v) * VEC_WIDTH), sum[v]);
        }
    return total_of(sum, N_SUMS);
}

double LOAD_NAME(size_t n, const double *x) {
    vec sum[N_LOADS];
    for (size_t v = 0; v < N_LOADS; v++) sum[v] = v_set(0);
    for (size_t i = 0; i < n; i += N_LOADS * VEC_WIDTH) {
#pragma GCC unroll 16
        for (size_t v = 0; v < N_LOADS; v++) sum[v] += v_load(x + i + v * VEC_WIDTH);
    }
    return total_of(sum, N_LOADS);
}
