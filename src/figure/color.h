/* Colours and colour maps of the figures. */
#ifndef RC_FIGURE_COLOR_H
#define RC_FIGURE_COLOR_H

#include <stddef.h>

/* sRGB and opacity, each from 0 to 1. */
typedef struct rc_color {
    double red, green, blue, opacity;
} rc_color;

/* A colour for a share from 0 to 1; shares outside are clamped. */
typedef rc_color (*rc_colormap)(double share);

rc_color rc_color_grey(double level);

/* The same colour, see-through. */
rc_color rc_color_faded(rc_color color, double opacity);

/* For heat maps: lightness rises evenly (viridis; Smith & van der Walt 2015,
 * CC0). */
rc_color rc_color_sequential(double share);

/* For signed values: blue, light grey at 0.5, red; as dark at both ends. */
rc_color rc_color_diverging(double share);

/* For line `index` of n ordered lines: from near black over purple to orange,
 * all dark enough for white paper (the darker part of inferno; same source). */
rc_color rc_color_line(size_t index, size_t n);

/* For thing `index` of n: from violet to green, told apart by lightness as
 * well (viridis without its yellow end). */
rc_color rc_color_thing(size_t index, size_t n);

/* Black or white, whichever is read better on a background. */
rc_color rc_color_on(rc_color background);

#endif
