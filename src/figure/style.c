#include "figure/style.h"

rc_text rc_style_text(rc_across across, rc_along along) {
    return (rc_text){.size = RC_FONT_SIZE, .across = across, .along = along, .color = rc_color_grey(0.0)};
}

rc_text rc_style_title(void) {
    rc_text style = rc_style_text(RC_CENTER, RC_BASELINE);
    style.bold = 1;
    return style;
}

rc_pen rc_style_spine(void) { return (rc_pen){.color = rc_color_grey(0.0), .width = RC_SPINE_WIDTH}; }

rc_pen rc_style_curve(rc_color color) { return (rc_pen){.color = color, .width = RC_CURVE_WIDTH}; }

void rc_style_letter(rc_canvas *canvas, rc_point corner, const char *letter) {
    rc_text style = rc_style_text(RC_LEFT, RC_BASELINE);
    style.bold = 1;
    style.size = 9.0;
    rc_canvas_text(canvas, (rc_point){corner.x, corner.y + 8.0}, &style, letter);
}

void rc_style_message(rc_canvas *canvas, rc_box box, const char *markup) {
    rc_text style = rc_style_text(RC_CENTER, RC_MIDDLE);
    style.color = rc_color_grey(0.35);
    rc_canvas_text(canvas, (rc_point){box.x + box.width / 2.0, box.y + box.height / 2.0}, &style, markup);
}
