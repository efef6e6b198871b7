/* A page to draw on; the only code that knows Cairo and Pango.
 *
 * Lengths are points (1/72 inch), x to the right, y down from the top left
 * corner. What draws never fails: the first failure is kept and told in the end. */
#ifndef RC_FIGURE_CANVAS_H
#define RC_FIGURE_CANVAS_H

#include <stddef.h>

#include <rnnchaos/status.h>

#include "figure/color.h"

typedef struct rc_canvas rc_canvas;

typedef struct rc_point {
    double x, y;
} rc_point;

typedef struct rc_box {
    double x, y, width, height;
} rc_box;

typedef struct rc_pen {
    rc_color color;
    double width;
    double dash; /* length of a dash; 0 for a solid line */
} rc_pen;

typedef enum rc_across { RC_LEFT, RC_CENTER, RC_RIGHT } rc_across;

/* Measured by capitals, so that text sits where the eye expects it: the top
 * of the first line's capitals, the middle, the last line's baseline. */
typedef enum rc_along { RC_TOP, RC_MIDDLE, RC_BASELINE } rc_along;

typedef struct rc_text {
    double size;
    rc_across across; /* which part of the text is at the given point */
    rc_along along;
    double turn; /* degrees, counterclockwise about the point */
    int bold;
    rc_color color;
} rc_text;

typedef struct rc_page {
    const char *title;
    double width, height;
} rc_page;

typedef rc_status rc_draw(rc_canvas *canvas, const void *context);

/* Draws a page and writes it as path, in the format of its ending (.pdf, .svg,
 * .png; a png has 300 dots per inch). The page is drawn twice; two that differ
 * are a failure. Errors: RC_INVALID for another ending, RC_IO, RC_NO_MEMORY,
 * RC_UNSUPPORTED if no installed font has the characters; those of draw. */
rc_status rc_canvas_draw(const rc_page *page, const char *path, rc_draw *draw, const void *context);

/* A path is built by these and used up by rc_canvas_paint(). */
void rc_canvas_move(rc_canvas *canvas, rc_point to);
void rc_canvas_line(rc_canvas *canvas, rc_point to);
void rc_canvas_curve(rc_canvas *canvas, rc_point control1, rc_point control2, rc_point to);
void rc_canvas_close(rc_canvas *canvas);
void rc_canvas_rectangle(rc_canvas *canvas, rc_box box);
void rc_canvas_ellipse(rc_canvas *canvas, rc_box box);

/* Fills the path, then strokes it; NULL leaves either out. */
void rc_canvas_paint(rc_canvas *canvas, const rc_color *fill, const rc_pen *pen);

/* One straight line. */
void rc_canvas_segment(rc_canvas *canvas, rc_point from, rc_point to, rc_pen pen);

/* Keeps drawing inside the box until rc_canvas_unclip(). These pairs nest. */
void rc_canvas_clip(rc_canvas *canvas, rc_box box);
void rc_canvas_unclip(rc_canvas *canvas);

/* Text in Pango markup (<i>, <sup>, <sub>); newlines start lines. */
void rc_canvas_text(rc_canvas *canvas, rc_point at, const rc_text *style, const char *markup);

/* The width and height (of capitals, first line to last) of unturned text. */
rc_point rc_canvas_text_size(rc_canvas *canvas, const rc_text *style, const char *markup);

#endif
