/* What panels share. */
#include "figure/panels.h"

#include <math.h>

size_t rc_shown_count(size_t n) { return n < RC_LINES_MOST ? n : RC_LINES_MOST; }

size_t rc_shown_index(size_t n, size_t shown) {
    size_t n_shown = rc_shown_count(n);
    return n_shown > 1 ? (shown * (n - 1) + (n_shown - 1) / 2) / (n_shown - 1) : 0;
}

rc_range rc_range_of_exponents(rc_range range, double tau_ms) {
    const double share = 0.6, least = 0.2; /* shown below zero: of what is above, and per tau */
    double below = fmax(share * range.high, least * 1000.0 / tau_ms);
    if (range.high > 0.0) range.low = fmax(range.low, -below);
    return range;
}
