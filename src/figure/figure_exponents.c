#include <rnnchaos/figure.h>

#include <math.h>

#include "base/fail.h"
#include "figure/canvas.h"
#include "figure/panels.h"
#include "figure/style.h"

static const double page_height = 338.4; /* 4.7 inches */

rc_range rc_range_of_exponents(rc_range range) {
    const double most_below = 0.6; /* of what is above zero */
    if (range.high > 0.0) range.low = fmax(range.low, -most_below * range.high);
    return range;
}

rc_status rc_figure_exponents(const rc_results *results, const char *path) {
    rc_status status = RC_OK;
    rc_canvas *canvas = NULL;
    if (results->study->n_exponents == 0)
        RC_TRY(rc_fail(RC_INVALID, "%s: no exponents were measured: exponents.count is 0 in this study", path));
    RC_TRY(rc_canvas_open(path, "rnnchaos: exponents of a study", RC_PAGE_WIDTH, page_height, &canvas));
    rc_panel_largest(canvas, (rc_box){4.0, 4.0, 296.0, 166.0}, results);
    rc_panel_verdict(canvas, (rc_box){312.0, 4.0, 194.0, 166.0}, results);
    RC_TRY(rc_panel_spectra(canvas, (rc_box){4.0, 180.0, 240.0, 156.0}, results));
    rc_panel_running(canvas, (rc_box){256.0, 180.0, 250.0, 156.0}, results);
    RC_TRY(rc_canvas_finish(canvas));
done:
    rc_canvas_destroy(&canvas);
    return status;
}
