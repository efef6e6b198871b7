#include "dynamics/rows.h"

#include "base/memory.h"

enum { UNIT = RC_LANE_UNIT, NEAREST_CACHE = 16 << 10 };

/* Equal blocks of columns whose operands fill the nearest cache to a half; a little more, and one is enough. Zeros
 * cost as much as connections, but dense ones cost less: by 0.7 where all operands stay near, by half where not. */
size_t rc_rows_dense_block(const rc_network *network, const rc_kernels *kernels) {
    size_t n = network->n_neurons, most = NEAREST_CACHE / (kernels->step_columns * UNIT * sizeof(double));
    bool is_near = n <= 8 * most / 5;
    if ((double)network->n_connections < (is_near ? 0.7 : 0.5) * (double)n * (double)n) return 0;
    size_t n_blocks = is_near ? 1 : (n + most - 1) / most;
    return (n + n_blocks - 1) / n_blocks;
}

static size_t round_up(size_t n, size_t unit) { return (n + unit - 1) / unit * unit; }

static size_t row_length(const rc_network *network, size_t neuron) {
    return network->row_start[neuron + 1] - network->row_start[neuron];
}

/* --- Sparse ---------------------------------------------------------------------------- */

/* The neuron of each row, and the row of each neuron: the longest first, equal
 * ones as they come, by counting. end [neuron + 1]. */
static void sort_rows(const rc_network *network, size_t *end, uint32_t *neuron, uint32_t *row) {
    size_t n = network->n_neurons;
    for (size_t i = 0; i < n; i++) end[n - row_length(network, i)]++;
    for (size_t k = 1; k <= n; k++) end[k] += end[k - 1];
    for (size_t i = n; i-- > 0;) {
        row[i] = (uint32_t)--end[n - row_length(network, i)];
        neuron[row[i]] = (uint32_t)i;
    }
}

/* Connections first .. first + n - 1 of one row, to entries that are `apart`. */
static void copy_row(const rc_network *network, rc_rows *rows, double gain, size_t first, size_t n, size_t at,
                     size_t apart) {
    for (size_t k = 0; k < n; k++) {
        rows->offset[at + k * apart] = rows->row[network->column[first + k]] * UNIT;
        rows->weight[at + k * apart] = gain * network->weight[first + k];
    }
}

static void fill_groups(const rc_network *network, rc_rows *rows, double gain, size_t together,
                        const uint32_t *neuron) {
    size_t n = rows->n_neurons, at = 0;
    for (size_t row = 0, group = 0; row < n; row += together, group++) {
        size_t last = row + together - 1, common = last < n ? row_length(network, neuron[last]) : 0;
        rows->common[group] = common;
        for (size_t r = 0; r < together && row + r < n; r++)
            copy_row(network, rows, gain, network->row_start[neuron[row + r]], common, at + r, together);
        at += common * together;
        for (size_t r = row; r < row + together; r++) {
            size_t rest = r < n ? row_length(network, neuron[r]) - common : 0;
            if (rest > 0) copy_row(network, rows, gain, network->row_start[neuron[r]] + common, rest, at, 1);
            rows->end[r] = at += rest;
        }
    }
}

static rc_status open_sparse(const rc_network *network, double gain, size_t together, rc_rows *rows) {
    rc_status status = RC_OK;
    size_t n = rows->n_neurons, *end = NULL;
    uint32_t *neuron = NULL;
    RC_TRY(RC_ARRAY(rows->common, n, "rows"));
    RC_TRY(RC_ARRAY(rows->end, n + together, "rows"));
    RC_TRY(RC_ARRAY(rows->offset, network->n_connections, "connections"));
    RC_TRY(RC_ARRAY(rows->weight, network->n_connections, "scaled weights"));
    RC_TRY(RC_ARRAY(end, n + 1, "rows"));
    RC_TRY(RC_ARRAY(neuron, n, "rows"));
    sort_rows(network, end, neuron, rows->row);
    fill_groups(network, rows, gain, together, neuron);
done:
    free(end);
    free(neuron);
    return status;
}

/* --- Dense ------------------------------------------------------------------------------- */

static rc_status open_dense(const rc_network *network, double gain, size_t together, rc_rows *rows) {
    size_t n = rows->n_neurons, padded = round_up(n, together), block = rows->dense_block;
    rc_status status = RC_ARRAY(rows->weight, padded * n, "scaled weights");
    if (status != RC_OK) return status;
    for (size_t i = 0; i < n; i++) {
        rows->row[i] = (uint32_t)i;
        for (size_t k = network->row_start[i]; k < network->row_start[i + 1]; k++) {
            size_t j = network->column[k], first = j - j % block, width = n - first < block ? n - first : block;
            size_t group = first * padded + i / together * together * width;
            rows->weight[group + (j - first) * together + i % together] = gain * network->weight[k];
        }
    }
    return RC_OK;
}

/* --- Either ------------------------------------------------------------------------------ */

static rc_status round_weights(const rc_network *network, const rc_kernels *kernels, rc_rows *rows) {
    size_t n = rows->n_neurons, dense = round_up(n, kernels->dense_rows) * n;
    size_t n_entries = rows->dense_block ? dense : network->n_connections;
    rc_status status = RC_ARRAY(rows->single_weight, n_entries, "rounded weights");
    for (size_t k = 0; status == RC_OK && k < n_entries; k++) rows->single_weight[k] = (float)rows->weight[k];
    return status;
}

rc_status rc_rows_open(const rc_network *network, double gain, const rc_kernels *kernels, rc_precision precision,
                       rc_rows *rows) {
    rc_status status = RC_OK;
    *rows = (rc_rows){.n_neurons = network->n_neurons, .dense_block = rc_rows_dense_block(network, kernels)};
    RC_TRY(RC_ARRAY(rows->row, rows->n_neurons, "rows"));
    if (rows->dense_block)
        RC_TRY(open_dense(network, gain, kernels->dense_rows, rows));
    else
        RC_TRY(open_sparse(network, gain, kernels->step_rows, rows));
    if (precision == RC_PRECISION_SINGLE) RC_TRY(round_weights(network, kernels, rows));
done:
    return status;
}

void rc_rows_close(rc_rows *rows) {
    free(rows->row);
    free(rows->common);
    free(rows->end);
    free(rows->offset);
    free(rows->weight);
    free(rows->single_weight);
    *rows = (rc_rows){0};
}
