/* The small piece of a network that is drawn. */
#include "../unit.h"

#include <stdbool.h>

#include "figure/piece.h"

static rc_network *network_of(const char *const *settings, size_t n_settings) {
    rc_study *study;
    rc_network *network;
    assert_ok(rc_study_read(NULL, settings, n_settings, &study));
    assert_ok(rc_network_generate(study, study->sessions[0], &network, NULL));
    rc_study_destroy(&study);
    return network;
}

/* Every connection among the neurons of the piece is in it, and no other. */
static void check_connections(const rc_network *network, const rc_piece *piece) {
    size_t n = network->n_neurons, n_found = 0;
    double *dense = malloc(n * n * sizeof *dense);
    rc_network_to_dense(network, dense);
    for (size_t i = 0; i < piece->n_neurons; i++)
        for (size_t j = 0; j < piece->n_neurons; j++) n_found += dense[piece->neuron[i] * n + piece->neuron[j]] != 0.0;
    assert_int_equal(n_found, piece->n_connections);
    for (size_t k = 0; k < piece->n_connections; k++) {
        const rc_piece_connection *this = &piece->connection[k];
        assert_true(dense[piece->neuron[this->to] * n + piece->neuron[this->from]] == this->weight);
    }
    free(dense);
}

static size_t count_reached(const rc_piece *piece) {
    bool reached[RC_PIECE_NEURONS] = {true};
    size_t n = 0;
    for (size_t round = 0; round < piece->n_neurons; round++)
        for (size_t k = 0; k < piece->n_connections; k++) {
            size_t from = piece->connection[k].from, to = piece->connection[k].to;
            reached[from] = reached[to] = reached[from] || reached[to];
        }
    for (size_t i = 0; i < piece->n_neurons; i++) n += reached[i];
    return n;
}

static void the_published_network_has_a_rich_piece(void **state) {
    (void)state;
    rc_network *network = network_of(NULL, 0);
    rc_piece piece, again;
    assert_ok(rc_piece_choose(network, 1.2, &piece));
    check_connections(network, &piece);
    assert_int_equal(piece.n_neurons, RC_PIECE_NEURONS);
    assert_int_equal(count_reached(&piece), RC_PIECE_NEURONS);
    size_t n_excitatory = 0;
    for (size_t k = 0; k < piece.n_connections; k++) n_excitatory += piece.connection[k].weight > 0.0;
    assert_in_range(n_excitatory, 1, piece.n_connections - 1);
    assert_ok(rc_piece_choose(network, 1.2, &again));
    assert_memory_equal(piece.neuron, again.neuron, sizeof piece.neuron);
    assert_memory_equal(piece.position, again.position, sizeof piece.position);
    rc_network_destroy(&network);
}

static void check_settings(const char *neurons, const char *probability, size_t n_neurons) {
    const char *const settings[] = {neurons, probability, "record.neuron=0"};
    rc_network *network = network_of(settings, 3);
    rc_piece piece;
    assert_ok(rc_piece_choose(network, 1.2, &piece));
    check_connections(network, &piece);
    assert_int_equal(piece.n_neurons, n_neurons);
    for (size_t i = 0; i < piece.n_neurons; i++) {
        assert_true(piece.position[i].x >= 0.0 && piece.position[i].x <= 1.0);
        assert_true(piece.position[i].y >= 0.0 && piece.position[i].y <= 1.0);
    }
    rc_network_destroy(&network);
}

static void odd_networks_have_pieces(void **state) {
    (void)state;
    check_settings("network.neurons=1", "network.connection_probability=0.1", 1);
    check_settings("network.neurons=2", "network.connection_probability=1", 2);
    check_settings("network.neurons=30", "network.connection_probability=0", RC_PIECE_NEURONS);
    check_settings("network.neurons=30", "network.connection_probability=0.02", RC_PIECE_NEURONS);
    check_settings("network.neurons=30", "network.connection_probability=1", 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_network_has_a_rich_piece),
        cmocka_unit_test(odd_networks_have_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
