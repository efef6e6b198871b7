/* Marks: what stands for data on axes, apart from curves. */
#ifndef RC_FIGURE_MARKS_H
#define RC_FIGURE_MARKS_H

#include <stddef.h>

#include "figure/axes.h"

typedef enum rc_shape { RC_DISC, RC_DIAMOND, RC_ARROWHEAD /* downwards */ } rc_shape;

typedef struct rc_marker {
    rc_shape shape;
    double size; /* width, in points */
    rc_color fill;
    rc_pen outline; /* none where its width is 0 */
} rc_marker;

/* One marker, its middle at a place of the page. */
void rc_mark(rc_canvas *canvas, rc_point at, const rc_marker *marker);

/* An upright bar with caps over y, at a place of the page across; cut at the
 * axes' edges. Nothing is drawn of an empty range. */
void rc_axes_error_bar(const rc_axes *axes, double across, rc_range y, double cap, rc_pen pen);

/* A line all across the axes at y, if they hold it. */
void rc_axes_level(const rc_axes *axes, double y, rc_pen pen);

/* The box of the page that holds ranges of data. */
rc_box rc_axes_box(const rc_axes *axes, rc_range x, rc_range y);

/* The area between (x0 + i * dx, low[i]) and (x0 + i * dx, high[i]), dx > 0,
 * cut at the axes' edges; where either is not finite there is a gap. Of more
 * values than are told apart, their envelope. Cost: O(n). */
void rc_axes_band(const rc_axes *axes, double x0, double dx, const double *low, const double *high, size_t n,
                  rc_color color);

#endif
