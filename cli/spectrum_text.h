/* Spectra as text. */
#ifndef RC_CLI_SPECTRUM_TEXT_H
#define RC_CLI_SPECTRUM_TEXT_H

#include <rnnchaos/spectrum.h>

extern const char *const spectrum_form_names[]; /* by rc_form */

/* What the trials say together. */
typedef struct spectrum_summary {
    size_t n_trials, n_attractors;
    rc_spectrum *const *spectra; /* [trial], borrowed */
    rc_share chaotic;
    rc_survival survival;
} spectrum_summary;

spectrum_summary spectrum_summarise(size_t n_trials, rc_spectrum *const *spectra);

/* The share of trials in one attractor, and the first of them. */
rc_share spectrum_attractor_share(const spectrum_summary *all, size_t attractor, const rc_spectrum **first);

/* For people, and as JSON, on stdout. */
void spectrum_print_table(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                          rc_spectrum *const *spectra);
void spectrum_print_json(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                         rc_spectrum *const *spectra);

#endif
