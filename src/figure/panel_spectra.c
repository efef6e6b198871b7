#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <rnnchaos/spectrum.h>

#include "base/memory.h"
#include "figure/axes.h"
#include "figure/guides.h"
#include "figure/marks.h"
#include "figure/panels.h"
#include "figure/summary.h"
#include "figure/words.h"

enum { TICKS_MOST = 6 };

/* The chaotic trials of one g, of all sessions. */
typedef struct average {
    size_t gain;
    size_t n_trials;
    double *mean, *low, *high; /* [index]; low and high are a standard deviation away */
} average;

static bool is_chaotic(const rc_results *results, size_t trial) {
    return results->verdict[trial] == RC_VERDICT_CHAOS &&
           isfinite(results->lyapunov_exponent[trial * results->study->n_exponents]);
}

/* Of gain, session by session: the place of the next chaotic trial in
 * [session, gain, trial] from *at on; false if there is none. *at counts
 * [session, trial]. */
static bool next_chaotic(const rc_results *results, size_t gain, size_t *at, size_t *trial) {
    const rc_study *study = results->study;
    for (; *at < study->n_sessions * study->n_trials; (*at)++) {
        size_t session = *at / study->n_trials;
        *trial = (session * study->n_gains + gain) * study->n_trials + *at % study->n_trials;
        if (!is_chaotic(results, *trial)) continue;
        (*at)++;
        return true;
    }
    return false;
}

static size_t count_chaotic(const rc_results *results, size_t gain) {
    size_t at = 0, trial, n = 0;
    while (next_chaotic(results, gain, &at, &trial)) n++;
    return n;
}

/* The n-th g that has a chaotic trial; n_gains if there are fewer. */
static size_t nth_chaotic_gain(const rc_results *results, size_t nth) {
    size_t gain = 0;
    for (; gain < results->study->n_gains; gain++)
        if (count_chaotic(results, gain) > 0 && nth-- == 0) break;
    return gain;
}

static size_t count_chaotic_gains(const rc_results *results) {
    size_t n = 0;
    for (size_t gain = 0; gain < results->study->n_gains; gain++) n += count_chaotic(results, gain) > 0;
    return n;
}

static rc_status collect(const rc_results *results, size_t gain, average *out) {
    size_t n = results->study->n_exponents;
    rc_summary *summaries = NULL;
    rc_status status = RC_OK;
    *out = (average){.gain = gain};
    RC_TRY(RC_ARRAY(summaries, n, "summaries of exponents"));
    RC_TRY(RC_ARRAY(out->mean, 3 * n, "mean spectrum"));
    out->low = out->mean + n;
    out->high = out->low + n;
    for (size_t at = 0, trial; next_chaotic(results, gain, &at, &trial); out->n_trials++)
        for (size_t i = 0; i < n; i++) rc_summary_add(&summaries[i], results->lyapunov_exponent[trial * n + i], 0.0);
    for (size_t i = 0; i < n; i++) {
        out->mean[i] = summaries[i].n ? summaries[i].mean : NAN;
        out->low[i] = out->mean[i] - rc_summary_spread(&summaries[i]);
        out->high[i] = out->mean[i] + rc_summary_spread(&summaries[i]);
    }
done:
    free(summaries);
    return status;
}

/* Few exponents get a marker each; a single one has bars for a band. */
static void draw_spectrum(const rc_axes *axes, const rc_study *study, const average *spectrum) {
    const double room = 6.0; /* of a marker, in points */
    size_t n = study->n_exponents;
    double step = 1.0 / (double)study->network.n_neurons;
    rc_color color = rc_color_line(spectrum->gain, study->n_gains);
    rc_axes_band(axes, step, step, spectrum->low, spectrum->high, n, rc_color_faded(color, 0.2));
    rc_axes_curve(axes, step, step, spectrum->mean, n, rc_style_curve(color));
    rc_marker marker = {RC_DISC, 3.2, color, {.width = 0.0}};
    for (size_t i = 0; i < n && room * (double)n < axes->box.width; i++) {
        if (!isfinite(spectrum->mean[i])) continue;
        rc_point at = rc_axes_point(axes, (double)(i + 1) * step, spectrum->mean[i]);
        if (n == 1)
            rc_axes_error_bar(axes, at.x, (rc_range){spectrum->low[i], spectrum->high[i]}, 3.0,
                              (rc_pen){.color = color, .width = 0.6});
        rc_mark(axes->canvas, at, &marker);
    }
}

