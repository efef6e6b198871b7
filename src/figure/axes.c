#include "figure/axes.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

/* Lengths between these have a logarithm and can be divided: a stranger's
 * results may hold anything. */
static const double smallest = 1e-300, largest = 1e300;

rc_range rc_range_extend(rc_range range, const double *values, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) continue;
        double value = fmax(-largest, fmin(values[i], largest));
        range.low = fmin(range.low, value);
        range.high = fmax(range.high, value);
    }
    return range;
}

rc_range rc_range_widen(rc_range range) {
    double least = fmax(smallest, 1e-9 * fmax(fabs(range.low), fabs(range.high)));
    if (range.high - range.low > least) return range;
    double more = fabs(range.low) > smallest ? fabs(range.low) : 1.0;
    return (rc_range){range.low - more / 2.0, range.low + more / 2.0};
}

rc_range rc_range_pad(rc_range range) {
    double air = 0.04 * (range.high - range.low);
    return (rc_range){range.low - air, range.high + air};
}

static double round_step(double least) {
    double power = pow(10.0, floor(log10(least)));
    static const double factors[] = {1.0, 2.0, 5.0, 10.0};
    for (size_t i = 0; i < 4; i++)
        if (factors[i] * power >= least * (1.0 - 1e-9)) return factors[i] * power;
    return 10.0 * power;
}

rc_ticks rc_ticks_within(rc_range range, size_t n_most) {
    double length = range.high - range.low, step = length / (double)n_most;
    double first = 0.0, last = 0.0;
    if (!(length >= smallest && length <= 4.0 * largest)) return (rc_ticks){range.low, 1.0, 0, 0}; /* no step fits */
    do {
        step = round_step(step);
        first = ceil(range.low / step - 1e-9);
        last = floor(range.high / step + 1e-9);
        if (last - first + 1.0 <= (double)n_most) break;
        step *= 1.5;
    } while (true);
    int decimals = (int)fmax(0.0, -floor(log10(step) + 1e-9));
    bool plain = decimals <= 4 && step < 1e5;
    return (rc_ticks){first * step, step, (size_t)(last - first + 1.0), plain ? decimals : -1};
}

rc_range rc_range_round(rc_range range, size_t n_most) {
    rc_ticks ticks = rc_ticks_within(range, n_most);
    double low = floor(range.low / ticks.step + 1e-9), high = ceil(range.high / ticks.step - 1e-9);
    return (rc_range){low * ticks.step, high * ticks.step};
}

double rc_ticks_value(const rc_ticks *ticks, size_t i) {
    double value = ticks->first + (double)i * ticks->step;
    return fabs(value) < 1e-9 * ticks->step ? 0.0 : value;
}

rc_words rc_ticks_words(const rc_ticks *ticks, size_t i) {
    double value = rc_ticks_value(ticks, i);
    return ticks->decimals < 0 ? rc_words_number(value) : rc_words_decimals(value, ticks->decimals);
}

rc_point rc_axes_point(const rc_axes *axes, double x, double y) {
    const rc_box *box = &axes->box;
    double across = (x - axes->x.low) / (axes->x.high - axes->x.low);
    double up = (y - axes->y.low) / (axes->y.high - axes->y.low);
    return (rc_point){box->x + across * box->width, box->y + (1.0 - up) * box->height};
}

void rc_axes_spine(const rc_axes *axes, rc_side side) {
    const rc_box *box = &axes->box;
    double right = box->x + box->width, bottom = box->y + box->height;
    rc_point from = {side == RC_SIDE_RIGHT ? right : box->x, bottom};
    rc_point to = {side == RC_SIDE_LEFT ? box->x : right, side == RC_SIDE_BOTTOM ? bottom : box->y};
    rc_canvas_segment(axes->canvas, from, to, rc_style_spine());
}

/* From the axes outwards. */
static rc_point outwards(rc_side side) {
    static const rc_point directions[] = {{-1.0, 0.0}, {1.0, 0.0}, {0.0, 1.0}};
    return directions[side];
}

static rc_point walk(rc_point from, rc_point direction, double distance) {
    return (rc_point){from.x + distance * direction.x, from.y + distance * direction.y};
}

void rc_axes_tick(const rc_axes *axes, rc_side side, double value, const char *text) {
    static const rc_across across[] = {RC_RIGHT, RC_LEFT, RC_CENTER};
    static const rc_along along[] = {RC_MIDDLE, RC_MIDDLE, RC_TOP};
    rc_point at = side == RC_SIDE_BOTTOM
                      ? rc_axes_point(axes, value, axes->y.low)
                      : rc_axes_point(axes, side == RC_SIDE_LEFT ? axes->x.low : axes->x.high, value);
    rc_canvas_segment(axes->canvas, at, walk(at, outwards(side), RC_TICK_LENGTH), rc_style_spine());
    rc_text style = rc_style_text(across[side], along[side]);
    if (text) rc_canvas_text(axes->canvas, walk(at, outwards(side), RC_TICK_LENGTH + 2.0), &style, text);
}

