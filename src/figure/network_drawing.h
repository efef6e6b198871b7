/* Neurons and their connections, drawn. */
#ifndef RC_FIGURE_NETWORK_DRAWING_H
#define RC_FIGURE_NETWORK_DRAWING_H

#include <rnnchaos/figure.h>

#include "figure/canvas.h"

#define RC_NEURON_RADIUS 5.0

/* A connection's line with an arrow head (excitatory: weight > 0) or a bar
 * (inhibitory) at its end; bend is how far its middle leaves the straight
 * line, to the left, as a share of its length. */
void rc_draw_connection(rc_canvas *canvas, rc_point from, rc_point to, double bend, int excitatory, rc_pen pen);

/* A neuron. */
void rc_draw_neuron(rc_canvas *canvas, rc_point center);

/* A whole piece into a box (neurons' centres stay inside); the colour tells
 * the weight from -strongest to strongest. */
void rc_draw_piece(rc_canvas *canvas, rc_box box, const rc_piece *piece, double strongest, double line_width);

#endif
