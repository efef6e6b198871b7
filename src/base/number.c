#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* printf and strtod use the locale's decimal mark, which may be several
 * bytes: whatever is not part of a number otherwise becomes one point. */
static void set_point(char *text) {
    char *mark = text + strspn(text, "0123456789+-e");
    if (!*mark) return;
    size_t length = strcspn(mark, "0123456789+-e");
    *mark = '.';
    memmove(mark + 1, mark + length, strlen(mark + length) + 1);
}

void rc_number_format(double value, char text[RC_NUMBER_SIZE]) {
    if (!isfinite(value)) {
        snprintf(text, RC_NUMBER_SIZE, "%s", isnan(value) ? "NaN" : value < 0 ? "-inf" : "inf");
        return;
    }
    if (value == rint(value) && fabs(value) < 1e15) {
        snprintf(text, RC_NUMBER_SIZE, "%.0f", value);
        return;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, RC_NUMBER_SIZE, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    set_point(text);
}
