/* Panel a: sheets for sessions, ellipses for episodes, sheets for trials. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "figure/axes.h"
#include "figure/guides.h"
#include "figure/network_drawing.h"
#include "figure/panels.h"
#include "figure/words.h"

static const double outline_width = 0.7;

/* A pile of equal things, seen from the front: each one behind is further to
 * the left and further down. */
typedef struct stack {
    rc_box front;
    double step; /* from one to the next behind it */
    size_t n;
} stack;

/* n things in a box, `step` points apart or less, so that they take at most
 * the share `most` of its width; of very many, as many as can be told apart. */
static stack pile_in(rc_box box, size_t n, double step, double most) {
    const double least_step = 1.3;
    double depth = most * box.width;
    size_t n_behind = (size_t)fmin((double)n - 1.0, floor(depth / least_step));
    if (n_behind > 0) step = fmin(step, depth / (double)n_behind);
    depth = step * (double)n_behind;
    return (stack){{box.x + depth, box.y, box.width - depth, box.height - depth}, step, n_behind + 1};
}

static void draw_pile(rc_canvas *canvas, const stack *pile, void (*shape)(rc_canvas *, rc_box)) {
    rc_pen pen = {.color = rc_color_grey(0.45), .width = outline_width};
    for (size_t i = pile->n; i-- > 0;) {
        rc_box box = pile->front;
        box.x -= (double)i * pile->step;
        box.y += (double)i * pile->step;
        rc_color paper = rc_color_grey(i ? 0.90 : 0.985);
        shape(canvas, box);
        rc_canvas_paint(canvas, &paper, &pen);
    }
}

/* A line from `from` to the tip of a brace that opens to the right. */
static void draw_brace(rc_canvas *canvas, rc_point from, rc_box box) {
    rc_pen pen = {.color = rc_color_grey(0.0), .width = 1.2};
    double middle_x = box.x + box.width / 2.0, end_x = box.x + box.width, r = box.width / 2.0;
    double top = box.y, bottom = box.y + box.height;
    rc_canvas_segment(canvas, from, (rc_point){box.x + 0.3, from.y}, pen);
    rc_canvas_move(canvas, (rc_point){end_x, top});
    rc_canvas_curve(canvas, (rc_point){middle_x, top}, (rc_point){middle_x, top}, (rc_point){middle_x, top + 2.0 * r});
    rc_canvas_line(canvas, (rc_point){middle_x, from.y - 2.0 * r});
    rc_canvas_curve(canvas, (rc_point){middle_x, from.y}, (rc_point){middle_x, from.y}, (rc_point){box.x, from.y});
    rc_canvas_curve(canvas, (rc_point){middle_x, from.y}, (rc_point){middle_x, from.y},
                    (rc_point){middle_x, from.y + 2.0 * r});
    rc_canvas_line(canvas, (rc_point){middle_x, bottom - 2.0 * r});
    rc_canvas_curve(canvas, (rc_point){middle_x, bottom}, (rc_point){middle_x, bottom}, (rc_point){end_x, bottom});
    rc_canvas_paint(canvas, NULL, &pen);
}

/* "Five sessions, each\nwith a unique matrix", "One session\nwith its matrix". */
static void draw_caption(rc_canvas *canvas, double x, double y, const char *before, size_t n, const char *noun,
                         const char *what) {
    char words[256];
    rc_words count = rc_words_count(n);
    if (n == 1)
        snprintf(words, sizeof words, "%s%s %s\nwith its %s", before, count.text, noun, what);
    else
        snprintf(words, sizeof words, "%s%s %ss, each\nwith a unique %s", before, count.text, noun, what);
    if (words[0] >= 'a' && words[0] <= 'z') words[0] = (char)(words[0] - 'a' + 'A');
    rc_text style = rc_style_text(RC_CENTER, RC_BASELINE);
    rc_canvas_text(canvas, (rc_point){x, y}, &style, words);
}

/* The largest weight drawn, rounded up to one digit; 0 without connections. */
static double strongest_weight(const rc_piece *piece) {
    double strongest = 0.0;
    for (size_t i = 0; i < piece->n_connections; i++) strongest = fmax(strongest, fabs(piece->connection[i].weight));
    if (strongest == 0.0) return 0.0;
    double digit = pow(10.0, floor(log10(strongest)));
    return ceil(strongest / digit - 1e-9) * digit;
}

