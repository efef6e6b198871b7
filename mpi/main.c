#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cli.h"
#include "scheduler.h"
#include "stop.h"

static int lead(int n_ranks, int argc, char **argv) {
    char launcher[48];
    snprintf(launcher, sizeof launcher, "mpirun -np %d ", n_ranks);
    const cli_host host = {
        .program = "rnnchaos-mpi",
        .more_help = "  check     test this MPI installation with the ranks it was started with\n",
        .launcher = launcher,
        .n_ranks = (size_t)n_ranks,
        .n_threads = 1,
        .run = mpi_run_study,
    };
    int exit_status = cli_main(&host, argc, argv);
    mpi_release(exit_status);
    return exit_status;
}

/* Open MPI 4 prefers a component for windows that cannot make one over Ethernet
 * (open-mpi/ompi #11466). Who has chosen a component keeps it. */
static void avoid_broken_windows(void) {
#if defined(OMPI_MAJOR_VERSION) && OMPI_MAJOR_VERSION == 4
    setenv("OMPI_MCA_osc", "^rdma", 0);
#endif
}

int main(int argc, char **argv) {
    int rank, n_ranks, provided, exit_status;
    avoid_broken_windows();
    if (MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) return 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &n_ranks);
    cli_catch_signals();
    if (provided < MPI_THREAD_FUNNELED) {
        if (rank == 0) fprintf(stderr, "rnnchaos-mpi: this MPI allows no threads (MPI_THREAD_FUNNELED)\n");
        exit_status = 1;
    } else if (argc > 1 && strcmp(argv[1], "check") == 0) {
        exit_status = mpi_check(argc - 1, argv + 1);
    } else {
        exit_status = rank == 0 ? lead(n_ranks, argc, argv) : mpi_serve(&cli_control);
    }
    MPI_Finalize();
    cli_exit(exit_status);
}
