#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "figure/axes.h"
#include "figure/guides.h"
#include "figure/panels.h"
#include "figure/words.h"

enum { TICKS_MOST = 5 };

/* What is shown: every session, and each g for which a fit was sought. */
typedef struct heat_map {
    const rc_results *results;
    size_t n_gains;
    rc_range exponents;
} heat_map;

static bool is_sought(const rc_study *study, size_t gain) {
    return study->gains[gain] >= study->divergence.minimum_gain;
}

static size_t count_sought(const rc_study *study) {
    size_t n = 0;
    for (size_t gain = 0; gain < study->n_gains; gain++) n += is_sought(study, gain);
    return n;
}

static rc_box cell_box(const rc_axes *axes, size_t column, size_t row) {
    return rc_axes_box(axes, (rc_range){(double)column, (double)column + 1.0},
                       (rc_range){(double)row, (double)row + 1.0});
}

static rc_color exponent_color(rc_range range, double exponent) {
    return rc_color_sequential((exponent - range.low) / (range.high - range.low));
}

static void draw_cell(const rc_axes *axes, const heat_map *map, rc_box cell, double exponent) {
    if (!isfinite(exponent)) {
        rc_hatched_box(axes->canvas, cell);
        return;
    }
    rc_color color = exponent_color(map->exponents, exponent);
    rc_pen seam = {.color = color, .width = 0.2}; /* no gaps between small cells */
    rc_canvas_rectangle(axes->canvas, cell);
    rc_canvas_paint(axes->canvas, &color, &seam);
    rc_text style = rc_style_text(RC_CENTER, RC_MIDDLE);
    style.size = 6.0;
    style.color = rc_color_on(color);
    rc_words words = rc_words_decimals(exponent, fabs(exponent) < 99.95 ? 1 : 0);
    rc_point size = rc_canvas_text_size(axes->canvas, &style, words.text);
    if (size.x + 4.0 > cell.width || size.y + 4.0 > cell.height) return;
    rc_canvas_text(axes->canvas, (rc_point){cell.x + cell.width / 2.0, cell.y + cell.height / 2.0}, &style, words.text);
}

/* White lines between cells that are large enough for them. */
static void draw_grid(const rc_axes *axes, size_t n_columns, size_t n_rows) {
    double smallest = fmin(axes->box.width / (double)n_columns, axes->box.height / (double)n_rows);
    rc_pen pen = {.color = rc_color_grey(1.0), .width = 0.7};
    if (smallest < 4.0) return;
    for (size_t i = 1; i < n_columns; i++)
        rc_canvas_segment(axes->canvas, rc_axes_point(axes, (double)i, 0.0),
                          rc_axes_point(axes, (double)i, (double)n_rows), pen);
    for (size_t i = 1; i < n_rows; i++)
        rc_canvas_segment(axes->canvas, rc_axes_point(axes, 0.0, (double)i),
                          rc_axes_point(axes, (double)n_columns, (double)i), pen);
}

static double widest_label(const rc_axes *axes, const rc_study *study) {
    rc_text style = rc_style_text(RC_CENTER, RC_TOP);
    double widest = 0.0;
    for (size_t gain = 0; gain < study->n_gains; gain++)
        if (is_sought(study, gain))
            widest =
                fmax(widest, rc_canvas_text_size(axes->canvas, &style, rc_words_number(study->gains[gain]).text).x);
    return widest;
}

static void draw_columns(const rc_axes *axes, const heat_map *map) {
    const rc_study *study = map->results->study;
    size_t stride = rc_axes_stride(axes->box.width, map->n_gains, widest_label(axes, study)), column = 0;
    for (size_t gain = 0; gain < study->n_gains; gain++) {
        if (!is_sought(study, gain)) continue;
        for (size_t row = 0; row < study->n_sessions; row++)
            draw_cell(axes, map, cell_box(axes, column, row),
                      map->results->divergence_exponent[row * study->n_gains + gain]);
        if (column % stride == 0)
            rc_axes_tick(axes, RC_SIDE_BOTTOM, (double)column + 0.5, rc_words_number(study->gains[gain]).text);
        column++;
    }
}

