#include <rnnchaos/figure.h>

#include "base/fail.h"
#include "figure/canvas.h"
#include "figure/panels.h"
#include "figure/style.h"

static const double page_height = 338.4; /* 4.7 inches */

static rc_status draw(rc_canvas *canvas, const void *context) {
    const rc_results *results = context;
    rc_status status = RC_OK;
    rc_panel_largest(canvas, (rc_box){4.0, 4.0, 290.0, 166.0}, results);
    rc_panel_verdict(canvas, (rc_box){302.0, 4.0, 204.0, 166.0}, results);
    RC_TRY(rc_panel_spectra(canvas, (rc_box){4.0, 180.0, 244.0, 156.0}, results));
    rc_panel_running(canvas, (rc_box){260.0, 180.0, 246.0, 156.0}, results);
done:
    return status;
}

rc_status rc_figure_exponents(const rc_results *results, const char *path) {
    static const rc_page page = {"rnnchaos: exponents of a study", RC_PAGE_WIDTH, page_height};
    if (results->study->n_exponents == 0)
        return rc_fail(RC_INVALID, "%s: no exponents were measured: exponents.count is 0 in this study", path);
    return rc_canvas_draw(&page, path, draw, results);
}
