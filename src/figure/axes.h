/* Axes: from data to places on the page, with ticks, labels and curves. */
#ifndef RC_FIGURE_AXES_H
#define RC_FIGURE_AXES_H

#include <stddef.h>

#include "figure/canvas.h"
#include "figure/style.h"
#include "figure/words.h"

typedef struct rc_range {
    double low, high;
} rc_range;

typedef struct rc_axes {
    rc_canvas *canvas;
    rc_box box; /* on the page */
    rc_range x; /* data at the box's left and right */
    rc_range y; /* data at its bottom and top */
} rc_axes;

typedef enum rc_side { RC_SIDE_LEFT, RC_SIDE_RIGHT, RC_SIDE_BOTTOM } rc_side;

/* Ticks at first + i * step, i < n; written with `decimals` decimals, or in
 * %g where decimals is negative. */
typedef struct rc_ticks {
    double first, step;
    size_t n;
    int decimals;
} rc_ticks;

/* The smallest range that holds all finite values and itself; an empty range
 * has low > high. */
rc_range rc_range_extend(rc_range range, const double *values, size_t n);
#define RC_RANGE_EMPTY ((rc_range){1.0 / 0.0, -1.0 / 0.0})

/* The same range; around its low end where it has no width. */
rc_range rc_range_widen(rc_range range);

/* The same range with a little air at both ends. */
rc_range rc_range_pad(rc_range range);

/* The same range, its ends moved out to round numbers. */
rc_range rc_range_round(rc_range range, size_t n_most);

/* At most n_most (>= 2) ticks within the range, a round number apart. */
rc_ticks rc_ticks_within(rc_range range, size_t n_most);
double rc_ticks_value(const rc_ticks *ticks, size_t i);
rc_words rc_ticks_words(const rc_ticks *ticks, size_t i);

/* The width of the widest tick's words. */
double rc_ticks_width(rc_canvas *canvas, const rc_ticks *ticks);

/* Where a datum is on the page. */
rc_point rc_axes_point(const rc_axes *axes, double x, double y);

void rc_axes_spine(const rc_axes *axes, rc_side side);

/* One tick with its text (NULL: none). */
void rc_axes_tick(const rc_axes *axes, rc_side side, double value, const char *text);
void rc_axes_ticks(const rc_axes *axes, rc_side side, const rc_ticks *ticks);

/* Every how many of n ticks get their text, so that texts of this widest
 * size do not touch over a length. */
size_t rc_axes_stride(double length, size_t n, double size);

/* A side's label, `distance` away from the axes; turned at the sides. */
void rc_axes_label(const rc_axes *axes, rc_side side, double distance, const char *markup);

/* The title, `distance` above the axes. */
void rc_axes_title(const rc_axes *axes, double distance, const char *markup);

/* The curve through (x0 + i * dx, y[i]), dx > 0, cut at the axes' edges;
 * values that are not finite leave gaps. Points that do not move the curve by
 * a visible amount (RC_CURVE_TOLERANCE, in points) are left out. Cost: O(n). */
void rc_axes_curve(const rc_axes *axes, double x0, double dx, const double *y, size_t n, rc_pen pen);
#define RC_CURVE_TOLERANCE 0.03

#endif
