#include "network/network.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

rc_status rc_network_allocate(size_t n_neurons, size_t n_connections, rc_network **out) {
    rc_status status = RC_OK;
    rc_network *network = NULL;
    *out = NULL;
    RC_TRY(RC_ARRAY(network, 1, "network"));
    network->n_neurons = n_neurons;
    network->n_connections = n_connections;
    RC_TRY(RC_ARRAY(network->row_start, n_neurons + 1, "rows of W"));
    RC_TRY(RC_ARRAY(network->column, n_connections, "columns of W"));
    RC_TRY(RC_ARRAY(network->weight, n_connections, "weights of W"));
    *out = network;
    network = NULL;
done:
    rc_network_destroy(&network);
    return status;
}

void rc_network_destroy(rc_network **network) {
    if (!*network) return;
    free((*network)->row_start);
    free((*network)->column);
    free((*network)->weight);
    free(*network);
    *network = NULL;
}

static rc_status check_dense(const double *weights, size_t n_neurons, size_t *n_connections) {
    if (n_neurons == 0) return rc_fail(RC_INVALID, "a network needs at least one neuron");
    if (n_neurons > UINT32_MAX) return rc_fail(RC_INVALID, "%zu neurons are more than 2^32 - 1", n_neurons);
    for (size_t i = 0; i < n_neurons; i++)
        for (size_t j = 0; j < n_neurons; j++) {
            double weight = weights[i * n_neurons + j];
            if (!isfinite(weight))
                return rc_fail(RC_INVALID, "weight [%zu, %zu] is %g: expected a finite number", i, j, weight);
            *n_connections += weight != 0;
        }
    return RC_OK;
}

rc_status rc_network_from_dense(const double *weights, size_t n_neurons, rc_network **out) {
    size_t n_connections = 0, k = 0;
    *out = NULL;
    rc_status status = check_dense(weights, n_neurons, &n_connections);
    if (status == RC_OK) status = rc_network_allocate(n_neurons, n_connections, out);
    if (status != RC_OK) return status;
    for (size_t i = 0; i < n_neurons; i++) {
        for (size_t j = 0; j < n_neurons; j++) {
            double weight = weights[i * n_neurons + j];
            if (weight == 0) continue;
            (*out)->column[k] = (uint32_t)j;
            (*out)->weight[k++] = weight;
        }
        (*out)->row_start[i + 1] = k;
    }
    return RC_OK;
}

void rc_network_to_dense(const rc_network *network, double *weights) {
    size_t n = network->n_neurons;
    memset(weights, 0, n * n * sizeof *weights);
    for (size_t i = 0; i < n; i++)
        for (size_t k = network->row_start[i]; k < network->row_start[i + 1]; k++)
            weights[i * n + network->column[k]] = network->weight[k];
}

double rc_network_effective_gain(const rc_study *study) {
    return study->network.weight_std * sqrt((double)study->network.n_neurons * study->network.connection_probability);
}
