#include <math.h>
#include <stdio.h>

#include "cli.h"

void cli_print_exponents(const rc_results *results) {
    const rc_study *study = results->study;
    printf("divergence exponent (1/s) and trials kept, by session and g\n%8s", "session");
    for (size_t g = 0; g < study->n_gains; g++) printf(" %13g", study->gains[g]);
    printf("\n");
    for (size_t s = 0; s < study->n_sessions; s++) {
        printf("%8u", study->sessions[s]);
        for (size_t g = 0; g < study->n_gains; g++) {
            size_t cell = s * study->n_gains + g;
            double exponent = results->divergence_exponent[cell];
            if (isnan(exponent))
                printf(" %8s", results->trials_kept[cell] ? "short" : "-");
            else
                printf(" %8.4f", exponent);
            printf(" %4d", results->trials_kept[cell]);
        }
        printf("\n");
    }
}