void rc_axes_ticks(const rc_axes *axes, rc_side side, const rc_ticks *ticks) {
    for (size_t i = 0; i < ticks->n; i++)
        rc_axes_tick(axes, side, rc_ticks_value(ticks, i), rc_ticks_words(ticks, i).text);
}

double rc_ticks_width(rc_canvas *canvas, const rc_ticks *ticks) {
    rc_text style = rc_style_text(RC_LEFT, RC_MIDDLE);
    double widest = 0.0;
    for (size_t i = 0; i < ticks->n; i++)
        widest = fmax(widest, rc_canvas_text_size(canvas, &style, rc_ticks_words(ticks, i).text).x);
    return widest;
}

size_t rc_axes_stride(double length, size_t n, double size) {
    double gap = 0.5 * RC_FONT_SIZE;
    return n ? (size_t)fmax(1.0, ceil((size + gap) * (double)n / length)) : 1;
}

void rc_axes_label(const rc_axes *axes, rc_side side, double distance, const char *markup) {
    const rc_box *box = &axes->box;
    static const double share_x[] = {0.0, 1.0, 0.5}, share_y[] = {0.5, 0.5, 1.0};
    static const rc_along along[] = {RC_BASELINE, RC_TOP, RC_TOP};
    rc_point at = {box->x + share_x[side] * box->width, box->y + share_y[side] * box->height};
    rc_text style = rc_style_text(RC_CENTER, along[side]);
    style.turn = side == RC_SIDE_BOTTOM ? 0.0 : 90.0;
    rc_canvas_text(axes->canvas, walk(at, outwards(side), distance), &style, markup);
}

void rc_axes_title(const rc_axes *axes, double distance, const char *markup) {
    rc_text style = rc_style_title();
    rc_point at = {axes->box.x + axes->box.width / 2.0, axes->box.y - distance};
    rc_canvas_text(axes->canvas, at, &style, markup);
}

/* Straight pieces from an anchor: the slopes that pass within the tolerance
 * of every point since. */
typedef struct straight {
    rc_point anchor, last;
    rc_range slopes;
    bool open;
} straight;

static void start_run(rc_canvas *canvas, straight *run, rc_point at) {
    rc_canvas_move(canvas, at);
    *run = (straight){at, at, {-DBL_MAX, DBL_MAX}, true};
}

static void extend_run(rc_canvas *canvas, straight *run, rc_point to) {
    double slope = (to.y - run->anchor.y) / (to.x - run->anchor.x);
    if (slope < run->slopes.low || slope > run->slopes.high) {
        rc_canvas_line(canvas, run->last);
        run->anchor = run->last;
        run->slopes = (rc_range){-DBL_MAX, DBL_MAX};
    }
    double dx = to.x - run->anchor.x, dy = to.y - run->anchor.y;
    run->slopes.low = fmax(run->slopes.low, (dy - RC_CURVE_TOLERANCE) / dx);
    run->slopes.high = fmin(run->slopes.high, (dy + RC_CURVE_TOLERANCE) / dx);
    run->last = to;
}

/* The next point of the curve; a gap where it is not finite. What lies far
 * outside is brought near: Cairo has no room for it, nor for dashes up to it. */
static void add_point(const rc_axes *axes, straight *run, double x, double y) {
    if (isfinite(y)) {
        double far = 2.0 * (axes->y.high - axes->y.low);
        y = fmax(axes->y.low - far, fmin(y, axes->y.high + far));
        rc_point at = rc_axes_point(axes, x, y);
        if (run->open)
            extend_run(axes->canvas, run, at);
        else
            start_run(axes->canvas, run, at);
    } else if (run->open) {
        rc_canvas_line(axes->canvas, run->last);
        run->open = false;
    }
}

/* Of n values, the places of the least and the greatest, in their order. */
static void find_ends(const double *y, size_t n, size_t ends[2]) {
    size_t least = 0, greatest = 0;
    for (size_t i = 1; i < n; i++) {
        if (!(y[i] >= y[least])) least = i;
        if (!(y[i] <= y[greatest])) greatest = i;
    }
    ends[0] = least < greatest ? least : greatest;
    ends[1] = least < greatest ? greatest : least;
}

void rc_axes_curve(const rc_axes *axes, double x0, double dx, const double *y, size_t n, rc_pen pen) {
    rc_box room = axes->box; /* half a line more: curves may run along an edge */
    room.y -= pen.width / 2.0;
    room.height += pen.width;
    rc_canvas_clip(axes->canvas, room);
    straight run = {.open = false};
    const double finest = 0.1; /* points on the page; of more data, the extremes are kept */
    size_t group = 1 + (size_t)((double)n * finest / axes->box.width);
    for (size_t i = 0; i < n; i += group) {
        size_t ends[2];
        find_ends(y + i, n - i < group ? n - i : group, ends);
        add_point(axes, &run, x0 + (double)(i + ends[0]) * dx, y[i + ends[0]]);
        if (ends[1] > ends[0]) add_point(axes, &run, x0 + (double)(i + ends[1]) * dx, y[i + ends[1]]);
    }
    add_point(axes, &run, 0.0, NAN);
    rc_canvas_paint(axes->canvas, NULL, &pen);
    rc_canvas_unclip(axes->canvas);
}
