#include <stdio.h>
#include <unistd.h>

#include "cli.h"

int main(int argc, char **argv) {
    static const cli_host host = {.program = "rnnchaos", .n_ranks = 1, .run = rc_run_threads};
    int status = cli_main(&host, argc, argv);
    fflush(NULL);
    _exit(status); /* HDF5 tidies up at exit, and crashes there if a file could not be closed */
}
