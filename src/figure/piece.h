/* A small piece of a network, and where to draw its neurons. */
#ifndef RC_FIGURE_PIECE_H
#define RC_FIGURE_PIECE_H

#include <stddef.h>
#include <stdint.h>

#include <rnnchaos/network.h>

#include "figure/canvas.h"

#define RC_PIECE_NEURONS 10
#define RC_PIECE_CONNECTIONS 18

typedef struct rc_piece_connection {
    size_t from, to; /* places in the piece */
    double weight;
} rc_piece_connection;

/* Some neurons with all the connections among them. */
typedef struct rc_piece {
    size_t n_neurons;
    size_t n_connections;
    uint32_t neuron[RC_PIECE_NEURONS];   /* numbers in the network */
    rc_point position[RC_PIECE_NEURONS]; /* in the unit square */
    rc_piece_connection connection[RC_PIECE_NEURONS * RC_PIECE_NEURONS];
} rc_piece;

/* A piece of at most RC_PIECE_NEURONS neurons that hang together as far as
 * they can, with at most RC_PIECE_CONNECTIONS connections. Grown
 * from several neurons; the one that can be drawn most clearly in a box of
 * this width over height is taken. The same network gives the same piece.
 * Errors: RC_NO_MEMORY, RC_NUMERICS. Cost: about 50 ms; O(N log N) above
 * 5000 neurons. */
rc_status rc_piece_choose(const rc_network *network, double aspect, rc_piece *out);

/* Where the neurons go: a spring layout (Kamada & Kawai 1989,
 * doi:10.1016/0020-0190(89)90102-6) from a circle, stretched to the unit
 * square. Errors: RC_NO_MEMORY, RC_NUMERICS. */
rc_status rc_piece_lay_out(rc_piece *piece);

/* How hard the drawing is to read: crossings, and things too close. */
double rc_piece_clutter(const rc_piece *piece, double aspect);

#endif
