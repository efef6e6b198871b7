#include <math.h>
#include <stdio.h>
#include <string.h>

#include <rnnchaos/spectrum.h>

#include "figure/axes.h"
#include "figure/guides.h"
#include "figure/marks.h"
#include "figure/panels.h"
#include "figure/words.h"

/* Cold colours for what repeats itself, warm ones for chaos; each differs
 * from its neighbours in lightness as well. Undecided is hatched. */
static const rc_color colors[RC_N_VERDICTS] = {
    [RC_VERDICT_FIXED_POINT] = {0.16, 0.27, 0.46, 1.0},     [RC_VERDICT_LIMIT_CYCLE] = {0.33, 0.60, 0.78, 1.0},
    [RC_VERDICT_TORUS] = {0.70, 0.86, 0.90, 1.0},           [RC_VERDICT_CHAOS] = {0.80, 0.25, 0.15, 1.0},
    [RC_VERDICT_TRANSIENT_CHAOS] = {0.97, 0.68, 0.42, 1.0},
};

/* From the bottom of a bar to its top: from rest to chaos. */
static const rc_verdict order[RC_N_VERDICTS] = {RC_VERDICT_FIXED_POINT, RC_VERDICT_LIMIT_CYCLE,
                                                RC_VERDICT_TORUS,       RC_VERDICT_TRANSIENT_CHAOS,
                                                RC_VERDICT_CHAOS,       RC_VERDICT_UNDECIDED};

static const rc_color *fill_of(rc_verdict verdict) { return verdict == RC_VERDICT_UNDECIDED ? NULL : &colors[verdict]; }

/* n: [verdict], the trials of all sessions at one g; a number that is no
 * verdict counts as undecided. */
static void count_verdicts(const rc_results *results, size_t gain, size_t n[RC_N_VERDICTS]) {
    const rc_study *study = results->study;
    memset(n, 0, RC_N_VERDICTS * sizeof *n);
    for (size_t session = 0; session < study->n_sessions; session++)
        for (size_t trial = 0; trial < study->n_trials; trial++) {
            int32_t verdict = results->verdict[(session * study->n_gains + gain) * study->n_trials + trial];
            n[verdict >= 0 && verdict < RC_N_VERDICTS ? verdict : RC_VERDICT_UNDECIDED]++;
        }
}

/* Smaller gains come first, whatever order the study names them in. */
static size_t column_of(const rc_study *study, size_t gain) {
    size_t column = 0;
    for (size_t i = 0; i < study->n_gains; i++) column += study->gains[i] < study->gains[gain];
    return column;
}

static void draw_bar(const rc_axes *axes, const rc_results *results, size_t gain) {
    double middle = (double)column_of(results->study, gain) + 0.5, total = 0.0;
    double trials = (double)(results->study->n_sessions * results->study->n_trials);
    double column = axes->box.width / axes->x.high;
    double half = column > 4.0 ? fmin(0.4, 12.0 / column) : 0.5; /* without gaps where there is no room */
    rc_pen seam = {.color = rc_color_grey(1.0), .width = 0.4};
    size_t n[RC_N_VERDICTS];
    count_verdicts(results, gain, n);
    for (size_t i = 0; i < RC_N_VERDICTS; i++) {
        if (n[order[i]] == 0) continue;
        rc_range share = {total, total + 100.0 * (double)n[order[i]] / trials};
        rc_box box = rc_axes_box(axes, (rc_range){middle - half, middle + half}, share);
        const rc_color *fill = fill_of(order[i]);
        if (!fill) rc_hatched_box(axes->canvas, box);
        rc_canvas_rectangle(axes->canvas, box);
        rc_canvas_paint(axes->canvas, fill, half < 0.5 ? &seam : NULL);
        total = share.high;
    }
}

static double widest_label(const rc_axes *axes, const rc_study *study) {
    rc_text style = rc_style_text(RC_CENTER, RC_TOP);
    double widest = 0.0;
    for (size_t gain = 0; gain < study->n_gains; gain++)
        widest = fmax(widest, rc_canvas_text_size(axes->canvas, &style, rc_words_number(study->gains[gain]).text).x);
    return widest;
}

static void draw_frame(const rc_axes *axes, const rc_study *study) {
    rc_ticks ticks = {0.0, 25.0, 5, 0};
    size_t stride = rc_axes_stride(axes->box.width, study->n_gains, widest_label(axes, study));
    rc_axes_spine(axes, RC_SIDE_LEFT);
    rc_axes_ticks(axes, RC_SIDE_LEFT, &ticks);
    for (size_t gain = 0; gain < study->n_gains; gain++) {
        size_t column = column_of(study, gain);
        if (column % stride == 0)
            rc_axes_tick(axes, RC_SIDE_BOTTOM, (double)column + 0.5, rc_words_number(study->gains[gain]).text);
    }
    rc_axes_spine(axes, RC_SIDE_BOTTOM);
    rc_axes_label(axes, RC_SIDE_BOTTOM, 14.0, "Synaptic upscaling factor <i>g</i>");
    rc_axes_label(axes, RC_SIDE_LEFT, 22.0, "Trials (%)");
}

/* What occurs, from the top of the bars down. */
static void draw_legend(const rc_axes *axes, const rc_results *results) {
    static const char *const names[RC_N_VERDICTS] = {[RC_VERDICT_FIXED_POINT] = "fixed point",
                                                     [RC_VERDICT_LIMIT_CYCLE] = "limit cycle",
                                                     [RC_VERDICT_TORUS] = "torus",
                                                     [RC_VERDICT_CHAOS] = "chaos",
                                                     [RC_VERDICT_UNDECIDED] = "undecided",
                                                     [RC_VERDICT_TRANSIENT_CHAOS] = "transient chaos"};
    const rc_study *study = results->study;
    size_t total[RC_N_VERDICTS] = {0}, n[RC_N_VERDICTS];
    rc_point at = {axes->box.x + axes->box.width + 8.0, axes->box.y + 3.0};
    for (size_t gain = 0; gain < study->n_gains; gain++) {
        count_verdicts(results, gain, n);
        for (size_t i = 0; i < RC_N_VERDICTS; i++) total[i] += n[i];
    }
    for (size_t i = RC_N_VERDICTS; i-- > 0;) {
        if (total[order[i]] == 0) continue;
        rc_legend_patch(axes->canvas, at, fill_of(order[i]), names[order[i]]);
        at.y += RC_LEGEND_STEP;
    }
    char words[64];
    size_t n_trials = study->n_sessions * study->n_trials;
    rc_text style = rc_style_text(RC_LEFT, RC_MIDDLE);
    snprintf(words, sizeof words, "%zu trial%s a bar", n_trials, n_trials == 1 ? "" : "s");
    rc_canvas_text(axes->canvas, (rc_point){at.x, at.y + 4.0}, &style, words);
}

void rc_panel_verdict(rc_canvas *canvas, rc_box box, const rc_results *results) {
    const rc_study *study = results->study;
    rc_axes axes = {.canvas = canvas, .x = {0.0, (double)study->n_gains}, .y = {0.0, 100.0}};
    axes.box = (rc_box){box.x + 34.0, box.y + 17.0, box.width - 106.0, box.height - 41.0};
    rc_style_letter(canvas, (rc_point){box.x, box.y}, "b");
    rc_axes_title(&axes, 9.0, "Verdicts on All Trials");
    for (size_t gain = 0; gain < study->n_gains; gain++) draw_bar(&axes, results, gain);
    draw_frame(&axes, study);
    draw_legend(&axes, results);
}
