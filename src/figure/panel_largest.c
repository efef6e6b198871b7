#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "figure/axes.h"
#include "figure/guides.h"
#include "figure/marks.h"
#include "figure/panels.h"
#include "figure/summary.h"
#include "figure/words.h"

enum { TICKS_MOST = 6, DOTS_MOST = 3000 };
#define SIZE_MOST 3.2

/* The sessions stand side by side at each g, `pitch` points apart. */
typedef struct sessions {
    rc_axes axes;
    const rc_results *results;
    double pitch;
    double size; /* of a session's marker */
} sessions;

static double trial_exponent(const rc_results *results, size_t episode, size_t trial) {
    const rc_study *study = results->study;
    return results->lyapunov_exponent[(episode * study->n_trials + trial) * study->n_exponents];
}

/* An episode is session * n_gains + gain. */
static rc_summary summarize(const rc_results *results, size_t episode) {
    const rc_study *study = results->study;
    rc_summary summary = {0};
    for (size_t trial = 0; trial < study->n_trials; trial++)
        rc_summary_add(&summary, trial_exponent(results, episode, trial),
                       results->lyapunov_error[(episode * study->n_trials + trial) * study->n_exponents]);
    return summary;
}

static rc_range bar_of(const rc_summary *summary) {
    double reach = RC_ERROR_BAR * rc_summary_error(summary);
    return (rc_range){summary->mean - reach, summary->mean + reach};
}

static rc_range find_exponents(const rc_results *results) {
    const rc_study *study = results->study;
    rc_range range = RC_RANGE_EMPTY;
    for (size_t episode = 0; episode < study->n_sessions * study->n_gains; episode++) {
        rc_summary summary = summarize(results, episode);
        if (summary.n == 0) continue;
        rc_range bar = bar_of(&summary);
        range = rc_range_extend(rc_range_extend(range, &bar.low, 1), &bar.high, 1);
        for (size_t trial = 0; trial < study->n_trials; trial++)
            range = rc_range_extend(range, (double[]){trial_exponent(results, episode, trial)}, 1);
    }
    if (range.low > range.high) return range;
    range = rc_range_extend(range, results->divergence_exponent, study->n_sessions * study->n_gains);
    range = rc_range_extend(range, (double[]){0.0}, 1);
    return rc_range_pad(rc_range_widen(rc_range_of_exponents(range, study->dynamics.tau_ms)));
}

/* The index of the next larger g; n_gains after the largest. */
static size_t next_gain(const rc_study *study, size_t gain) {
    size_t next = study->n_gains;
    for (size_t i = 0; i < study->n_gains; i++)
        if (study->gains[i] > study->gains[gain] && (next == study->n_gains || study->gains[i] < study->gains[next]))
            next = i;
    return next;
}

static double smallest_step(const rc_study *study) {
    double smallest = INFINITY;
    for (size_t gain = 0; gain < study->n_gains; gain++) {
        size_t next = next_gain(study, gain);
        if (next < study->n_gains) smallest = fmin(smallest, study->gains[next] - study->gains[gain]);
    }
    return smallest;
}

/* All gains, and half a step of air at both ends. */
static rc_range find_gains(const rc_study *study) {
    rc_range range = rc_range_extend(RC_RANGE_EMPTY, study->gains, study->n_gains);
    if (study->n_gains < 2) return rc_range_widen(range);
    double air = 0.5 * (range.high - range.low) / (double)(study->n_gains - 1);
    return (rc_range){range.low - air, range.high + air};
}

static double across(const sessions *view, size_t session, size_t gain) {
    const rc_study *study = view->results->study;
    double shift = (double)session - 0.5 * (double)(study->n_sessions - 1);
    return rc_axes_point(&view->axes, study->gains[gain], view->axes.y.low).x + shift * view->pitch;
}

/* At the bottom edge, as an arrowhead, what lies below it. */
static void mark_value(const sessions *view, double x, double value, rc_marker marker) {
    const rc_axes *axes = &view->axes;
    if (!isfinite(value)) return;
    rc_point at = {x, rc_axes_point(axes, axes->x.low, fmax(value, axes->y.low)).y};
    if (value < axes->y.low) {
        marker.shape = RC_ARROWHEAD;
        at.y -= marker.size / 2.0 + 1.0;
    }
    rc_mark(axes->canvas, at, &marker);
}

static rc_marker dot_of(const sessions *view, rc_color color) {
    return (rc_marker){RC_DISC, 0.55 * view->size, rc_color_faded(color, 0.45), {.width = 0.0}};
}

static rc_marker mean_of(const sessions *view, rc_color color) {
    return (rc_marker){RC_DISC, view->size, color, {.width = 0.0}};
}

