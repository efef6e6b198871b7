#include "figure/piece.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "base/fail.h"
#include "base/memory.h"

static double weight(const rc_network *network, size_t to, size_t from) {
    size_t low = network->row_start[to], high = network->row_start[to + 1];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (network->column[middle] < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low < network->row_start[to + 1] && network->column[low] == from ? network->weight[low] : 0.0;
}

/* links: [neuron], how many connections each neuron has with the piece, both
 * ways; SIZE_MAX in the piece. */
static void add_neuron(const rc_network *network, rc_piece *piece, size_t neuron, size_t *links) {
    for (size_t i = 0; i < piece->n_neurons; i++) {
        double in = weight(network, neuron, piece->neuron[i]), out = weight(network, piece->neuron[i], neuron);
        size_t here = piece->n_neurons;
        if (in != 0.0) piece->connection[piece->n_connections++] = (rc_piece_connection){i, here, in};
        if (out != 0.0) piece->connection[piece->n_connections++] = (rc_piece_connection){here, i, out};
    }
    piece->neuron[piece->n_neurons++] = (uint32_t)neuron;
    links[neuron] = SIZE_MAX;
    for (size_t k = network->row_start[neuron]; k < network->row_start[neuron + 1]; k++)
        if (links[network->column[k]] != SIZE_MAX) links[network->column[k]]++;
    for (size_t i = 0; i < network->n_neurons; i++)
        if (links[i] != SIZE_MAX) links[i] += weight(network, i, neuron) != 0.0;
}

/* The neuron to add next: with two links if there is one, then three, one,
 * more; none only if nothing is linked. */
static size_t next_neuron(const rc_network *network, const size_t *links) {
    static const int merit[] = {0, 2, 4, 3};
    size_t best = network->n_neurons;
    int best_merit = -1;
    for (size_t i = 0; i < network->n_neurons; i++) {
        if (links[i] == SIZE_MAX) continue;
        int this_merit = links[i] <= 3 ? merit[links[i]] : 1;
        if (this_merit > best_merit) {
            best = i;
            best_merit = this_merit;
        }
    }
    return best;
}

/* Grows until the piece is full; dense networks fill it with fewer neurons. */
static void grow(const rc_network *network, size_t start, rc_piece *piece, size_t *links) {
    *piece = (rc_piece){.n_neurons = 0};
    for (size_t i = 0; i < network->n_neurons; i++) links[i] = 0;
    add_neuron(network, piece, start, links);
    while (piece->n_neurons < RC_PIECE_NEURONS) {
        size_t next = next_neuron(network, links);
        if (next == network->n_neurons || piece->n_connections + links[next] > RC_PIECE_CONNECTIONS) break;
        add_neuron(network, piece, next, links);
    }
}

static bool has_both_signs(const rc_piece *piece) {
    bool positive = false, negative = false;
    for (size_t i = 0; i < piece->n_connections; i++) {
        positive |= piece->connection[i].weight > 0.0;
        negative |= piece->connection[i].weight < 0.0;
    }
    return positive && negative;
}

/* Fewer neurons, fewer connections and one sign only all show less. */
static double poverty(const rc_piece *piece) {
    double missing = (double)(RC_PIECE_NEURONS - piece->n_neurons);
    double unlinked = fmax(0.0, (double)RC_PIECE_CONNECTIONS - 2.0 - (double)piece->n_connections);
    return 5.0 * missing + unlinked + (has_both_signs(piece) ? 0.0 : 20.0);
}

/* From how many neurons to grow a piece: the work stays about the same. */
static size_t count_starts(size_t n_neurons) {
    enum { STARTS_MOST = 200, STARTS_LEAST = 8 };
    if (n_neurons <= STARTS_MOST) return n_neurons;
    size_t n = STARTS_MOST * STARTS_MOST / n_neurons;
    return n > STARTS_LEAST ? n : STARTS_LEAST;
}

rc_status rc_piece_choose(const rc_network *network, rc_piece *out) {
    rc_status status = RC_OK;
    size_t *links = NULL;
    double least = DBL_MAX;
    RC_TRY(RC_ARRAY(links, network->n_neurons, "links of neurons"));
    for (size_t start = 0; start < count_starts(network->n_neurons); start++) {
        rc_piece piece;
        grow(network, start, &piece, links);
        rc_piece_lay_out(&piece);
        double badness = poverty(&piece) + rc_piece_clutter(&piece);
        if (badness >= least) continue;
        least = badness;
        *out = piece;
    }
done:
    free(links);
    return status;
}
