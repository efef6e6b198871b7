/* The panels of the study's figure. Each draws into a box of the page. */
#ifndef RC_FIGURE_PANELS_H
#define RC_FIGURE_PANELS_H

#include <rnnchaos/store.h>

#include "figure/canvas.h"
#include "figure/piece.h"

/* How many gains have lines of their own; of more, evenly spaced ones are
 * shown. */
#define RC_LINES_MOST 8

/* Of n things, the number that are shown, and the index of one of them. */
size_t rc_shown_count(size_t n);
size_t rc_shown_index(size_t n, size_t shown);

/* a: how the study is made up. initial_state: [neuron]. */
void rc_panel_design(rc_canvas *canvas, rc_box box, const rc_study *study, const rc_piece *piece,
                     const double *initial_state);

/* b: the recorded neuron and its twin at every g. */
void rc_panel_activity(rc_canvas *canvas, rc_box box, const rc_results *results);

/* c: the mean distance of the twins over time. */
void rc_panel_divergence(rc_canvas *canvas, rc_box box, const rc_results *results);

/* d: the divergence exponent, session by g. */
void rc_panel_exponent(rc_canvas *canvas, rc_box box, const rc_results *results);

#endif
