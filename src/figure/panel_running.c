#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <rnnchaos/spectrum.h>

#include "figure/axes.h"
#include "figure/guides.h"
#include "figure/marks.h"
#include "figure/panels.h"
#include "figure/words.h"

enum { TICKS_MOST = 6 };

/* The recorded trial at one g: the mean over the windows so far. */
typedef struct running {
    size_t gain;
    size_t n;                                                         /* windows up to the last that was measured */
    double mean[RC_N_WINDOWS], low[RC_N_WINDOWS], high[RC_N_WINDOWS]; /* NaN where nothing is known */
    double label_y;                                                   /* on the page */
} running;

static size_t trial_at(const rc_study *study, size_t gain) {
    size_t session = rc_study_session_index(study, study->record.session);
    return (session * study->n_gains + gain) * study->n_trials + study->record.trial;
}

static double window_at(const rc_results *results, size_t gain, size_t window) {
    const rc_study *study = results->study;
    return results->lyapunov_window[(trial_at(study, gain) * RC_N_WINDOWS + window) * study->n_exponents];
}

/* The error of the mean knows that windows may be correlated; of very few it
 * is not known. */
static running follow(const rc_results *results, size_t gain) {
    running run = {.gain = gain};
    double values[RC_N_WINDOWS];
    for (size_t i = 0, n = 0; i < RC_N_WINDOWS; i++) {
        values[n] = window_at(results, gain, i);
        run.mean[i] = run.low[i] = run.high[i] = NAN;
        if (!isfinite(values[n])) continue;
        rc_estimate estimate = rc_series_mean(values, ++n, 1);
        run.n = i + 1;
        run.mean[i] = estimate.value;
        run.low[i] = estimate.value - RC_ERROR_BAR * estimate.error;
        run.high[i] = estimate.value + RC_ERROR_BAR * estimate.error;
    }
    return run;
}

static bool was_followed(const rc_results *results, size_t gain) {
    for (size_t i = 0; i < RC_N_WINDOWS; i++)
        if (isfinite(window_at(results, gain, i))) return true;
    return false;
}

static size_t nth_followed(const rc_results *results, size_t nth) {
    size_t gain = 0;
    for (; gain < results->study->n_gains; gain++)
        if (was_followed(results, gain) && nth-- == 0) break;
    return gain;
}

static size_t count_followed(const rc_results *results) {
    size_t n = 0;
    for (size_t gain = 0; gain < results->study->n_gains; gain++) n += was_followed(results, gain);
    return n;
}

/* What the runs come to after their first tenth, and the bands after their
 * first quarter: before, they are wide and tell little. */
static rc_range find_exponents(const rc_study *study, const running *runs, size_t n) {
    rc_range range = RC_RANGE_EMPTY;
    for (size_t i = 0; i < n; i++) {
        size_t tenth = runs[i].n / 10, quarter = runs[i].n / 4;
        range = rc_range_extend(range, runs[i].mean + tenth, runs[i].n - tenth);
        range = rc_range_extend(range, runs[i].low + quarter, runs[i].n - quarter);
        range = rc_range_extend(range, runs[i].high + quarter, runs[i].n - quarter);
    }
    range = rc_range_of_exponents(rc_range_extend(range, (double[]){0.0}, 1), study->dynamics.tau_ms);
    return rc_range_pad(rc_range_widen(range));
}

static rc_point end_of(const rc_axes *axes, const rc_study *study, const running *run) {
    double window_s = study->exponents.duration_ms / RC_N_WINDOWS / 1000.0;
    return rc_axes_point(axes, (double)run->n * window_s, fmax(run->mean[run->n - 1], axes->y.low));
}

static void draw_run(const rc_axes *axes, const rc_study *study, const running *run) {
    double window_s = study->exponents.duration_ms / RC_N_WINDOWS / 1000.0;
    rc_color color = rc_color_line(run->gain, study->n_gains);
    rc_axes_band(axes, window_s, window_s, run->low, run->high, run->n, rc_color_faded(color, 0.2));
    rc_axes_curve(axes, window_s, window_s, run->mean, run->n, rc_style_curve(color));
}

/* From top to bottom; where that is the same, the later g first. */
static int compare_labels(const void *a, const void *b) {
    const running *first = a, *second = b;
    if (first->label_y != second->label_y) return first->label_y < second->label_y ? -1 : 1;
    return first->gain < second->gain ? 1 : -1;
}

/* Beside the ends of the runs, moved apart as far as they must be. Sorts the
 * runs from top to bottom. */
static void place_labels(const rc_axes *axes, const rc_study *study, running *runs, size_t n, double top) {
    const double step = 8.5;
    double bottom = axes->box.y + axes->box.height;
    for (size_t i = 0; i < n; i++) runs[i].label_y = end_of(axes, study, &runs[i]).y;
    qsort(runs, n, sizeof *runs, compare_labels);
    for (size_t i = 0; i < n; i++) runs[i].label_y = fmax(runs[i].label_y, i ? runs[i - 1].label_y + step : top);
    for (size_t i = n; i-- > 0;)
        runs[i].label_y = fmin(runs[i].label_y, i + 1 < n ? runs[i + 1].label_y - step : bottom);
}

