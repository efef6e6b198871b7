#include <rnnchaos/figure.h>

#include <stdlib.h>

#include "base/fail.h"
#include "figure/canvas.h"
#include "figure/panels.h"
#include "figure/style.h"

static const double page_height = 475.2; /* 6.6 inches */

/* The first session's network, a piece of it, and all its initial states. */
static rc_status generate(const rc_study *study, rc_piece *piece, double **initial_states) {
    rc_status status = RC_OK;
    rc_network *network = NULL;
    RC_TRY(rc_network_generate(study, study->sessions[0], &network, initial_states));
    RC_TRY(rc_piece_choose(network, piece));
done:
    rc_network_destroy(&network);
    return status;
}

typedef struct {
    const rc_results *results;
    rc_piece piece;
    const double *initial_state;
} contents;

static rc_status draw(rc_canvas *canvas, const void *context) {
    const contents *c = context;
    rc_panel_design(canvas, (rc_box){4.0, 4.0, 502.0, 178.0}, c->results->study, &c->piece, c->initial_state);
    rc_panel_activity(canvas, (rc_box){4.0, 196.0, 256.0, 276.0}, c->results);
    rc_panel_divergence(canvas, (rc_box){278.0, 196.0, 228.0, 134.0}, c->results);
    rc_panel_exponent(canvas, (rc_box){278.0, 338.0, 228.0, 134.0}, c->results);
    return RC_OK;
}

rc_status rc_figure_study(const rc_results *results, const char *path) {
    static const rc_page page = {"rnnchaos: results of a study", RC_PAGE_WIDTH, page_height};
    const rc_study *study = results->study;
    rc_status status = RC_OK;
    contents c = {.results = results};
    double *initial_states = NULL;
    RC_TRY(generate(study, &c.piece, &initial_states));
    c.initial_state = initial_states + study->record.trial * study->network.n_neurons;
    RC_TRY(rc_canvas_draw(&page, path, draw, &c));
done:
    free(initial_states);
    return status;
}
