/* Draws docs/scaling.svg:  scaling_figure OUT.svg <CURVES
 * A line of CURVES is one curve: panel (a to d), colour (index of n), n, 0 or 1 (dashed), log10 of the first x, step
 * of log10 x, the number of values, the values (shares from 0 to 1), and its name up to the end of the line, "-" for
 * none. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "figure/axes.h"
#include "figure/guides.h"
#include "figure/marks.h"
#include "figure/style.h"

enum { N_PANELS = 4, MOST_CURVES = 64, MOST_VALUES = 64 };

typedef struct {
    char panel, name[80];
    unsigned color, n_colors, dashed, n;
    double x0, dx, busy[MOST_VALUES];
} curve;

static const struct {
    const char *title, *x_label;
    double low, high; /* log10 of x */
} panels[N_PANELS] = {
    {"Before: Tasks of 50 ms", "Ranks", 2, 5},
    {"Now: Tasks of 50 ms", "Ranks", 2, 5},
    {"Now: Tasks of 1 s", "Ranks", 2, 5},
    {"10<sup>4</sup> Ranks, 10<sup>6</sup> Tasks of 50 ms", "Cost of one, as a multiple of the usual", -2, 3},
};

static const double page_height = 338.0;
static const double aim = 0.95;

static bool read_curve(curve *c) {
    if (scanf(" %c %u %u %u %lf %lf %u", &c->panel, &c->color, &c->n_colors, &c->dashed, &c->x0, &c->dx, &c->n) != 7)
        return false;
    if (c->n > MOST_VALUES || c->panel < 'a' || c->panel >= 'a' + N_PANELS) return false;
    for (unsigned i = 0; i < c->n; i++)
        if (scanf("%lf", &c->busy[i]) != 1) return false;
    return scanf(" %79[^\n]", c->name) == 1;
}

static void draw_frame(const rc_axes *axes, unsigned panel) {
    rc_ticks shares = {.first = 0, .step = 20, .n = 6, .decimals = 0};
    char words[64];
    rc_axes_spine(axes, RC_SIDE_LEFT);
    rc_axes_spine(axes, RC_SIDE_BOTTOM);
    rc_axes_ticks(axes, RC_SIDE_LEFT, &shares);
    for (int power = (int)panels[panel].low; power <= (int)panels[panel].high; power++) {
        snprintf(words, sizeof words, "10<sup>%s%d</sup>", power < 0 ? "−" : "", abs(power));
        rc_axes_tick(axes, RC_SIDE_BOTTOM, power, power == 0 ? "1" : words);
    }
    rc_axes_label(axes, RC_SIDE_BOTTOM, 16.0, panels[panel].x_label);
    rc_axes_label(axes, RC_SIDE_LEFT, 24.0, "Time spent in tasks (%)");
    snprintf(words, sizeof words, "%c", 'a' + (char)panel);
    rc_style_letter(axes->canvas, (rc_point){axes->box.x - 34.0, axes->box.y - 17.0}, words);
    rc_axes_title(axes, 9.0, panels[panel].title);
}

static rc_pen pen_of(const curve *c) {
    rc_pen pen = rc_style_curve(rc_color_thing(c->color, c->n_colors));
    if (c->dashed) pen = (rc_pen){.color = rc_color_faded(pen.color, 0.7), .width = 0.6, .dash = 2.0};
    return pen;
}

static void draw_panel(rc_canvas *canvas, unsigned panel, const curve *curves, size_t n) {
    unsigned row = panel / 2, column = panel % 2;
    rc_box box = {38.0 + column * 254.0, 21.0 + row * 168.0, 138.0, 120.0};
    rc_axes axes = {canvas, box, {panels[panel].low, panels[panel].high}, {0.0, 101.0}};
    rc_pen aim_pen = {.color = rc_color_grey(0.55), .width = 0.5, .dash = 1.0};
    rc_point legend = {box.x + box.width + 8.0, box.y + 4.0};
    rc_axes_level(&axes, 100 * aim, aim_pen);
    for (size_t i = 0; i < n; i++) {
        const curve *c = &curves[i];
        if (c->panel != 'a' + (char)panel) continue;
        double percent[MOST_VALUES];
        for (unsigned k = 0; k < c->n; k++) percent[k] = 100 * c->busy[k];
        rc_axes_curve(&axes, c->x0, c->dx, percent, c->n, pen_of(c));
        if (strcmp(c->name, "-") == 0) continue;
        rc_legend_row(canvas, legend, pen_of(c), c->name);
        legend.y += RC_LEGEND_STEP;
    }
    if (panel < 3) {
        rc_pen pen = {.color = rc_color_grey(0.25), .width = 0.6, .dash = 2.0};
        rc_legend_row(canvas, legend, pen, "free messages");
        legend.y += RC_LEGEND_STEP;
    }
    rc_legend_row(canvas, legend, aim_pen, "the aim, 95 %");
    draw_frame(&axes, panel);
}

typedef struct {
    curve curves[MOST_CURVES];
    size_t n;
} contents;

static rc_status draw(rc_canvas *canvas, const void *context) {
    const contents *c = context;
    for (unsigned panel = 0; panel < N_PANELS; panel++) draw_panel(canvas, panel, c->curves, c->n);
    return RC_OK;
}

int main(int argc, char **argv) {
    static contents c;
    static const rc_page page = {"rnnchaos: the MPI scheduler simulated", RC_PAGE_WIDTH, page_height};
    if (argc != 2) {
        fprintf(stderr, "usage: scaling_figure OUT.svg <CURVES\n");
        return 2;
    }
    while (c.n < MOST_CURVES && read_curve(&c.curves[c.n])) c.n++;
    if (!feof(stdin)) {
        fprintf(stderr, "scaling_figure: curve %zu is no curve\n", c.n + 1);
        return 1;
    }
    rc_status status = rc_canvas_draw(&page, argv[1], draw, &c);
    if (status != RC_OK) fprintf(stderr, "scaling_figure: %s\n", rc_message());
    return status == RC_OK ? 0 : 1;
}