/* The exponent as it is stored: from every block, not from windows. */
static void write_label(const rc_axes *axes, const rc_results *results, const running *run) {
    const rc_study *study = results->study;
    size_t place = trial_at(study, run->gain) * study->n_exponents;
    double value = results->lyapunov_exponent[place], reach = RC_ERROR_BAR * results->lyapunov_error[place];
    if (!isfinite(value)) value = run->mean[run->n - 1];
    int decimals = fabs(value) < 100.0 ? 1 : 0;
    rc_words error = isfinite(reach) ? rc_words_decimals(reach, reach < 0.095 ? 2 : decimals) : (rc_words){"?"};
    char words[600];
    snprintf(words, sizeof words, "<i>g</i> = %s: %s ± %s%s", rc_words_number(study->gains[run->gain]).text,
             rc_words_decimals(value, reach < 0.095 ? 2 : decimals).text, error.text,
             run->mean[run->n - 1] < axes->y.low ? " ↓" : "");
    rc_point from = end_of(axes, study, run), at = {axes->box.x + axes->box.width + 10.0, run->label_y};
    rc_text style = rc_style_text(RC_LEFT, RC_MIDDLE);
    rc_pen pen = {.color = rc_color_line(run->gain, study->n_gains), .width = 0.6};
    rc_canvas_move(axes->canvas, from);
    rc_canvas_line(axes->canvas, (rc_point){axes->box.x + axes->box.width + 1.0, from.y});
    rc_canvas_line(axes->canvas, (rc_point){at.x - 2.0, at.y});
    rc_canvas_paint(axes->canvas, NULL, &pen);
    rc_canvas_text(axes->canvas, at, &style, words);
}

static void draw_frame(const rc_axes *axes) {
    rc_ticks x_ticks = rc_ticks_within(axes->x, 6), y_ticks = rc_ticks_within(axes->y, TICKS_MOST);
    rc_axes_spine(axes, RC_SIDE_LEFT);
    rc_axes_spine(axes, RC_SIDE_BOTTOM);
    rc_axes_ticks(axes, RC_SIDE_LEFT, &y_ticks);
    rc_axes_ticks(axes, RC_SIDE_BOTTOM, &x_ticks);
    rc_axes_label(axes, RC_SIDE_BOTTOM, 14.0, "Time measured (s)");
    rc_axes_label(axes, RC_SIDE_LEFT, fmax(22.0, RC_TICK_LENGTH + 6.0 + rc_ticks_width(axes->canvas, &y_ticks)),
                  "<i>λ</i><sub>1</sub> (s<sup>−1</sup>)");
}

static void draw_runs(rc_axes *axes, const rc_results *results, running *runs, size_t n) {
    const rc_study *study = results->study;
    rc_text style = rc_style_text(RC_LEFT, RC_MIDDLE);
    char words[128];
    snprintf(words, sizeof words, "Session %u, trial %zu\n<i>λ</i><sub>1</sub> ± 1.96 s.e.", study->record.session,
             study->record.trial);
    rc_canvas_text(axes->canvas, (rc_point){axes->box.x + axes->box.width + 10.0, axes->box.y - 1.0}, &style, words);
    axes->y = find_exponents(study, runs, n);
    rc_axes_level(axes, 0.0, (rc_pen){.color = rc_color_grey(0.55), .width = 0.5});
    place_labels(axes, study, runs, n, axes->box.y + 16.0);
    for (size_t i = 0; i < n; i++) draw_run(axes, study, &runs[i]);
    for (size_t i = 0; i < n; i++) write_label(axes, results, &runs[i]);
    draw_frame(axes);
}

void rc_panel_running(rc_canvas *canvas, rc_box box, const rc_results *results) {
    const rc_study *study = results->study;
    running runs[RC_LINES_MOST];
    size_t n_followed = count_followed(results), n_shown = rc_shown_count(n_followed);
    rc_axes axes = {.canvas = canvas};
    axes.box = (rc_box){box.x + 34.0, box.y + 17.0, box.width - 112.0, box.height - 41.0};
    axes.x = (rc_range){0.0, study->exponents.duration_ms / 1000.0};
    rc_style_letter(canvas, (rc_point){box.x, box.y}, "d");
    rc_axes_title(&axes, 9.0, "Running Estimate of <i>λ</i><sub>1</sub>");
    if (n_shown == 0) {
        char words[128];
        snprintf(words, sizeof words, "In session %u, trial %zu, no exponent\nwas followed over time.",
                 study->record.session, study->record.trial);
        rc_style_message(canvas, axes.box, words);
        return;
    }
    for (size_t i = 0; i < n_shown; i++)
        runs[i] = follow(results, nth_followed(results, rc_shown_index(n_followed, i)));
    draw_runs(&axes, results, runs, n_shown);
}
