#include <math.h>

#include "base/memory.h"
#include "network/assemble.h"

rc_status rc_entries_check_size(const rc_source *source, uint64_t n_rows, uint64_t n_columns) {
    uint64_t most = source->size > 1000000 ? source->size : 1000000;
    if (most > UINT32_MAX) most = UINT32_MAX;
    if (n_rows != n_columns)
        return rc_source_invalid(source, "expected a square matrix [neuron, neuron], found %llu rows and %llu columns",
                                 (unsigned long long)n_rows, (unsigned long long)n_columns);
    if (n_rows == 0) return rc_source_invalid(source, "expected at least one neuron, found an empty matrix");
    if (n_rows > most)
        return rc_source_invalid(source, "expected at most %llu neurons in a file of %zu bytes, found %llu",
                                 (unsigned long long)most, source->size, (unsigned long long)n_rows);
    return RC_OK;
}

rc_status rc_entries_allocate(size_t n_neurons, size_t capacity, rc_entries *entries) {
    rc_status status = RC_OK;
    *entries = (rc_entries){.n_neurons = n_neurons};
    RC_TRY(RC_ARRAY(entries->row, capacity, "rows of connections"));
    RC_TRY(RC_ARRAY(entries->column, capacity, "columns of connections"));
    RC_TRY(RC_ARRAY(entries->weight, capacity, "weights of connections"));
done:
    if (status != RC_OK) rc_entries_free(entries);
    return status;
}

void rc_entries_free(rc_entries *entries) {
    free(entries->row); /* NOLINT(clang-analyzer-unix.Malloc): it forgets that the last line clears this */
    free(entries->column);
    free(entries->weight);
    *entries = (rc_entries){0};
}

/* Turns counts of [n_neurons + 1], shifted by one, into starts. */
static void accumulate(size_t *start, size_t n_neurons) {
    for (size_t i = 0; i < n_neurons; i++) start[i + 1] += start[i];
}

/* Moves the entries to `sorted`, by column; equal columns keep their order. */
static rc_status sort_by_column(const rc_entries *entries, rc_entries *sorted) {
    rc_status status = RC_OK;
    size_t *next = NULL;
    RC_TRY(RC_ARRAY(next, entries->n_neurons + 1, "columns of W"));
    RC_TRY(rc_entries_allocate(entries->n_neurons, entries->n, sorted));
    for (size_t k = 0; k < entries->n; k++) next[entries->column[k] + 1]++;
    accumulate(next, entries->n_neurons);
    for (size_t k = 0; k < entries->n; k++) {
        size_t to = next[entries->column[k]]++;
        sorted->row[to] = entries->row[k];
        sorted->column[to] = entries->column[k];
        sorted->weight[to] = entries->weight[k];
    }
    sorted->n = entries->n;
done:
    free(next);
    return status;
}

/* Entries that ascend by column, into rows. */
static rc_status gather_rows(const rc_entries *entries, rc_network *network) {
    rc_status status = RC_OK;
    size_t *next = NULL, n = entries->n_neurons;
    RC_TRY(RC_ARRAY(next, n + 1, "rows of W"));
    for (size_t k = 0; k < entries->n; k++) network->row_start[entries->row[k] + 1]++;
    accumulate(network->row_start, n);
    for (size_t i = 0; i < n; i++) next[i] = network->row_start[i];
    for (size_t k = 0; k < entries->n; k++) {
        size_t to = next[entries->row[k]]++;
        network->column[to] = entries->column[k];
        network->weight[to] = entries->weight[k];
    }
done:
    free(next);
    return status;
}

/* Adds duplicates, which are neighbours by now, and drops zeros, in place. */
static rc_status merge_rows(const rc_source *source, rc_network *network) {
    size_t kept = 0, k = 0;
    for (size_t i = 0; i < network->n_neurons; i++) {
        size_t end = network->row_start[i + 1];
        network->row_start[i] = kept;
        while (k < end) {
            uint32_t column = network->column[k];
            double weight = network->weight[k++];
            while (k < end && network->column[k] == column) weight += network->weight[k++];
            if (!isfinite(weight))
                return rc_source_invalid(source, "weight [%zu, %u]: expected a finite number, found a sum that is not",
                                         i, (unsigned)column);
            if (weight == 0) continue;
            network->column[kept] = column;
            network->weight[kept++] = weight;
        }
    }
    network->row_start[network->n_neurons] = network->n_connections = kept;
    return RC_OK;
}

rc_status rc_network_from_entries(const rc_source *source, rc_entries *entries, rc_network **out) {
    rc_status status = RC_OK;
    rc_entries sorted = {0};
    *out = NULL;
    RC_TRY(sort_by_column(entries, &sorted));
    rc_entries_free(entries); /* before the next array as large */
    RC_TRY(rc_network_allocate(sorted.n_neurons, sorted.n, out));
    RC_TRY(gather_rows(&sorted, *out));
    RC_TRY(merge_rows(source, *out));
done:
    if (status != RC_OK) rc_network_destroy(out);
    rc_entries_free(entries);
    rc_entries_free(&sorted);
    return status;
}
