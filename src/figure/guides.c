#include "figure/guides.h"

static const double sample_width = 13.0;

/* Returns the width of sample and words. */
static double write_row(rc_canvas *canvas, rc_point at, double sample, const char *markup) {
    const double gap = 3.0;
    rc_text style = rc_style_text(RC_LEFT, RC_MIDDLE);
    rc_canvas_text(canvas, (rc_point){at.x + sample + gap, at.y}, &style, markup);
    return sample + gap + rc_canvas_text_size(canvas, &style, markup).x;
}

double rc_legend_row(rc_canvas *canvas, rc_point at, rc_pen pen, const char *markup) {
    rc_canvas_segment(canvas, at, (rc_point){at.x + sample_width, at.y}, pen);
    return write_row(canvas, at, sample_width, markup);
}

double rc_legend_marker(rc_canvas *canvas, rc_point at, const rc_marker *marker, const char *markup) {
    const double sample = 7.0;
    rc_mark(canvas, (rc_point){at.x + sample / 2.0, at.y}, marker);
    return write_row(canvas, at, sample, markup);
}

double rc_legend_patch(rc_canvas *canvas, rc_point at, const rc_color *fill, const char *markup) {
    const double sample = 9.0, height = 6.0;
    rc_box box = {at.x, at.y - height / 2.0, sample, height};
    if (fill) {
        rc_canvas_rectangle(canvas, box);
        rc_canvas_paint(canvas, fill, NULL);
    } else {
        rc_hatched_box(canvas, box);
    }
    return write_row(canvas, at, sample, markup);
}

/* Every step is painted down to the end and covered by the next one: no
 * seams in any viewer. */
static void paint_steps(rc_canvas *canvas, rc_box box, rc_colormap map) {
    enum { STEPS = 128 };
    for (size_t i = 0; i < STEPS; i++) {
        double share = (double)i / STEPS;
        rc_color color = map(1.0 - (double)i / (STEPS - 1));
        rc_canvas_rectangle(canvas, (rc_box){box.x, box.y + share * box.height, box.width, (1.0 - share) * box.height});
        rc_canvas_paint(canvas, &color, NULL);
    }
}

void rc_color_bar(rc_canvas *canvas, rc_box box, rc_range range, const rc_ticks *ticks, rc_colormap map,
                  const char *label) {
    rc_axes axes = {canvas, box, {0.0, 1.0}, range};
    rc_pen outline = rc_style_spine();
    paint_steps(canvas, box, map);
    rc_canvas_rectangle(canvas, box);
    rc_canvas_paint(canvas, NULL, &outline);
    rc_axes_ticks(&axes, RC_SIDE_RIGHT, ticks);
    if (label) rc_axes_label(&axes, RC_SIDE_RIGHT, RC_TICK_LENGTH + 6.5 + rc_ticks_width(canvas, ticks), label);
}

void rc_hatched_box(rc_canvas *canvas, rc_box box) {
    const double step = 3.0;
    rc_color ground = rc_color_grey(0.93);
    rc_pen pen = {.color = rc_color_grey(0.6), .width = 0.4};
    rc_canvas_rectangle(canvas, box);
    rc_canvas_paint(canvas, &ground, NULL);
    rc_canvas_clip(canvas, box);
    for (double x = box.x - box.height + step / 2.0; x < box.x + box.width; x += step) {
        rc_canvas_move(canvas, (rc_point){x, box.y + box.height});
        rc_canvas_line(canvas, (rc_point){x + box.height, box.y});
    }
    rc_canvas_paint(canvas, NULL, &pen);
    rc_canvas_unclip(canvas);
}