/* A colour bar with its label at the left and ticks at the ends and 0. */
static void draw_signed_bar(rc_canvas *canvas, rc_box box, double strongest, const char *label) {
    rc_text style = rc_style_text(RC_CENTER, RC_BASELINE);
    style.turn = 90.0;
    rc_canvas_text(canvas, (rc_point){box.x - 5.0, box.y + box.height / 2.0}, &style, label);
    rc_ticks ticks = {-strongest, strongest, 3, -1};
    rc_color_bar(canvas, box, (rc_range){-strongest, strongest}, &ticks, rc_color_diverging, NULL);
}

static void draw_key(rc_canvas *canvas, rc_point at) {
    rc_text style = rc_style_text(RC_LEFT, RC_MIDDLE);
    rc_pen pen = {.color = rc_color_grey(0.4), .width = 1.0};
    rc_draw_neuron(canvas, (rc_point){at.x + RC_NEURON_RADIUS, at.y});
    rc_canvas_text(canvas, (rc_point){at.x + 13.0, at.y}, &style, "Rate neuron");
    rc_draw_connection(canvas, (rc_point){at.x + 64.0, at.y}, (rc_point){at.x + 79.0, at.y}, 0.0, 0, pen);
    rc_canvas_text(canvas, (rc_point){at.x + 83.0, at.y}, &style, "INH");
    rc_draw_connection(canvas, (rc_point){at.x + 108.0, at.y}, (rc_point){at.x + 124.0, at.y}, 0.0, 1, pen);
    rc_canvas_text(canvas, (rc_point){at.x + 128.0, at.y}, &style, "EXC");
}

static void draw_session(rc_canvas *canvas, rc_box sheet, const rc_piece *piece, double strongest) {
    double left = strongest > 0.0 ? 58.0 : 36.0; /* room for the colour bar */
    rc_box network = {sheet.x + left, sheet.y + 32.0, sheet.width - left - (strongest > 0.0 ? 14.0 : 36.0),
                      sheet.height - 46.0};
    draw_key(canvas, (rc_point){sheet.x + (sheet.width - 144.0) / 2.0, sheet.y + 12.0});
    if (strongest > 0.0) {
        rc_box bar = {sheet.x + 17.0, network.y + 4.0, 6.0, network.height - 8.0};
        draw_signed_bar(canvas, bar, strongest, "Synaptic strength");
    }
    rc_draw_piece(canvas, network, piece, fmax(strongest, 1e-300), 1.0);
}

/* One pair of the key in the ellipse: g times a line is a wider line. */
static void draw_scaling(rc_canvas *canvas, rc_point at, int excitatory) {
    rc_text style = rc_style_text(RC_LEFT, RC_MIDDLE);
    rc_pen pen = {.color = rc_color_grey(0.4), .width = 1.0};
    rc_canvas_text(canvas, at, &style, "<i>g</i> ×");
    rc_draw_connection(canvas, (rc_point){at.x + 13.0, at.y}, (rc_point){at.x + 25.0, at.y}, 0.0, excitatory, pen);
    rc_canvas_text(canvas, (rc_point){at.x + 29.0, at.y}, &style, "=");
    pen.width = 2.0;
    rc_draw_connection(canvas, (rc_point){at.x + 37.0, at.y}, (rc_point){at.x + 49.0, at.y}, 0.0, excitatory, pen);
}

static void draw_episode(rc_canvas *canvas, rc_box disc, const rc_piece *piece, double strongest) {
    double middle = disc.x + disc.width / 2.0;
    rc_box network = {middle - 0.3 * disc.width, disc.y + 39.0, 0.6 * disc.width, disc.height - 65.0};
    draw_scaling(canvas, (rc_point){middle - 24.5, disc.y + 12.0}, 1);
    draw_scaling(canvas, (rc_point){middle - 24.5, disc.y + 23.0}, 0);
    rc_draw_piece(canvas, network, piece, fmax(strongest, 1e-300), 2.0);
}

