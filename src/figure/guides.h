/* What explains colours and lines: legends and colour bars. */
#ifndef RC_FIGURE_GUIDES_H
#define RC_FIGURE_GUIDES_H

#include "figure/axes.h"
#include "figure/marks.h"

/* One row of a legend: a piece of line and its words; at is the left middle.
 * Returns the row's width. */
double rc_legend_row(rc_canvas *canvas, rc_point at, rc_pen pen, const char *markup);
#define RC_LEGEND_STEP 10.0

/* The same with a marker, and with a filled box (NULL: hatched), for a
 * sample. */
double rc_legend_marker(rc_canvas *canvas, rc_point at, const rc_marker *marker, const char *markup);
double rc_legend_patch(rc_canvas *canvas, rc_point at, const rc_color *fill, const char *markup);

/* An upright colour bar over a range of values, with ticks and label (NULL:
 * none) at its right. */
void rc_color_bar(rc_canvas *canvas, rc_box box, rc_range range, const rc_ticks *ticks, rc_colormap map,
                  const char *label);

/* The area of values that do not exist: grey and hatched. */
void rc_hatched_box(rc_canvas *canvas, rc_box box);

#endif
