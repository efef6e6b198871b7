#include "figure/summary.h"

#include <math.h>

void rc_summary_add(rc_summary *summary, double value, double error) {
    if (!isfinite(value)) return;
    double before = value - summary->mean;
    summary->n++;
    summary->mean += before / (double)summary->n;
    summary->squares += before * (value - summary->mean);
    if (isfinite(error)) summary->errors += error * error;
}

double rc_summary_spread(const rc_summary *summary) {
    return summary->n > 1 ? sqrt(summary->squares / (double)(summary->n - 1)) : 0.0;
}

double rc_summary_error(const rc_summary *summary) {
    if (summary->n == 0) return 0.0;
    double spread = rc_summary_spread(summary), own = summary->errors / (double)summary->n;
    return sqrt(fmax(spread * spread, own) / (double)summary->n);
}
