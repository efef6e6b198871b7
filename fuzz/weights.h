/* What the fuzz targets of weight matrices share. */
#ifndef RC_FUZZ_WEIGHTS_H
#define RC_FUZZ_WEIGHTS_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "network/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* A network's promises: rows without gaps, columns that ascend, finite weights. */
static inline void check_network(const rc_network *W) {
    if (W->n_neurons == 0 || W->row_start[0] != 0 || W->row_start[W->n_neurons] != W->n_connections) abort();
    for (size_t i = 0; i < W->n_neurons; i++) {
        if (W->row_start[i + 1] < W->row_start[i] || W->row_start[i + 1] > W->n_connections) abort();
        for (size_t k = W->row_start[i]; k < W->row_start[i + 1]; k++) {
            if (W->column[k] >= W->n_neurons || (k > W->row_start[i] && W->column[k] <= W->column[k - 1])) abort();
            if (!isfinite(W->weight[k]) || W->weight[k] == 0) abort();
        }
    }
}

static inline void check_message(rc_status status) {
    const char *message = rc_message();
    if (status != RC_DAMAGED && status != RC_INVALID) abort();
    if (strchr(message, '\n') || strlen(message) > 800 || strncmp(message, "fuzz:", 5) != 0) abort();
    if (!strstr(message, "expected ")) abort();
}

/* Checks what a reader gave, and frees it. */
static inline void check_outcome(rc_status status, rc_network *W) {
    if ((status == RC_OK) != (W != NULL)) abort();
    if (W) check_network(W);
    if (!W) check_message(status);
    rc_network_destroy(&W);
}

#endif
