#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "figure/axes.h"
#include "figure/guides.h"
#include "figure/panels.h"
#include "figure/words.h"

/* The mean distance over time of one g of the recorded session. */
static const double *distance(const rc_results *results, size_t gain) {
    const rc_study *study = results->study;
    size_t session = rc_study_session_index(study, study->record.session);
    return results->delta_mean + (session * study->n_gains + gain) * study->n_steps;
}

static bool has_distance(const rc_results *results, size_t gain) {
    return results->study->n_steps > 0 && isfinite(distance(results, gain)[0]);
}

/* The n-th g that has a mean distance; n_gains if there are fewer. */
static size_t nth_with_distance(const rc_results *results, size_t nth) {
    size_t gain = 0;
    for (; gain < results->study->n_gains; gain++)
        if (has_distance(results, gain) && nth-- == 0) break;
    return gain;
}

static size_t count_with_distance(const rc_results *results) {
    size_t n = 0;
    for (size_t gain = 0; gain < results->study->n_gains; gain++) n += has_distance(results, gain);
    return n;
}

/* Curves, and their legend at the right from the last g down, as the curves
 * usually lie. */
static void draw_curves(const rc_axes *axes, const rc_results *results, size_t n_curves, rc_point legend) {
    const rc_study *study = results->study;
    size_t n_shown = rc_shown_count(n_curves);
    for (size_t i = 0; i < n_shown; i++) {
        size_t gain = nth_with_distance(results, rc_shown_index(n_curves, n_shown - 1 - i));
        rc_pen pen = rc_style_curve(rc_color_line(gain, study->n_gains));
        rc_axes_curve(axes, 0.0, study->dynamics.dt_ms / 1000.0, distance(results, gain), study->n_steps, pen);
        char words[256];
        snprintf(words, sizeof words, "<i>g</i> = %s", rc_words_number(study->gains[gain]).text);
        rc_legend_row(axes->canvas, legend, pen, words);
        legend.y += RC_LEGEND_STEP;
    }
}

static void draw_frame(const rc_axes *axes) {
    rc_ticks x_ticks = rc_ticks_within(axes->x, 6), y_ticks = rc_ticks_within(axes->y, 5);
    rc_axes_spine(axes, RC_SIDE_LEFT);
    rc_axes_spine(axes, RC_SIDE_BOTTOM);
    rc_axes_ticks(axes, RC_SIDE_LEFT, &y_ticks);
    rc_axes_ticks(axes, RC_SIDE_BOTTOM, &x_ticks);
    rc_axes_label(axes, RC_SIDE_BOTTOM, 14.0, "Time (s)");
    rc_axes_label(axes, RC_SIDE_LEFT, fmax(22.0, RC_TICK_LENGTH + 6.0 + rc_ticks_width(axes->canvas, &y_ticks)),
                  "<span letter_spacing=\"700\">‖<i>δ</i>‖</span>");
}

static void draw_absence(const rc_axes *axes, const rc_study *study) {
    char words[512];
    snprintf(words, sizeof words, "In session %u no twin at <i>g</i> ≥ %s\nended at a distance of %s or more.",
             study->record.session, rc_words_number(study->divergence.minimum_gain).text,
             rc_words_number(study->divergence.minimum_distance).text);
    rc_style_message(axes->canvas, axes->box, words);
}

void rc_panel_divergence(rc_canvas *canvas, rc_box box, const rc_results *results) {
    const rc_study *study = results->study;
    rc_axes axes = {.canvas = canvas, .y = {0.0, 0.0}};
    axes.box = (rc_box){box.x + 34.0, box.y + 17.0, box.width - 90.0, box.height - 41.0};
    axes.x = rc_range_widen((rc_range){0.0, study->dynamics.duration_ms / 1000.0});
    rc_style_letter(canvas, (rc_point){box.x, box.y}, "c");
    rc_axes_title(&axes, 9.0, "Mean Divergence Magnitude Across Trials");
    char words[256];
    size_t n_curves = count_with_distance(results);
    if (n_curves == 0) {
        draw_absence(&axes, study);
        return;
    }
    for (size_t gain = 0; gain < study->n_gains; gain++)
        axes.y = rc_range_extend(axes.y, distance(results, gain), study->n_steps);
    axes.y.high *= 1.04;
    axes.y = rc_range_widen(axes.y);
    rc_point legend = {axes.box.x + axes.box.width + 8.0, axes.box.y + 3.0};
    rc_text style = rc_style_text(RC_LEFT, RC_MIDDLE);
    snprintf(words, sizeof words, "Session %u", study->record.session);
    rc_canvas_text(canvas, legend, &style, words);
    legend.y += RC_LEGEND_STEP;
    draw_curves(&axes, results, n_curves, legend);
    draw_frame(&axes);
}