static rc_marker divergence_of(const sessions *view, rc_color color) {
    return (rc_marker){
        RC_DIAMOND, 1.5 * view->size, rc_color_grey(1.0), {.color = color, .width = fmin(0.6, 0.25 * view->size)}};
}

static rc_color color_of(const sessions *view, size_t session) {
    return rc_color_thing(session, view->results->study->n_sessions);
}

static void draw_divergence(const sessions *view, size_t session, size_t gain) {
    double exponent = view->results->divergence_exponent[session * view->results->study->n_gains + gain];
    mark_value(view, across(view, session, gain), exponent, divergence_of(view, color_of(view, session)));
}

static void draw_trials(const sessions *view, size_t session, size_t gain) {
    const rc_study *study = view->results->study;
    size_t stride = 1 + study->n_sessions * study->n_gains * study->n_trials / DOTS_MOST;
    for (size_t trial = 0; trial < study->n_trials; trial += stride)
        mark_value(view, across(view, session, gain),
                   trial_exponent(view->results, session * study->n_gains + gain, trial),
                   dot_of(view, color_of(view, session)));
}

static void draw_mean(const sessions *view, size_t session, size_t gain) {
    rc_summary summary = summarize(view->results, session * view->results->study->n_gains + gain);
    rc_color color = color_of(view, session);
    double x = across(view, session, gain);
    if (summary.n == 0) return;
    if (summary.mean >= view->axes.y.low)
        rc_axes_error_bar(&view->axes, x, bar_of(&summary), 0.9 * view->size, (rc_pen){.color = color, .width = 0.6});
    mark_value(view, x, summary.mean, mean_of(view, color));
}

/* A thin line that leads the eye to the session's mean at the next g. */
static void draw_lead(const sessions *view, size_t session, size_t gain) {
    const rc_study *study = view->results->study;
    size_t next = next_gain(study, gain);
    if (next == study->n_gains || view->pitch < 1.0) return;
    rc_summary here = summarize(view->results, session * study->n_gains + gain);
    rc_summary there = summarize(view->results, session * study->n_gains + next);
    double bottom = view->axes.y.low;
    if (here.n == 0 || there.n == 0 || here.mean < bottom || there.mean < bottom) return;
    rc_pen pen = {.color = rc_color_faded(color_of(view, session), 0.5), .width = 0.4};
    rc_point from = {across(view, session, gain), rc_axes_point(&view->axes, 0.0, here.mean).y};
    rc_point to = {across(view, session, next), rc_axes_point(&view->axes, 0.0, there.mean).y};
    rc_canvas_segment(view->axes.canvas, from, to, pen);
}

/* What matters most is drawn last. */
static void draw_data(const sessions *view) {
    static void (*const draw[])(const sessions *, size_t, size_t) = {draw_lead, draw_divergence, draw_trials,
                                                                     draw_mean};
    const rc_study *study = view->results->study;
    rc_axes_level(&view->axes, 0.0, (rc_pen){.color = rc_color_grey(0.55), .width = 0.5});
    for (size_t i = 0; i < sizeof draw / sizeof *draw; i++)
        for (size_t session = 0; session < study->n_sessions; session++)
            for (size_t gain = 0; gain < study->n_gains; gain++) draw[i](view, session, gain);
}

/* At the gains themselves where their numbers have room. */
static void draw_gain_ticks(const sessions *view) {
    const rc_study *study = view->results->study;
    const rc_axes *axes = &view->axes;
    rc_text style = rc_style_text(RC_CENTER, RC_TOP);
    double widest = 0.0;
    for (size_t gain = 0; gain < study->n_gains; gain++)
        widest = fmax(widest, rc_canvas_text_size(axes->canvas, &style, rc_words_number(study->gains[gain]).text).x);
    if (smallest_step(study) / (axes->x.high - axes->x.low) * axes->box.width > widest + 4.0) {
        for (size_t gain = 0; gain < study->n_gains; gain++)
            rc_axes_tick(axes, RC_SIDE_BOTTOM, study->gains[gain], rc_words_number(study->gains[gain]).text);
        return;
    }
    rc_ticks ticks = rc_ticks_within(axes->x, 8);
    rc_axes_ticks(axes, RC_SIDE_BOTTOM, &ticks);
}

static void draw_frame(const sessions *view) {
    const rc_axes *axes = &view->axes;
    rc_ticks y_ticks = rc_ticks_within(axes->y, TICKS_MOST);
    rc_axes_spine(axes, RC_SIDE_LEFT);
    rc_axes_spine(axes, RC_SIDE_BOTTOM);
    rc_axes_ticks(axes, RC_SIDE_LEFT, &y_ticks);
    draw_gain_ticks(view);
    rc_axes_label(axes, RC_SIDE_BOTTOM, 14.0, "Synaptic upscaling factor <i>g</i>");
    rc_axes_label(axes, RC_SIDE_LEFT, fmax(22.0, RC_TICK_LENGTH + 6.0 + rc_ticks_width(axes->canvas, &y_ticks)),
                  "Exponent (s<sup>−1</sup>)");
}

