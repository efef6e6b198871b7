#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "network/assemble.h"

static rc_status check_shape(const rc_source *source, const rc_numbers *matrix) {
    char shown[RC_SHOWN_SIZE];
    if (!rc_numbers_are_numbers(matrix)) return rc_source_invalid(source, "expected numbers, found text");
    if (matrix->n_dims != 2 || matrix->shape[0] != matrix->shape[1])
        return rc_source_invalid(source, "expected a square matrix [neuron, neuron], found shape %s",
                                 rc_numbers_shape_shown(matrix, shown));
    if (matrix->n == 0) return rc_source_invalid(source, "expected at least one neuron, found an empty matrix");
    if (matrix->shape[0] > UINT32_MAX)
        return rc_source_invalid(source, "expected at most 2^32 - 1 neurons, found %zu", matrix->shape[0]);
    return RC_OK;
}

/* row_start[i + 1] receives the connections of row i; in the file's order, so
 * that a file larger than the caches is read straight through. */
static rc_status count_rows(const rc_source *source, const rc_numbers *matrix, size_t *row_start) {
    size_t n = matrix->shape[0], index = 0;
    for (size_t outer = 0; outer < n; outer++)
        for (size_t inner = 0; inner < n; inner++) {
            size_t i = matrix->column_major ? inner : outer, j = matrix->column_major ? outer : inner;
            double weight = rc_numbers_real(matrix, index++);
            if (!isfinite(weight))
                return rc_source_invalid(source, "weight [%zu, %zu]: expected a finite number, found %g", i, j, weight);
            row_start[i + 1] += weight != 0;
        }
    return RC_OK;
}

/* next[i] is where the next connection of row i goes. */
static void fill_rows(const rc_numbers *matrix, size_t *next, rc_network *network) {
    size_t n = matrix->shape[0], index = 0;
    for (size_t outer = 0; outer < n; outer++)
        for (size_t inner = 0; inner < n; inner++) {
            size_t i = matrix->column_major ? inner : outer, j = matrix->column_major ? outer : inner;
            double weight = rc_numbers_real(matrix, index++);
            if (weight == 0) continue;
            network->column[next[i]] = (uint32_t)j;
            network->weight[next[i]++] = weight;
        }
}

rc_status rc_network_from_numbers(const rc_source *source, const rc_numbers *matrix, rc_network **out) {
    rc_status status = RC_OK;
    size_t *row_start = NULL;
    *out = NULL;
    RC_TRY(check_shape(source, matrix));
    size_t n = matrix->shape[0];
    RC_TRY(RC_ARRAY(row_start, n + 1, "rows of W"));
    RC_TRY(count_rows(source, matrix, row_start));
    for (size_t i = 0; i < n; i++) row_start[i + 1] += row_start[i];
    RC_TRY(rc_network_allocate(n, row_start[n], out));
    memcpy((*out)->row_start, row_start, (n + 1) * sizeof *row_start);
    fill_rows(matrix, row_start, *out);
done:
    free(row_start);
    return status;
}
