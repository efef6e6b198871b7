#include <math.h>
#include <stdbool.h>

#include "figure/axes.h"
#include "figure/guides.h"
#include "figure/panels.h"
#include "figure/words.h"

static bool is_recorded(const rc_results *results) {
    const rc_study *study = results->study;
    for (size_t i = 0; i < study->n_gains * study->n_recorded; i++)
        if (isfinite(results->rates1[i])) return true;
    return false;
}

static void draw_gain(const rc_axes *axes, const rc_results *results, size_t gain, rc_color color) {
    const rc_study *study = results->study;
    const double *state = results->rates1 + gain * study->n_recorded;
    const double *twin = results->rates2 + gain * study->n_recorded;
    double dt_s = study->dynamics.dt_ms / 1000.0;
    rc_pen pen = rc_style_curve(color);
    rc_axes_curve(axes, 0.0, dt_s, state, study->n_recorded, pen);
    pen.dash = 3.0;
    rc_axes_curve(axes, 0.0, dt_s, twin, study->n_recorded, pen);
    rc_ticks ticks = {-1.0, 1.0, 3, 0};
    rc_axes_spine(axes, RC_SIDE_LEFT);
    rc_axes_ticks(axes, RC_SIDE_LEFT, &ticks);
    rc_axes_tick(axes, RC_SIDE_RIGHT, 0.0, rc_words_number(study->gains[gain]).text);
}

static void draw_traces(const rc_axes *whole, const rc_results *results) {
    size_t n_gains = results->study->n_gains, n_shown = rc_shown_count(n_gains);
    double step = whole->box.height / (double)n_shown, gap = fmin(0.3 * step, 14.0);
    step += gap / (double)n_shown; /* no gap below the last */
    for (size_t i = 0; i < n_shown; i++) {
        rc_axes axes = *whole;
        axes.box.y += (double)i * step;
        axes.box.height = step - gap;
        size_t gain = rc_shown_index(n_gains, i);
        draw_gain(&axes, results, gain, rc_color_line(gain, n_gains));
    }
}

/* Which line is which, at the right end above the traces. */
static void draw_key(const rc_axes *axes) {
    rc_pen pen = rc_style_curve(rc_color_grey(0.25));
    rc_point at = {axes->box.x, axes->box.y - 8.0};
    at.x += 14.0 + rc_legend_row(axes->canvas, at, pen, "state");
    pen.dash = 3.0;
    rc_legend_row(axes->canvas, at, pen, "twin, slightly perturbed at 0 s");
}

static double widest_gain(rc_canvas *canvas, const rc_study *study) {
    rc_text style = rc_style_text(RC_LEFT, RC_MIDDLE);
    double widest = 0.0;
    for (size_t i = 0; i < rc_shown_count(study->n_gains); i++) {
        rc_words words = rc_words_number(study->gains[rc_shown_index(study->n_gains, i)]);
        widest = fmax(widest, rc_canvas_text_size(canvas, &style, words.text).x);
    }
    return widest;
}

void rc_panel_activity(rc_canvas *canvas, rc_box box, const rc_results *results) {
    const rc_study *study = results->study;
    double right = RC_TICK_LENGTH + 6.0 + widest_gain(canvas, study);
    rc_axes axes = {.canvas = canvas, .y = {-1.0, 1.0}};
    axes.box = (rc_box){box.x + 30.0, box.y + 27.0, box.width - 39.0 - right, box.height - 54.0};
    axes.x = rc_range_widen((rc_range){0.0, study->record.duration_ms / 1000.0});
    rc_style_letter(canvas, (rc_point){box.x, box.y}, "b");
    rc_axes_title(&axes, 19.0, "Spontaneous Activity of a Typical Neuron");
    if (!is_recorded(results)) {
        rc_style_message(canvas, axes.box, "No activity was recorded.");
        return;
    }
    rc_ticks ticks = rc_ticks_within(axes.x, 5);
    draw_key(&axes);
    draw_traces(&axes, results);
    axes.box.height += 3.0;
    rc_axes_spine(&axes, RC_SIDE_BOTTOM);
    rc_axes_ticks(&axes, RC_SIDE_BOTTOM, &ticks);
    rc_axes_label(&axes, RC_SIDE_BOTTOM, 14.0, "Time (s)");
    rc_axes_label(&axes, RC_SIDE_LEFT, 18.0, "Firing rate (au)");
    rc_axes_label(&axes, RC_SIDE_RIGHT, right, "Synaptic upscaling factor <i>g</i>");
}
