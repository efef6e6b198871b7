/* Mean and spread of numbers that come one after the other. */
#ifndef RC_FIGURE_SUMMARY_H
#define RC_FIGURE_SUMMARY_H

#include <stddef.h>

typedef struct rc_summary {
    size_t n;
    double mean;
    double squares; /* sum of (value - mean)^2 */
    double errors;  /* sum of the values' own squared standard errors */
} rc_summary;

/* Starts as {0}. Values that are not finite are left out; an error that is
 * not finite counts as 0. */
void rc_summary_add(rc_summary *summary, double value, double error);

/* The standard deviation of the values; 0 of fewer than two. */
double rc_summary_spread(const rc_summary *summary);

/* The standard error of the mean. The spread of the values holds their own
 * errors already: sqrt(max(spread^2, mean squared error) / n), so that a few
 * values that happen to agree claim no more than they know. */
double rc_summary_error(const rc_summary *summary);

#endif
