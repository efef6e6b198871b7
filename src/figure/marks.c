#include "figure/marks.h"

#include <math.h>
#include <stdbool.h>

static void trace_diamond(rc_canvas *canvas, rc_point at, double half) {
    rc_canvas_move(canvas, (rc_point){at.x, at.y - half});
    rc_canvas_line(canvas, (rc_point){at.x + half, at.y});
    rc_canvas_line(canvas, (rc_point){at.x, at.y + half});
    rc_canvas_line(canvas, (rc_point){at.x - half, at.y});
    rc_canvas_close(canvas);
}

static void trace_arrowhead(rc_canvas *canvas, rc_point at, double half) {
    rc_canvas_move(canvas, (rc_point){at.x - half, at.y - half});
    rc_canvas_line(canvas, (rc_point){at.x + half, at.y - half});
    rc_canvas_line(canvas, (rc_point){at.x, at.y + half});
    rc_canvas_close(canvas);
}

void rc_mark(rc_canvas *canvas, rc_point at, const rc_marker *marker) {
    double half = marker->size / 2.0;
    switch (marker->shape) {
    case RC_DISC: rc_canvas_ellipse(canvas, (rc_box){at.x - half, at.y - half, marker->size, marker->size}); break;
    case RC_DIAMOND: trace_diamond(canvas, at, half); break;
    case RC_ARROWHEAD: trace_arrowhead(canvas, at, half); break;
    }
    rc_canvas_paint(canvas, &marker->fill, marker->outline.width > 0.0 ? &marker->outline : NULL);
}

void rc_axes_error_bar(const rc_axes *axes, double across, rc_range y, double cap, rc_pen pen) {
    if (!(y.high > y.low) || !isfinite(y.high - y.low)) return;
    rc_point low = {across, rc_axes_point(axes, axes->x.low, y.low).y};
    rc_point high = {across, rc_axes_point(axes, axes->x.low, y.high).y};
    rc_canvas_clip(axes->canvas, axes->box);
    rc_canvas_segment(axes->canvas, low, high, pen);
    rc_canvas_segment(axes->canvas, (rc_point){across - cap / 2.0, low.y}, (rc_point){across + cap / 2.0, low.y}, pen);
    rc_canvas_segment(axes->canvas, (rc_point){across - cap / 2.0, high.y}, (rc_point){across + cap / 2.0, high.y},
                      pen);
    rc_canvas_unclip(axes->canvas);
}

void rc_axes_level(const rc_axes *axes, double y, rc_pen pen) {
    if (!(y >= axes->y.low && y <= axes->y.high)) return;
    rc_canvas_segment(axes->canvas, rc_axes_point(axes, axes->x.low, y), rc_axes_point(axes, axes->x.high, y), pen);
}

rc_box rc_axes_box(const rc_axes *axes, rc_range x, rc_range y) {
    rc_point low = rc_axes_point(axes, x.low, y.low), high = rc_axes_point(axes, x.high, y.high);
    return (rc_box){low.x, high.y, high.x - low.x, low.y - high.y};
}

/* The envelope of one group of a band's values; empty where one is missing. */
static rc_range envelope(const double *low, const double *high, size_t n) {
    rc_range range = RC_RANGE_EMPTY;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(low[i]) || !isfinite(high[i])) return RC_RANGE_EMPTY;
        range = rc_range_extend(rc_range_extend(range, low + i, 1), high + i, 1);
    }
    return range;
}

typedef struct edges {
    const rc_axes *axes;
    double x0, dx;
    const double *low, *high;
    size_t n, group;
} edges;

static rc_range band_group(const edges *band, size_t start) {
    size_t left = band->n - start;
    return envelope(band->low + start, band->high + start, left < band->group ? left : band->group);
}

static double band_x(const edges *band, size_t start) {
    size_t left = band->n - start, length = left < band->group ? left : band->group;
    return band->x0 + ((double)start + 0.5 * (double)(length - 1)) * band->dx;
}

/* The area over the groups from start on that are all there; returns where
 * they end. Upper edge to the right, lower edge back. */
static size_t trace_piece(const edges *band, size_t start) {
    size_t i = start;
    for (; i < band->n; i += band->group) {
        rc_range here = band_group(band, i);
        if (here.low > here.high) break;
        rc_point at = rc_axes_point(band->axes, band_x(band, i), here.high);
        i == start ? rc_canvas_move(band->axes->canvas, at) : rc_canvas_line(band->axes->canvas, at);
    }
    for (size_t back = i; back > start; back -= band->group)
        rc_canvas_line(band->axes->canvas, rc_axes_point(band->axes, band_x(band, back - band->group),
                                                         band_group(band, back - band->group).low));
    if (i > start) rc_canvas_close(band->axes->canvas);
    return i;
}

void rc_axes_band(const rc_axes *axes, double x0, double dx, const double *low, const double *high, size_t n,
                  rc_color color) {
    const double finest = 0.4; /* points on the page */
    size_t group = 1 + (size_t)((double)n * finest / axes->box.width);
    edges band = {axes, x0, dx, low, high, n, group};
    rc_canvas_clip(axes->canvas, axes->box);
    for (size_t start = 0; start < n;) {
        size_t end = trace_piece(&band, start);
        start = end > start ? end : start + group;
    }
    rc_canvas_paint(axes->canvas, &color, NULL);
    rc_canvas_unclip(axes->canvas);
}
