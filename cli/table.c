#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "study/number.h"

/* Tables of session x g, cut into groups of g that fit a terminal. */
enum { WIDTH = 79, LEAST_CELL = 9, CELL_SIZE = 48 };

typedef void cell_text(const rc_results *results, size_t cell, char text[CELL_SIZE]);

static void exponent_text(const rc_results *results, size_t cell, char text[CELL_SIZE]) {
    double exponent = results->divergence_exponent[cell];
    switch (results->divergence_outcome[cell]) {
    case RC_DIVERGENCE_NO_TRIAL_KEPT: strcpy(text, "none"); break;
    case RC_DIVERGENCE_TOO_SHORT: strcpy(text, "short"); break;
    case RC_DIVERGENCE_FITTED: snprintf(text, CELL_SIZE, fabs(exponent) < 1e4 ? "%.4f" : "%.2e", exponent); break;
    default: strcpy(text, "-");
    }
}

static void kept_text(const rc_results *results, size_t cell, char text[CELL_SIZE]) {
    if (results->divergence_outcome[cell] == RC_DIVERGENCE_BELOW_MINIMUM_GAIN)
        strcpy(text, "-");
    else
        snprintf(text, CELL_SIZE, "%d", results->trials_kept[cell]);
}

/* The mean of the largest exponent over trials, 1/s. */
static void largest_text(const rc_results *results, size_t cell, char text[CELL_SIZE]) {
    const rc_study *study = results->study;
    double sum = 0;
    for (size_t t = 0; t < study->n_trials; t++)
        sum += results->lyapunov_exponent[(cell * study->n_trials + t) * study->n_exponents];
    snprintf(text, CELL_SIZE, "%.2f", sum / (double)study->n_trials);
}

static const char letters[] = "FLTCX?"; /* by rc_verdict */

/* How many trials have which verdict: "F4 C12 X4". */
static void verdict_text(const rc_results *results, size_t cell, char text[CELL_SIZE]) {
    size_t n_trials = results->study->n_trials, counts[RC_N_VERDICTS] = {0}, used = 0;
    for (size_t t = 0; t < n_trials; t++) {
        int32_t verdict = results->verdict[cell * n_trials + t];
        counts[verdict >= 0 && verdict < RC_N_VERDICTS ? verdict : RC_VERDICT_UNDECIDED]++;
    }
    for (size_t v = 0; v < RC_N_VERDICTS && used + 12 < CELL_SIZE; v++)
        if (counts[v])
            used += (size_t)snprintf(text + used, CELL_SIZE - used, "%s%c%zu", used ? " " : "", letters[v], counts[v]);
}

static int descending(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x < y) - (x > y);
}

/* Trials in each attractor, the fullest first: "12+8". */
static void attractors_text(const rc_results *results, size_t cell, char text[CELL_SIZE]) {
    enum { MOST = 4 };
    size_t n_trials = results->study->n_trials, n_attractors = (size_t)results->n_attractors[cell], used = 0;
    if (n_attractors > n_trials) n_attractors = 0; /* no results of ours */
    int32_t *n = calloc(n_attractors + 1, sizeof *n);
    strcpy(text, "-");
    if (!n) return;
    for (size_t t = 0; t < n_trials; t++) {
        int32_t id = results->attractor_id[cell * n_trials + t];
        if (id >= 0 && (size_t)id < n_attractors) n[id]++;
    }
    qsort(n, n_attractors, sizeof *n, descending);
    for (size_t k = 0; k < n_attractors && k < MOST; k++)
        used += (size_t)snprintf(text + used, CELL_SIZE - used, "%s%d", used ? "+" : "", n[k]);
    if (n_attractors > MOST) snprintf(text + used, CELL_SIZE - used, "+.. (%zu)", n_attractors);
    free(n);
}

/* How fast trials settle, 1/s; the upper limit if none did. */
static void escape_text(const rc_results *results, size_t cell, char text[CELL_SIZE]) {
    double rate = results->escape_rate[cell], high = results->escape_rate_high[cell];
    if (isnan(rate))
        strcpy(text, "-");
    else
        snprintf(text, CELL_SIZE, rate > 0 ? "%.2g" : "<%.2g", rate > 0 ? rate : high);
}