static void draw_legend(const rc_axes *axes, const rc_study *study, const average *spectra, size_t n) {
    rc_point at = {axes->box.x + axes->box.width + 8.0, axes->box.y + 3.0};
    rc_text style = rc_style_text(RC_LEFT, RC_MIDDLE);
    char words[300];
    for (size_t i = n; i-- > 0; at.y += RC_LEGEND_STEP) {
        rc_pen pen = rc_style_curve(rc_color_line(spectra[i].gain, study->n_gains));
        snprintf(words, sizeof words, "<i>g</i> = %s, <i>n</i> = %zu",
                 rc_words_number(study->gains[spectra[i].gain]).text, spectra[i].n_trials);
        rc_legend_row(axes->canvas, at, pen, words);
    }
    style.along = RC_TOP;
    rc_canvas_text(axes->canvas, (rc_point){at.x, at.y + 1.0}, &style,
                   study->n_exponents == 1 ? "mean of <i>n</i> trials;\nbar: ± s.d."
                                           : "mean of <i>n</i> trials;\nband: ± s.d.");
}

static void draw_frame(const rc_axes *axes) {
    rc_ticks x_ticks = rc_ticks_within(axes->x, 6), y_ticks = rc_ticks_within(axes->y, TICKS_MOST);
    rc_axes_spine(axes, RC_SIDE_LEFT);
    rc_axes_spine(axes, RC_SIDE_BOTTOM);
    rc_axes_ticks(axes, RC_SIDE_LEFT, &y_ticks);
    rc_axes_ticks(axes, RC_SIDE_BOTTOM, &x_ticks);
    rc_axes_label(axes, RC_SIDE_BOTTOM, 14.0, "Index over network size, <i>i</i> / <i>N</i>");
    rc_axes_label(axes, RC_SIDE_LEFT, fmax(22.0, RC_TICK_LENGTH + 6.0 + rc_ticks_width(axes->canvas, &y_ticks)),
                  "<i>λ</i><sub><i>i</i></sub> (s<sup>−1</sup>)");
}

static void draw_spectra(rc_axes *axes, const rc_study *study, const average *spectra, size_t n) {
    axes->y = RC_RANGE_EMPTY;
    for (size_t i = 0; i < n; i++) {
        axes->y = rc_range_extend(axes->y, spectra[i].low, study->n_exponents);
        axes->y = rc_range_extend(axes->y, spectra[i].high, study->n_exponents);
    }
    axes->y = rc_range_pad(rc_range_widen(rc_range_extend(axes->y, (double[]){0.0}, 1)));
    rc_axes_level(axes, 0.0, (rc_pen){.color = rc_color_grey(0.55), .width = 0.5});
    for (size_t i = 0; i < n; i++) draw_spectrum(axes, study, &spectra[i]);
    draw_frame(axes);
    draw_legend(axes, study, spectra, n);
}

rc_status rc_panel_spectra(rc_canvas *canvas, rc_box box, const rc_results *results) {
    const rc_study *study = results->study;
    rc_status status = RC_OK;
    average spectra[RC_LINES_MOST] = {0};
    size_t n_gains = count_chaotic_gains(results), n_shown = rc_shown_count(n_gains);
    rc_axes axes = {.canvas = canvas};
    axes.box = (rc_box){box.x + 34.0, box.y + 17.0, box.width - 112.0, box.height - 41.0};
    axes.x = (rc_range){0.0, ((double)study->n_exponents + 0.5) / (double)study->network.n_neurons};
    rc_style_letter(canvas, (rc_point){box.x, box.y}, "c");
    rc_axes_title(&axes, 9.0, "Spectra of Chaotic Trials");
    if (n_shown == 0) {
        rc_style_message(canvas, axes.box, "No trial is chaotic.");
        return RC_OK;
    }
    if (study->n_exponents == study->network.n_neurons) axes.x.high = 1.0;
    for (size_t i = 0; i < n_shown; i++)
        RC_TRY(collect(results, nth_chaotic_gain(results, rc_shown_index(n_gains, i)), &spectra[i]));
    draw_spectra(&axes, study, spectra, n_shown);
done:
    for (size_t i = 0; i < n_shown; i++) free(spectra[i].mean);
    return status;
}