/* Returns the width of the widest number. */
static double draw_session_ticks(const rc_axes *axes, const rc_study *study) {
    size_t stride = rc_axes_stride(axes->box.height, study->n_sessions, RC_FONT_SIZE);
    rc_text style = rc_style_text(RC_RIGHT, RC_MIDDLE);
    double widest = 0.0;
    for (size_t row = 0; row < study->n_sessions; row += stride) {
        char words[16];
        snprintf(words, sizeof words, "%u", study->sessions[row]);
        rc_axes_tick(axes, RC_SIDE_LEFT, (double)row + 0.5, words);
        widest = fmax(widest, rc_canvas_text_size(axes->canvas, &style, words).x);
    }
    return widest;
}

/* The colour bar, and what hatching means where there is some. */
static void draw_guides(const rc_axes *axes, const heat_map *map, bool some_undefined) {
    rc_box bar = {axes->box.x + axes->box.width + 8.0, axes->box.y, 6.0, axes->box.height};
    if (some_undefined) {
        rc_box sample = {bar.x, bar.y + bar.height - 6.0, 13.0, 6.0};
        rc_text style = rc_style_text(RC_LEFT, RC_MIDDLE);
        rc_hatched_box(axes->canvas, sample);
        rc_canvas_text(axes->canvas, (rc_point){sample.x + 16.0, sample.y + 3.0}, &style, "none");
        bar.height -= 16.0;
    }
    if (map->exponents.low > map->exponents.high) return;
    rc_ticks ticks = rc_ticks_within(map->exponents, TICKS_MOST);
    rc_color_bar(axes->canvas, bar, map->exponents, &ticks, rc_color_sequential,
                 "Divergence exponent (s<sup>−1</sup>)");
}

static heat_map look_up(const rc_results *results, bool *some_undefined) {
    const rc_study *study = results->study;
    heat_map map = {results, count_sought(study), RC_RANGE_EMPTY};
    *some_undefined = false;
    for (size_t i = 0; i < study->n_sessions * study->n_gains; i++) {
        if (!is_sought(study, i % study->n_gains)) continue;
        map.exponents = rc_range_extend(map.exponents, results->divergence_exponent + i, 1);
        *some_undefined |= !isfinite(results->divergence_exponent[i]);
    }
    if (map.exponents.low > map.exponents.high) return map;
    map.exponents = rc_range_widen(rc_range_extend(map.exponents, (double[]){0.0}, 1));
    map.exponents = rc_range_round(map.exponents, TICKS_MOST);
    return map;
}

void rc_panel_exponent(rc_canvas *canvas, rc_box box, const rc_results *results) {
    const rc_study *study = results->study;
    bool some_undefined;
    heat_map map = look_up(results, &some_undefined);
    rc_axes axes = {.canvas = canvas, .x = {0.0, (double)map.n_gains}, .y = {0.0, (double)study->n_sessions}};
    axes.box = (rc_box){box.x + 34.0, box.y + 17.0, box.width - 90.0, box.height - 41.0};
    rc_style_letter(canvas, (rc_point){box.x, box.y}, "d");
    rc_axes_title(&axes, 9.0, "Chaotic Dynamics");
    if (map.n_gains == 0) {
        char words[256];
        snprintf(words, sizeof words, "No <i>g</i> is %s or more, where\ndivergence exponents are fitted.",
                 rc_words_number(study->divergence.minimum_gain).text);
        rc_style_message(canvas, axes.box, words);
        return;
    }
    draw_columns(&axes, &map);
    draw_grid(&axes, map.n_gains, study->n_sessions);
    double widest = draw_session_ticks(&axes, study);
    draw_guides(&axes, &map, some_undefined);
    rc_axes_label(&axes, RC_SIDE_BOTTOM, 14.0, "Synaptic upscaling factor <i>g</i>");
    rc_axes_label(&axes, RC_SIDE_LEFT, fmax(22.0, RC_TICK_LENGTH + 6.0 + widest), "Session");
}
