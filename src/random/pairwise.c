#include <rnnchaos/random.h>

/* Eight running sums, joined as a tree; what is left over is added last. */
static double sum_block(const double *values, size_t n) {
    if (n < 8) {
        double sum = 0;
        for (size_t i = 0; i < n; i++) sum += values[i];
        return sum;
    }
    double part[8];
    for (size_t k = 0; k < 8; k++) part[k] = values[k];
    size_t i = 8;
    for (; i < n - n % 8; i += 8)
        for (size_t k = 0; k < 8; k++) part[k] += values[i + k];
    double sum = ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
    for (; i < n; i++) sum += values[i];
    return sum;
}

double rc_pairwise_sum(const double *values, size_t n) {
    if (n <= 128) return sum_block(values, n);
    size_t half = n / 2 - n / 2 % 8;
    return rc_pairwise_sum(values, half) + rc_pairwise_sum(values + half, n - half);
}
