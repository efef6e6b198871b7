/* How a piece of a network is laid out, and how clear that is. */
#ifndef RC_FIGURE_PIECE_H
#define RC_FIGURE_PIECE_H

#include <rnnchaos/figure.h>

/* Where the neurons go: each pair as far apart as there are connections on the
 * shortest way between them, nearly, nearer pairs with more force; stretched to
 * the unit square. Starts from a circle, so that no random number is drawn. */
void rc_piece_lay_out(rc_piece *piece);

/* How hard the drawing is to read, 1.2 times as wide as high: crossings, and
 * things too close. */
double rc_piece_clutter(const rc_piece *piece);

#endif
