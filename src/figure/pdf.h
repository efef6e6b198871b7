/* Is a PDF whole? */
#ifndef RC_FIGURE_PDF_H
#define RC_FIGURE_PDF_H

#include <stdbool.h>
#include <stddef.h>

/* Does it have its end, and every object at the place that its table of cross-references says? Of a file without
 * such a table (they may be compressed since PDF 1.5) only the end is looked at. */
bool rc_pdf_is_whole(const char *bytes, size_t n);

#endif
