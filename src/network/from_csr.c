#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "network/assemble.h"

static rc_status check_rows(const size_t *row_start, size_t n_neurons) {
    if (n_neurons == 0) return rc_fail(RC_INVALID, "a network needs at least one neuron");
    if (n_neurons > UINT32_MAX) return rc_fail(RC_INVALID, "%zu neurons are more than 2^32 - 1", n_neurons);
    if (row_start[0] != 0) return rc_fail(RC_INVALID, "row_start[0]: expected 0, found %zu", row_start[0]);
    for (size_t i = 0; i < n_neurons; i++)
        if (row_start[i + 1] < row_start[i])
            return rc_fail(RC_INVALID, "row_start[%zu]: expected at least %zu, found %zu", i + 1, row_start[i],
                           row_start[i + 1]);
    return RC_OK;
}

static rc_status check_entries(const rc_entries *entries) {
    for (size_t k = 0; k < entries->n; k++) {
        if (entries->column[k] >= entries->n_neurons)
            return rc_fail(RC_INVALID, "connection %zu of row %u: expected a column from 0 to %zu, found %u", k,
                           (unsigned)entries->row[k], entries->n_neurons - 1, (unsigned)entries->column[k]);
        if (!isfinite(entries->weight[k]))
            return rc_fail(RC_INVALID, "weight [%u, %u] is %g: expected a finite number", (unsigned)entries->row[k],
                           (unsigned)entries->column[k], entries->weight[k]);
    }
    return RC_OK;
}

static void copy(const size_t *row_start, const uint32_t *column, const double *weight, rc_entries *entries) {
    entries->n = row_start[entries->n_neurons];
    for (size_t i = 0; i < entries->n_neurons; i++)
        for (size_t k = row_start[i]; k < row_start[i + 1]; k++) entries->row[k] = (uint32_t)i;
    if (entries->n == 0) return;
    memcpy(entries->column, column, entries->n * sizeof *column);
    memcpy(entries->weight, weight, entries->n * sizeof *weight);
}

rc_status rc_network_from_csr(const size_t *row_start, const uint32_t *column, const double *weight, size_t n_neurons,
                              rc_network **out) {
    rc_status status = RC_OK;
    rc_entries entries = {0};
    const rc_source source = {.name = "sparse rows"};
    *out = NULL;
    RC_TRY(check_rows(row_start, n_neurons));
    RC_TRY(rc_entries_allocate(n_neurons, row_start[n_neurons], &entries));
    copy(row_start, column, weight, &entries);
    RC_TRY(check_entries(&entries));
    RC_TRY(rc_network_from_entries(&source, &entries, out));
done:
    rc_entries_free(&entries);
    return status;
}
