/* The panels of the figures. Each draws into a box of the page. */
#ifndef RC_FIGURE_PANELS_H
#define RC_FIGURE_PANELS_H

#include <rnnchaos/figure.h>
#include <rnnchaos/store.h>

#include "figure/axes.h"
#include "figure/canvas.h"

/* How many gains have lines of their own; of more, evenly spaced ones are
 * shown. */
#define RC_LINES_MOST 8

/* Of n things, the number that are shown, and the index of one of them. */
size_t rc_shown_count(size_t n);
size_t rc_shown_index(size_t n, size_t shown);

/* --- The study's figure ----------------------------------------------------- */

/* a: how the study is made up. initial_state: [neuron]. */
void rc_panel_design(rc_canvas *canvas, rc_box box, const rc_study *study, const rc_piece *piece,
                     const double *initial_state);

/* b: the recorded neuron and its twin at every g. */
void rc_panel_activity(rc_canvas *canvas, rc_box box, const rc_results *results);

/* c: the mean distance of the twins over time. */
void rc_panel_divergence(rc_canvas *canvas, rc_box box, const rc_results *results);

/* d: the divergence exponent, session by g. */
void rc_panel_exponent(rc_canvas *canvas, rc_box box, const rc_results *results);

/* --- The figure of the exponents -------------------------------------------- */

/* Standard errors to either side of an estimate that an error bar shows. */
#define RC_ERROR_BAR 1.96

/* A range without what lies far below zero: deep fixed points would leave no
 * room for anything else. The same range if nothing is above zero. */
rc_range rc_range_of_exponents(rc_range range, double tau_ms);

/* a: the largest exponent against g, beside the divergence exponent. */
void rc_panel_largest(rc_canvas *canvas, rc_box box, const rc_results *results);

/* b: the share of trials by verdict against g. */
void rc_panel_verdict(rc_canvas *canvas, rc_box box, const rc_results *results);

/* c: the spectra of the chaotic trials. Errors: RC_NO_MEMORY. */
rc_status rc_panel_spectra(rc_canvas *canvas, rc_box box, const rc_results *results);

/* d: how the estimate of the largest exponent settles, one trial for each g. */
void rc_panel_running(rc_canvas *canvas, rc_box box, const rc_results *results);

#endif
