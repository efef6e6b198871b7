#include "figure/color.h"

#include <math.h>
#include <stdint.h>

static rc_color from_hex(uint32_t hex) {
    return (rc_color){(hex >> 16 & 255) / 255.0, (hex >> 8 & 255) / 255.0, (hex & 255) / 255.0, 1.0};
}

static rc_color mix(rc_color a, rc_color b, double share) {
    return (rc_color){a.red + share * (b.red - a.red), a.green + share * (b.green - a.green),
                      a.blue + share * (b.blue - a.blue), a.opacity + share * (b.opacity - a.opacity)};
}

/* Between n >= 2 evenly spaced anchors; not-a-number counts as 0. */
static rc_color interpolate(const uint32_t *anchors, size_t n, double share) {
    double place = fmin(fmax(share, 0.0), 1.0) * (double)(n - 1);
    size_t below = (size_t)place;
    if (below > n - 2) below = n - 2;
    return mix(from_hex(anchors[below]), from_hex(anchors[below + 1]), place - (double)below);
}

rc_color rc_color_grey(double level) { return (rc_color){level, level, level, 1.0}; }

rc_color rc_color_faded(rc_color color, double opacity) {
    color.opacity *= opacity;
    return color;
}

rc_color rc_color_sequential(double share) {
    static const uint32_t viridis[] = {0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c,
                                       0x28ae80, 0x5ec962, 0xaddc30, 0xfde725};
    return interpolate(viridis, sizeof viridis / sizeof *viridis, share);
}

rc_color rc_color_diverging(double share) {
    static const uint32_t anchors[] = {0x0a3a82, 0x2f74bd, 0x79a6d0, 0xc4c6c8, 0xdd9079, 0xc8503f, 0x86121f};
    return interpolate(anchors, sizeof anchors / sizeof *anchors, share);
}

rc_color rc_color_line(size_t index, size_t n) {
    static const uint32_t inferno[] = {0x0d0829, 0x210c4a, 0x57106e, 0x8a226a, 0xbc3754, 0xe45a31, 0xf98e09};
    double share = n > 1 ? (double)index / (double)(n - 1) : 0.0;
    return interpolate(inferno, sizeof inferno / sizeof *inferno, share);
}

rc_color rc_color_thing(size_t index, size_t n) {
    const double last = 0.8;
    return rc_color_sequential(n > 1 ? last * (double)index / (double)(n - 1) : 0.3);
}

rc_color rc_color_on(rc_color background) {
    const double gamma = 2.2;
    double luminance = 0.2126 * pow(background.red, gamma) + 0.7152 * pow(background.green, gamma) +
                       0.0722 * pow(background.blue, gamma);
    return rc_color_grey(luminance < 0.22 ? 1.0 : 0.0);
}
