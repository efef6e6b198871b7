#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The moduli that are known, in ascending order; how many. */
static size_t sort_known(const double *values, size_t n, double *sorted) {
    size_t known = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i])) sorted[known++] = fabs(values[i]);
    qsort(sorted, known, sizeof *sorted, ascending);
    return known;
}

void cli_print_audit(const rc_results *results) {
    const rc_study *study = results->study;
    size_t n = study->n_sessions * study->n_gains * study->n_trials, n_passed = 0;
    const struct {
        const char *name, *unit;
        const double *values;
    } rows[] = {
        {"sum rule, relative residual", "", results->sum_rule_residual},
        {"exponent nearest zero, off rest", "1/s", results->zero_exponent_residual},
        {"twin against tangent, off rest", "errors", results->twin_difference},
        {"condition of the frame", "", results->condition_number},
        {"half the QR interval, relative", "", results->block_effect},
        {"half the time step, a short piece", "1/s", results->dt_effect},
    };
    double *sorted = malloc((n + 1) * sizeof *sorted);
    if (!sorted) return;
    for (size_t i = 0; i < n; i++) n_passed += results->audit_passed[i] != 0;
    printf("audit: %zu of %zu trials passed\n%38s %10s\n", n_passed, n, "median", "worst");
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        size_t known = sort_known(rows[k].values, n, sorted);
        if (known) printf("  %-34s %.1e %10.1e %s\n", rows[k].name, sorted[known / 2], sorted[known - 1], rows[k].unit);
    }
    free(sorted);
}
