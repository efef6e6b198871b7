/* Figures of results, as PDF, SVG or PNG, and the small network that they show. */
#ifndef RNNCHAOS_FIGURE_H
#define RNNCHAOS_FIGURE_H

#include <stddef.h>
#include <stdint.h>

#include <rnnchaos/network.h>
#include <rnnchaos/status.h>
#include <rnnchaos/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Draws the study's figure (panels a-d) to path; the ending .pdf, .svg or
 * .png chooses the format. The same results give the same bytes. Written to
 * a temporary name and renamed. Errors: RC_INVALID for another ending,
 * RC_IO, RC_NO_MEMORY, RC_UNSUPPORTED in a build without figures
 * or where no font is installed. Cost: about 0.1 s (a .png 0.2 s). */
rc_status rc_figure_study(const rc_results *results, const char *path);

/* Draws the figure of the exponents, in the same way: a. the largest exponent
 * against g, for every session, beside the divergence exponent; b. the share
 * of trials by verdict; c. the spectra of the chaotic trials; d. how the
 * estimate settles in the recorded trial. Error bars and bands are explained
 * in the figure. Errors: as above, and RC_INVALID if the study measures no
 * exponents (exponents.count is 0). */
rc_status rc_figure_exponents(const rc_results *results, const char *path);

#define RC_PIECE_NEURONS 10
#define RC_PIECE_CONNECTIONS 18

typedef struct rc_piece_connection {
    size_t from, to; /* places in the piece */
    double weight;
} rc_piece_connection;

/* Some neurons of a network with all the connections among them, but those of
 * a neuron with itself. */
typedef struct rc_piece {
    size_t n_neurons;
    size_t n_connections;
    uint32_t neuron[RC_PIECE_NEURONS];               /* numbers in the network */
    double x[RC_PIECE_NEURONS], y[RC_PIECE_NEURONS]; /* where to draw them, from 0 to 1 */
    rc_piece_connection connection[RC_PIECE_CONNECTIONS];
} rc_piece;

/* The piece that the study's figure shows of a network, in any build: at most
 * RC_PIECE_NEURONS neurons that hang together as far as they can, with at most
 * RC_PIECE_CONNECTIONS connections, grown from several neurons; the one that can
 * be drawn most clearly in a box 1.2 times as wide as high. Neurons lie as far from
 * each other as there are connections between them, nearly (Kamada & Kawai 1989,
 * doi:10.1016/0020-0190(89)90102-6). The same network gives the same piece.
 * Errors: RC_NO_MEMORY. Cost: about 30 ms; O(N log N) above 5000 neurons. */
rc_status rc_piece_choose(const rc_network *network, rc_piece *out);

#ifdef __cplusplus
}
#endif
#endif
