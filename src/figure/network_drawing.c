#include "figure/network_drawing.h"

#include <math.h>
#include <stdbool.h>

static rc_point along(rc_point from, rc_point direction, double distance) {
    return (rc_point){from.x + distance * direction.x, from.y + distance * direction.y};
}

static rc_point direction_of(rc_point from, rc_point to) {
    double length = hypot(to.x - from.x, to.y - from.y);
    return length > 0.0 ? (rc_point){(to.x - from.x) / length, (to.y - from.y) / length} : (rc_point){1.0, 0.0};
}

static void draw_arrow_head(rc_canvas *canvas, rc_point tip, rc_point direction, rc_pen pen) {
    double length = 3.2 + 1.4 * pen.width, half = 1.3 + 0.8 * pen.width;
    rc_point back = along(tip, direction, -length), aside = {-direction.y, direction.x};
    rc_canvas_move(canvas, tip);
    rc_canvas_line(canvas, along(back, aside, half));
    rc_canvas_line(canvas, along(back, aside, -half));
    rc_canvas_close(canvas);
    rc_canvas_paint(canvas, &pen.color, NULL);
}

static void draw_bar(rc_canvas *canvas, rc_point middle, rc_point direction, rc_pen pen) {
    double half = 2.2 + 0.8 * pen.width;
    rc_point aside = {-direction.y, direction.x};
    pen.width *= 1.25;
    rc_canvas_segment(canvas, along(middle, aside, half), along(middle, aside, -half), pen);
}

void rc_draw_connection(rc_canvas *canvas, rc_point from, rc_point to, double bend, int excitatory, rc_pen pen) {
    rc_point straight = direction_of(from, to);
    double length = hypot(to.x - from.x, to.y - from.y);
    rc_point middle = {(from.x + to.x) / 2.0, (from.y + to.y) / 2.0};
    rc_point top = along(middle, (rc_point){straight.y, -straight.x}, 2.0 * bend * length);
    rc_point direction = direction_of(top, to);
    rc_point end = along(to, direction, excitatory ? -2.0 - pen.width : 0.0);
    rc_point control1 = {(from.x + 2.0 * top.x) / 3.0, (from.y + 2.0 * top.y) / 3.0};
    rc_point control2 = {(end.x + 2.0 * top.x) / 3.0, (end.y + 2.0 * top.y) / 3.0};
    rc_canvas_move(canvas, from);
    rc_canvas_curve(canvas, control1, control2, end);
    rc_canvas_paint(canvas, NULL, &pen);
    if (excitatory)
        draw_arrow_head(canvas, to, direction, pen);
    else
        draw_bar(canvas, to, direction, pen);
}

void rc_draw_neuron(rc_canvas *canvas, rc_point center) {
    rc_color fill = rc_color_grey(0.5);
    double r = RC_NEURON_RADIUS;
    rc_canvas_ellipse(canvas, (rc_box){center.x - r, center.y - r, 2.0 * r, 2.0 * r});
    rc_canvas_paint(canvas, &fill, NULL);
}

static bool has_reverse(const rc_piece *piece, const rc_piece_connection *this) {
    for (size_t i = 0; i < piece->n_connections; i++)
        if (piece->connection[i].from == this->to && piece->connection[i].to == this->from) return true;
    return false;
}

static rc_point place(rc_box box, const rc_piece *piece, size_t i) {
    return (rc_point){box.x + piece->x[i] * box.width, box.y + piece->y[i] * box.height};
}

void rc_draw_piece(rc_canvas *canvas, rc_box box, const rc_piece *piece, double strongest, double line_width) {
    const double gap_before = 1.0, gap_after = 1.6;
    for (size_t i = 0; i < piece->n_connections; i++) {
        const rc_piece_connection *this = &piece->connection[i];
        rc_point from = place(box, piece, this->from), to = place(box, piece, this->to);
        rc_point direction = direction_of(from, to), aside = {direction.y, -direction.x};
        double bend = has_reverse(piece, this) ? 0.12 : 0.0, shift = bend > 0.0 ? 0.45 * RC_NEURON_RADIUS : 0.0;
        from = along(along(from, direction, RC_NEURON_RADIUS + gap_before), aside, shift);
        to = along(along(to, direction, -RC_NEURON_RADIUS - gap_after), aside, shift);
        rc_pen pen = {.color = rc_color_diverging(0.5 + 0.5 * this->weight / strongest), .width = line_width};
        rc_draw_connection(canvas, from, to, bend, this->weight > 0.0, pen);
    }
    for (size_t i = 0; i < piece->n_neurons; i++) rc_draw_neuron(canvas, place(box, piece, i));
}
