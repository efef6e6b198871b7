/* Spectra for people and for programs, on stdout. */
#ifndef RC_CLI_SPECTRUM_TEXT_H
#define RC_CLI_SPECTRUM_TEXT_H

#include <rnnchaos/spectrum.h>

void spectrum_print_table(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                          rc_spectrum *const *spectra);
void spectrum_print_json(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                         rc_spectrum *const *spectra);

#endif