/* One colour for each neuron, the first at the bottom; of very many neurons,
 * as many as can be told apart. */
static void draw_strip(rc_canvas *canvas, rc_box box, const double *state, size_t n_neurons) {
    enum { CELLS_MOST = 500 };
    size_t n = n_neurons < CELLS_MOST ? n_neurons : CELLS_MOST;
    for (size_t i = 0; i < n; i++) {
        double share = (double)i / (double)n;
        rc_color color = rc_color_diverging(0.5 + 0.5 * state[n_neurons - 1 - i * n_neurons / n]);
        rc_canvas_rectangle(canvas, (rc_box){box.x, box.y + share * box.height, box.width, (1.0 - share) * box.height});
        rc_canvas_paint(canvas, &color, NULL);
    }
    rc_pen pen = rc_style_spine();
    rc_canvas_rectangle(canvas, box);
    rc_canvas_paint(canvas, NULL, &pen);
}

static void draw_trial(rc_canvas *canvas, rc_box sheet, const double *state, size_t n_neurons) {
    double middle = sheet.x + sheet.width / 2.0;
    rc_box strip = {middle - 15.0, sheet.y + 12.0, 15.0, sheet.height - 24.0};
    rc_axes axes = {canvas, strip, {0.0, 1.0}, {0.5, (double)n_neurons + 0.5}};
    draw_strip(canvas, strip, state, n_neurons);
    rc_axes_tick(&axes, RC_SIDE_LEFT, 1.0, "1");
    if (n_neurons > 1)
        rc_axes_tick(&axes, RC_SIDE_LEFT, (double)n_neurons, rc_words_decimals((double)n_neurons, 0).text);
    rc_axes_label(&axes, RC_SIDE_LEFT, 11.5, "Neuron id");
    rc_box bar = {middle + 5.0, strip.y, 5.0, strip.height};
    rc_ticks ticks = {-1.0, 1.0, 3, 0};
    rc_color_bar(canvas, bar, (rc_range){-1.0, 1.0}, &ticks, rc_color_diverging, "Firing rate (au)");
}

void rc_panel_design(rc_canvas *canvas, rc_box box, const rc_study *study, const rc_piece *piece,
                     const double *initial_state) {
    double top = box.y + 38.0, height = box.height - 40.0, strongest = strongest_weight(piece);
    stack sessions = pile_in((rc_box){box.x + 3.0, top, 184.0, height}, study->n_sessions, 6.0, 0.15);
    stack episodes = pile_in((rc_box){box.x + 214.0, top, 148.0, height}, study->n_gains, 2.2, 0.11);
    stack trials = pile_in((rc_box){box.x + 386.0, top, 115.0, height}, study->n_trials, 2.0, 0.3);
    rc_text title = rc_style_title();
    rc_style_letter(canvas, (rc_point){box.x, box.y}, "a");
    rc_canvas_text(canvas, (rc_point){box.x + box.width / 2.0, box.y + 8.0}, &title, "Experimental Design");
    draw_caption(canvas, box.x + 95.0, top - 7.0, "", study->n_sessions, "session", "connectivity matrix");
    draw_caption(canvas, box.x + 288.0, top - 7.0, "One session contains ", study->n_gains, "episode",
                 "synaptic upscaling factor <i>g</i>");
    draw_caption(canvas, box.x + 436.0, top - 7.0, "One episode contains ", study->n_trials, "trial",
                 "network initialization");
    draw_pile(canvas, &sessions, rc_canvas_rectangle);
    draw_pile(canvas, &episodes, rc_canvas_ellipse);
    draw_pile(canvas, &trials, rc_canvas_rectangle);
    double y = top + height / 2.0;
    draw_brace(canvas, (rc_point){sessions.front.x + sessions.front.width, y},
               (rc_box){box.x + 196.0, top, 12.0, height});
    draw_brace(canvas, (rc_point){episodes.front.x + episodes.front.width, y},
               (rc_box){box.x + 369.0, top, 12.0, height});
    draw_session(canvas, sessions.front, piece, strongest);
    draw_episode(canvas, episodes.front, piece, strongest);
    draw_trial(canvas, trials.front, initial_state, study->network.n_neurons);
}
