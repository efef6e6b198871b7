/* The small piece of a network that is drawn. */
#include "../unit.h"

#include <math.h>
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
    assert_ok(rc_piece_choose(network, &piece));
    check_connections(network, &piece);
    assert_int_equal(piece.n_neurons, RC_PIECE_NEURONS);
    assert_int_equal(count_reached(&piece), RC_PIECE_NEURONS);
    size_t n_excitatory = 0;
    for (size_t k = 0; k < piece.n_connections; k++) n_excitatory += piece.connection[k].weight > 0.0;
    assert_in_range(n_excitatory, 1, piece.n_connections - 1);
    assert_ok(rc_piece_choose(network, &again));
    assert_memory_equal(piece.neuron, again.neuron, sizeof piece.neuron);
    assert_memory_equal(piece.x, again.x, sizeof piece.x);
    assert_memory_equal(piece.y, again.y, sizeof piece.y);
    rc_network_destroy(&network);
}

static void check_settings(const char *neurons, const char *probability, size_t n_neurons) {
    const char *const settings[] = {neurons, probability, "record.neuron=0"};
    rc_network *network = network_of(settings, 3);
    rc_piece piece;
    assert_ok(rc_piece_choose(network, &piece));
    check_connections(network, &piece);
    assert_int_equal(piece.n_neurons, n_neurons);
    for (size_t i = 0; i < piece.n_neurons; i++) {
        assert_true(piece.x[i] >= 0.0 && piece.x[i] <= 1.0);
        assert_true(piece.y[i] >= 0.0 && piece.y[i] <= 1.0);
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

static rc_piece laid_out(size_t n_neurons, size_t n_connections, const size_t ends[][2]) {
    rc_piece piece = {.n_neurons = n_neurons, .n_connections = n_connections};
    for (size_t k = 0; k < n_connections; k++) piece.connection[k] = (rc_piece_connection){ends[k][0], ends[k][1], 1.0};
    rc_piece_lay_out(&piece);
    return piece;
}

/* Places that are known: a row has nearly equal steps (to bend it costs stress only
 * to the fourth order, so that it comes to rest a little bent), a square is one,
 * turned a little on its way to rest, a pair lies at the two ends. */
static void simple_pieces_lie_as_they_must(void **state) {
    (void)state;
    rc_piece row = laid_out(4, 3, (const size_t[][2]){{0, 1}, {2, 1}, {2, 3}});
    for (size_t i = 0; i < 4; i++) assert_close(fabs(row.x[i] - row.x[0]), (double)i / 3.0, 1e-2);
    rc_piece square = laid_out(4, 4, (const size_t[][2]){{0, 1}, {1, 2}, {2, 3}, {3, 0}});
    for (size_t i = 0; i < 4; i++) {
        size_t next = (i + 1) % 4, opposite = (i + 2) % 4;
        assert_close(square.x[i] + square.x[opposite], 1.0, 1e-5);
        assert_close(square.y[i] + square.y[opposite], 1.0, 1e-5);
        double side = hypot(square.x[i] - square.x[next], square.y[i] - square.y[next]);
        assert_close(side, sqrt(0.5), 1e-2);
    }
    rc_piece pair = laid_out(2, 1, (const size_t[][2]){{1, 0}});
    assert_close(fabs(pair.x[1] - pair.x[0]), 1.0, 1e-12);
    rc_piece apart = laid_out(3, 1, (const size_t[][2]){{0, 1}}); /* the third hangs nowhere */
    double near = hypot(apart.x[0] - apart.x[1], apart.y[0] - apart.y[1]);
    assert_true(near < hypot(apart.x[0] - apart.x[2], apart.y[0] - apart.y[2]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simple_pieces_lie_as_they_must),
        cmocka_unit_test(the_published_network_has_a_rich_piece),
        cmocka_unit_test(odd_networks_have_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
