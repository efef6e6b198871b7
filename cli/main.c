#include "cli.h"

int main(int argc, char **argv) {
    static const cli_host host = {.program = "rnnchaos", .n_ranks = 1, .run = rc_run_threads};
    cli_exit(cli_main(&host, argc, argv));
}
