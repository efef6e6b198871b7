/* What all figures share: sizes in points, lines, texts. */
#ifndef RC_FIGURE_STYLE_H
#define RC_FIGURE_STYLE_H

#include "figure/canvas.h"

/* Two columns of a journal: 7.08 inches. */
#define RC_PAGE_WIDTH 509.76
#define RC_FONT_SIZE 7.0
#define RC_TICK_LENGTH 2.5
#define RC_SPINE_WIDTH 0.6
#define RC_CURVE_WIDTH 0.9

/* Black text of the common size. */
rc_text rc_style_text(rc_across across, rc_along along);

/* The same in bold: titles. */
rc_text rc_style_title(void);

/* The black line of axes and ticks. */
rc_pen rc_style_spine(void);

/* A solid curve. */
rc_pen rc_style_curve(rc_color color);

/* A panel's bold letter, at the top left corner of its box. */
void rc_style_letter(rc_canvas *canvas, rc_point corner, const char *letter);

/* Grey words in the middle of a box, where there is nothing to draw. */
void rc_style_message(rc_canvas *canvas, rc_box box, const char *markup);

#endif