static size_t cell_width(const rc_results *results, cell_text *describe) {
    const rc_study *study = results->study;
    size_t widest = LEAST_CELL;
    char text[CELL_SIZE];
    for (size_t cell = 0; cell < study->n_sessions * study->n_gains; cell++) {
        describe(results, cell, text);
        if (strlen(text) + 1 > widest) widest = strlen(text) + 1;
    }
    for (size_t g = 0; g < study->n_gains; g++) {
        char heading[RC_NUMBER_SIZE];
        rc_number_print(study->gains[g], heading);
        if (strlen(heading) + 1 > widest) widest = strlen(heading) + 1;
    }
    return widest;
}

static int session_width(const rc_study *study) {
    int widest = (int)strlen("session");
    for (size_t s = 0; s < study->n_sessions; s++) {
        int width = snprintf(NULL, 0, "%u", study->sessions[s]);
        if (width > widest) widest = width;
    }
    return widest;
}

/* The columns of g from `first` up to `end`. */
static void print_group(const rc_results *results, cell_text *describe, size_t first, size_t end) {
    const rc_study *study = results->study;
    int row_width = session_width(study), width = (int)cell_width(results, describe);
    char text[CELL_SIZE];
    printf("%*s", row_width, "session");
    for (size_t g = first; g < end; g++) {
        rc_number_print(study->gains[g], text);
        printf("%*s", width, text);
    }
    printf("\n");
    for (size_t s = 0; s < study->n_sessions; s++) {
        printf("%*u", row_width, study->sessions[s]);
        for (size_t g = first; g < end; g++) {
            describe(results, s * study->n_gains + g, text);
            printf("%*s", width, text);
        }
        printf("\n");
    }
}

static void print_table(const rc_results *results, cell_text *describe) {
    const rc_study *study = results->study;
    size_t room = (WIDTH - (size_t)session_width(study)) / cell_width(results, describe);
    for (size_t first = 0; first < study->n_gains; first += room)
        print_group(results, describe, first, study->n_gains - first < room ? study->n_gains : first + room);
}

static bool has_outcome(const rc_results *results, rc_divergence_outcome outcome) {
    for (size_t cell = 0; cell < results->study->n_sessions * results->study->n_gains; cell++)
        if (results->divergence_outcome[cell] == (int32_t)outcome) return true;
    return false;
}

static void print_legend(const rc_results *results) {
    char number[RC_NUMBER_SIZE];
    if (has_outcome(results, RC_DIVERGENCE_BELOW_MINIMUM_GAIN)) {
        rc_number_print(results->study->divergence.minimum_gain, number);
        printf("-      below divergence.minimum_gain = %s: not fitted\n", number);
    }
    if (has_outcome(results, RC_DIVERGENCE_NO_TRIAL_KEPT)) {
        rc_number_print(results->study->divergence.minimum_distance, number);
        printf("none   no trial kept: no twin ended divergence.minimum_distance = %s away\n", number);
    }
    if (has_outcome(results, RC_DIVERGENCE_TOO_SHORT))
        printf("short  saturated at once: fewer than two steps to fit\n");
}

void cli_print_exponents(const rc_results *results) {
    printf("divergence exponent (1/s), by session and g\n");
    print_table(results, exponent_text);
    printf("trials kept, of %zu\n", results->study->n_trials);
    print_table(results, kept_text);
    print_legend(results);
    if (results->study->n_exponents == 0) return;
    printf("\nlargest Lyapunov exponent (1/s), mean over trials\n");
    print_table(results, largest_text);
    printf("what the trials are: F fixed point, L limit cycle, T torus, C chaos,\n"
           "X transient chaos, ? undecided\n");
    print_table(results, verdict_text);
    printf("trials in each attractor, r and -r as one\n");
    print_table(results, attractors_text);
    printf("rate at which trials settle (1/s); < upper limit: none did\n");
    print_table(results, escape_text);
    cli_print_audit(results);
}
