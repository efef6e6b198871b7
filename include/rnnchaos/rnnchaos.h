/* rnnchaos: is this recurrent network chaotic, how strongly, how sure? */
#ifndef RNNCHAOS_RNNCHAOS_H
#define RNNCHAOS_RNNCHAOS_H

#include <rnnchaos/dynamics.h>
#include <rnnchaos/exponents.h>
#include <rnnchaos/figure.h>
#include <rnnchaos/journal.h>
#include <rnnchaos/network.h>
#include <rnnchaos/random.h>
#include <rnnchaos/run.h>
#include <rnnchaos/spectrum.h>
#include <rnnchaos/status.h>
#include <rnnchaos/store.h>
#include <rnnchaos/study.h>
#include <rnnchaos/version.h>

#endif