static bool is_any_below(const sessions *view) {
    const rc_study *study = view->results->study;
    for (size_t episode = 0; episode < study->n_sessions * study->n_gains; episode++)
        for (size_t trial = 0; trial < study->n_trials; trial++)
            if (trial_exponent(view->results, episode, trial) < view->axes.y.low) return true;
    return false;
}

static bool has_divergence(const rc_results *results) {
    const rc_study *study = results->study;
    rc_range range = rc_range_extend(RC_RANGE_EMPTY, results->divergence_exponent, study->n_sessions * study->n_gains);
    return range.low <= range.high;
}

static void draw_session_legend(const sessions *view, rc_point at) {
    const rc_study *study = view->results->study;
    size_t n_shown = rc_shown_count(study->n_sessions);
    for (size_t i = 0; i < n_shown; i++, at.y += RC_LEGEND_STEP - 1.0) {
        size_t session = rc_shown_index(study->n_sessions, i);
        char words[32];
        snprintf(words, sizeof words, "Session %u", study->sessions[session]);
        rc_marker marker = mean_of(view, color_of(view, session));
        rc_legend_marker(view->axes.canvas, at, &marker, words);
    }
}

static void draw_legend(const sessions *view) {
    sessions sample = *view; /* of the usual size, however many sessions there are */
    sample.size = SIZE_MOST;
    rc_canvas *canvas = view->axes.canvas;
    rc_color color = rc_color_grey(0.25);
    rc_marker mean = mean_of(&sample, color), dot = dot_of(&sample, color), divergence = divergence_of(&sample, color);
    rc_point at = {view->axes.box.x + view->axes.box.width + 8.0, view->axes.box.y + 3.0};
    rc_canvas_segment(canvas, (rc_point){at.x + 3.5, at.y - 4.0}, (rc_point){at.x + 3.5, at.y + 4.0},
                      (rc_pen){.color = color, .width = 0.6});
    rc_legend_marker(canvas, at, &mean, "<i>λ</i><sub>1</sub>, mean over trials");
    rc_text style = rc_style_text(RC_LEFT, RC_MIDDLE);
    rc_canvas_text(canvas, (rc_point){at.x + 10.0, at.y + 8.5}, &style, "± 1.96 standard errors");
    at.y += 8.5 + RC_LEGEND_STEP;
    rc_legend_marker(canvas, at, &dot, "<i>λ</i><sub>1</sub> of one trial");
    at.y += RC_LEGEND_STEP;
    if (has_divergence(view->results)) {
        rc_legend_marker(canvas, at, &divergence, "divergence exponent");
        at.y += RC_LEGEND_STEP;
    }
    if (is_any_below(view)) {
        mean.shape = RC_ARROWHEAD;
        rc_legend_marker(canvas, at, &mean, "below the axis");
        at.y += RC_LEGEND_STEP;
    }
    at.y += 4.0;
    draw_session_legend(&sample, at);
}

/* Groups of sessions do not touch, unless some gains are very close. */
static double find_pitch(const sessions *view) {
    const rc_study *study = view->results->study;
    const double most = 4.2, share = 0.75, share_of_mean = 0.25;
    double scale = view->axes.box.width / (view->axes.x.high - view->axes.x.low);
    double mean = view->axes.box.width / (double)study->n_gains;
    double room = fmax(share * scale * smallest_step(study), share_of_mean * mean);
    return fmin(most, room / (double)study->n_sessions);
}

void rc_panel_largest(rc_canvas *canvas, rc_box box, const rc_results *results) {
    const rc_study *study = results->study;
    sessions view = {.results = results, .axes.canvas = canvas};
    view.axes.box = (rc_box){box.x + 34.0, box.y + 17.0, box.width - 128.0, box.height - 41.0};
    view.axes.x = find_gains(study);
    view.axes.y = find_exponents(results);
    rc_style_letter(canvas, (rc_point){box.x, box.y}, "a");
    rc_axes_title(&view.axes, 9.0, "Largest Lyapunov Exponent");
    if (view.axes.y.low > view.axes.y.high) {
        rc_style_message(canvas, view.axes.box, "No trial has a largest exponent.");
        return;
    }
    view.pitch = find_pitch(&view);
    view.size = fmin(SIZE_MOST, fmax(1.4, 0.9 * view.pitch));
    draw_data(&view);
    draw_frame(&view);
    draw_legend(&view);
}
