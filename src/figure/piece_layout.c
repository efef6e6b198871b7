#include <igraph.h>
#include <math.h>
#include <stdbool.h>

#include "base/fail.h"
#include "figure/piece.h"

static rc_status check(igraph_error_t failure) {
    if (failure == IGRAPH_SUCCESS) return RC_OK;
    rc_status status = failure == IGRAPH_ENOMEM ? RC_NO_MEMORY : RC_NUMERICS;
    return rc_fail(status, "layout of the network: %s", igraph_strerror(failure));
}

static igraph_error_t build_graph(const rc_piece *piece, igraph_t *graph) {
    igraph_vector_int_t ends;
    igraph_error_t failure = igraph_vector_int_init(&ends, (igraph_integer_t)(2 * piece->n_connections));
    if (failure != IGRAPH_SUCCESS) return failure;
    for (size_t i = 0; i < piece->n_connections; i++) {
        VECTOR(ends)[2 * i] = (igraph_integer_t)piece->connection[i].from;
        VECTOR(ends)[2 * i + 1] = (igraph_integer_t)piece->connection[i].to;
    }
    failure = igraph_create(graph, &ends, (igraph_integer_t)piece->n_neurons, IGRAPH_UNDIRECTED);
    igraph_vector_int_destroy(&ends);
    return failure;
}

/* From a circle, so that no random number is drawn. */
static igraph_error_t place(const rc_piece *piece, const igraph_t *graph, igraph_matrix_t *places) {
    for (size_t i = 0; i < piece->n_neurons; i++) {
        double angle = 2.0 * M_PI * (double)i / (double)piece->n_neurons;
        MATRIX(*places, i, 0) = cos(angle);
        MATRIX(*places, i, 1) = sin(angle);
    }
    if (piece->n_connections == 0) return IGRAPH_SUCCESS; /* distances would all be infinite */
    igraph_integer_t n = (igraph_integer_t)piece->n_neurons;
    return igraph_layout_kamada_kawai(graph, places, 1, 50 * n, 0.0, (double)n, NULL, NULL, NULL, NULL, NULL);
}

static void stretch(double *values, size_t stride, size_t n) {
    double low = values[0], high = values[0];
    for (size_t i = 1; i < n; i++) {
        low = fmin(low, values[i * stride]);
        high = fmax(high, values[i * stride]);
    }
    bool flat = high - low < 1e-6;
    for (size_t i = 0; i < n; i++) values[i * stride] = flat ? 0.5 : (values[i * stride] - low) / (high - low);
}

static bool read_places(const igraph_matrix_t *places, rc_piece *piece) {
    for (size_t i = 0; i < piece->n_neurons; i++) {
        piece->position[i] = (rc_point){MATRIX(*places, i, 0), MATRIX(*places, i, 1)};
        if (!isfinite(piece->position[i].x) || !isfinite(piece->position[i].y)) return false;
    }
    stretch(&piece->position[0].x, 2, piece->n_neurons);
    stretch(&piece->position[0].y, 2, piece->n_neurons);
    return true;
}

rc_status rc_piece_lay_out(rc_piece *piece) {
    igraph_error_handler_t *former = igraph_set_error_handler(igraph_error_handler_ignore);
    rc_status status = RC_OK;
    igraph_t graph;
    igraph_matrix_t places;
    bool has_graph = false, has_places = false;
    RC_TRY(check(build_graph(piece, &graph)));
    has_graph = true;
    RC_TRY(check(igraph_matrix_init(&places, (igraph_integer_t)piece->n_neurons, 2)));
    has_places = true;
    RC_TRY(check(place(piece, &graph, &places)));
    if (!read_places(&places, piece)) status = rc_fail(RC_NUMERICS, "layout of the network: not finite");
done:
    if (has_places) igraph_matrix_destroy(&places);
    if (has_graph) igraph_destroy(&graph);
    igraph_set_error_handler(former);
    return status;
}

static double cross(rc_point o, rc_point a, rc_point b) {
    return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
}

static bool segments_cross(rc_point a, rc_point b, rc_point c, rc_point d) {
    return cross(a, b, c) * cross(a, b, d) < 0.0 && cross(c, d, a) * cross(c, d, b) < 0.0;
}

static double distance_to_segment(rc_point p, rc_point a, rc_point b) {
    double dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
    double along = length2 > 0.0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length2 : 0.0;
    along = fmin(fmax(along, 0.0), 1.0);
    return hypot(p.x - a.x - along * dx, p.y - a.y - along * dy);
}

/* Two connections that leave or meet a neuron side by side. */
static bool nearly_parallel(const rc_point *at, const rc_piece_connection *a, const rc_piece_connection *b) {
    size_t here = a->from == b->from || a->from == b->to ? a->from : a->to;
    if (here != b->from && here != b->to) return false;
    rc_point p = at[a->from + a->to - here], q = at[b->from + b->to - here], o = at[here];
    double dot = (p.x - o.x) * (q.x - o.x) + (p.y - o.y) * (q.y - o.y);
    return dot > 0.0 && fabs(cross(o, p, q)) < 0.6 * dot;
}

static double clutter_at_connection(const rc_piece *piece, const rc_point *at, size_t i) {
    const rc_piece_connection *this = &piece->connection[i];
    double clutter = 0.0;
    for (size_t k = 0; k < piece->n_neurons; k++) {
        if (k == this->from || k == this->to) continue;
        clutter += distance_to_segment(at[k], at[this->from], at[this->to]) < 0.13 ? 4.0 : 0.0;
    }
    for (size_t j = 0; j < i; j++) {
        const rc_piece_connection *that = &piece->connection[j];
        clutter += nearly_parallel(at, this, that) ? 2.5 : 0.0;
        clutter += segments_cross(at[this->from], at[this->to], at[that->from], at[that->to]) ? 1.0 : 0.0;
    }
    return clutter;
}

/* Between linked neurons there must be room for an arrow. */
static double too_close(rc_point a, rc_point b) {
    const double enough = 0.5;
    return 20.0 * fmax(0.0, enough - hypot(a.x - b.x, a.y - b.y));
}

double rc_piece_clutter(const rc_piece *piece, double aspect) {
    rc_point at[RC_PIECE_NEURONS];
    double clutter = 0.0;
    for (size_t i = 0; i < piece->n_neurons; i++) {
        at[i] = (rc_point){piece->position[i].x * aspect, piece->position[i].y};
        for (size_t j = 0; j < i; j++) clutter += too_close(at[i], at[j]);
    }
    for (size_t i = 0; i < piece->n_connections; i++) clutter += clutter_at_connection(piece, at, i);
    return clutter;
}
