#include "figure/piece.h"

#include <math.h>
#include <stdbool.h>

typedef struct point {
    double x, y;
} point;

typedef double distances[RC_PIECE_NEURONS][RC_PIECE_NEURONS];

/* Connections on the shortest way between two neurons, whichever way they point
 * (Floyd & Warshall). Parts that do not hang together are as far from each other
 * as a row of all the neurons is long. */
static void measure(const rc_piece *piece, distances distance) {
    size_t n = piece->n_neurons;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) distance[i][j] = i == j ? 0.0 : (double)n;
    for (size_t k = 0; k < piece->n_connections; k++) {
        const rc_piece_connection *this = &piece->connection[k];
        distance[this->from][this->to] = distance[this->to][this->from] = 1.0;
    }
    for (size_t by = 0; by < n; by++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) distance[i][j] = fmin(distance[i][j], distance[i][by] + distance[by][j]);
}

/* Where neuron i has the least stress, if every other one pulls it along the line
 * between them: to the mean of what they want, weighted by distance^-2. That never
 * raises the stress of the whole (Gansner, Koren & North 2004, eq. 12,
 * doi:10.1007/978-3-540-31843-9_25). */
static point least_stress(const point *at, const distances distance, size_t n, size_t i) {
    point sum = {0.0, 0.0};
    double weights = 0.0;
    for (size_t j = 0; j < n; j++) {
        if (j == i) continue;
        double dx = at[i].x - at[j].x, dy = at[i].y - at[j].y, apart = sqrt(dx * dx + dy * dy);
        double weight = 1.0 / (distance[i][j] * distance[i][j]), stretch = apart > 0.0 ? distance[i][j] / apart : 0.0;
        sum.x += weight * (at[j].x + stretch * dx);
        sum.y += weight * (at[j].y + stretch * dy);
        weights += weight;
    }
    return (point){sum.x / weights, sum.y / weights};
}

/* Moves one neuron after another until all are at rest. */
static void settle(point *at, const distances distance, size_t n) {
    enum { SWEEPS_MOST = 20000 };
    const double at_rest = 1e-7;
    double moved = 1.0;
    for (int sweep = 0; sweep < SWEEPS_MOST && moved > at_rest; sweep++) {
        moved = 0.0;
        for (size_t i = 0; i < n; i++) {
            point next = least_stress(at, distance, n, i);
            moved = fmax(moved, fmax(fabs(next.x - at[i].x), fabs(next.y - at[i].y)));
            at[i] = next;
        }
    }
}

static void stretch(double *values, size_t n) {
    double low = values[0], high = values[0];
    for (size_t i = 1; i < n; i++) {
        low = fmin(low, values[i]);
        high = fmax(high, values[i]);
    }
    bool flat = high - low < 1e-6;
    for (size_t i = 0; i < n; i++) values[i] = flat ? 0.5 : (values[i] - low) / (high - low);
}

void rc_piece_lay_out(rc_piece *piece) {
    size_t n = piece->n_neurons;
    distances distance;
    point at[RC_PIECE_NEURONS];
    for (size_t i = 0; i < n; i++) {
        double angle = 2.0 * M_PI * (double)i / (double)n;
        at[i] = (point){cos(angle), sin(angle)};
    }
    measure(piece, distance);
    if (n > 1) settle(at, distance, n);
    for (size_t i = 0; i < n; i++) {
        piece->x[i] = at[i].x;
        piece->y[i] = at[i].y;
    }
    stretch(piece->x, n);
    stretch(piece->y, n);
}

static double cross(point o, point a, point b) { return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x); }

static bool segments_cross(point a, point b, point c, point d) {
    return cross(a, b, c) * cross(a, b, d) < 0.0 && cross(c, d, a) * cross(c, d, b) < 0.0;
}

static double distance_to_segment(point p, point a, point b) {
    double dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
    double along = length2 > 0.0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length2 : 0.0;
    along = fmin(fmax(along, 0.0), 1.0);
    return hypot(p.x - a.x - along * dx, p.y - a.y - along * dy);
}

/* Two connections that leave or meet a neuron side by side. */
static bool nearly_parallel(const point *at, const rc_piece_connection *a, const rc_piece_connection *b) {
    size_t here = a->from == b->from || a->from == b->to ? a->from : a->to;
    if (here != b->from && here != b->to) return false;
    point p = at[a->from + a->to - here], q = at[b->from + b->to - here], o = at[here];
    double dot = (p.x - o.x) * (q.x - o.x) + (p.y - o.y) * (q.y - o.y);
    return dot > 0.0 && fabs(cross(o, p, q)) < 0.6 * dot;
}

static double clutter_at_connection(const rc_piece *piece, const point *at, size_t i) {
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
static double too_close(point a, point b) {
    const double enough = 0.5;
    return 20.0 * fmax(0.0, enough - hypot(a.x - b.x, a.y - b.y));
}

double rc_piece_clutter(const rc_piece *piece) {
    const double aspect = 1.2; /* of the room in the figure */
    point at[RC_PIECE_NEURONS];
    double clutter = 0.0;
    for (size_t i = 0; i < piece->n_neurons; i++) {
        at[i] = (point){piece->x[i] * aspect, piece->y[i]};
        for (size_t j = 0; j < i; j++) clutter += too_close(at[i], at[j]);
    }
    for (size_t i = 0; i < piece->n_connections; i++) clutter += clutter_at_connection(piece, at, i);
    return clutter;
}
