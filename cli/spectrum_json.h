/* Spectra as JSON, on stdout. */
#ifndef RC_CLI_SPECTRUM_JSON_H
#define RC_CLI_SPECTRUM_JSON_H

#include <rnnchaos/spectrum.h>

void spectrum_print_json(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                         rc_spectrum *const *spectra);

#endif
