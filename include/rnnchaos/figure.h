/* Figures of results, as PDF, SVG or PNG. */
#ifndef RNNCHAOS_FIGURE_H
#define RNNCHAOS_FIGURE_H

#include <rnnchaos/status.h>
#include <rnnchaos/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Draws the study's figure (panels a-d) to path; the ending .pdf, .svg or
 * .png chooses the format. The same results give the same bytes. Written to
 * a temporary name and renamed. Errors: RC_INVALID for another ending,
 * RC_IO, RC_NO_MEMORY, RC_UNSUPPORTED in a build without figures
 * or where no font is installed. Cost: about 0.1 s (a .png 0.2 s). */
rc_status rc_figure_study(const rc_results *results, const char *path);

/* Draws the figure of the exponents, in the same way: a. the largest exponent
 * against g, for every session, beside the divergence exponent; b. the share
 * of trials by verdict; c. the spectra of the chaotic trials; d. how the
 * estimate settles in the recorded trial. Error bars and bands are explained
 * in the figure. Errors: as above, and RC_INVALID if the study measures no
 * exponents (exponents.count is 0). */
rc_status rc_figure_exponents(const rc_results *results, const char *path);

#ifdef __cplusplus
}
#endif
#endif
