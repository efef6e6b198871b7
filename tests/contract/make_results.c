/* Made-up results in every format, for the readers of the contract tests:
 * make_results FOLDER [KEY=VALUE]... */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rnnchaos/rnnchaos.h>

#include "../made_up.h"

static void check(rc_status status) {
    if (status == RC_OK) return;
    fprintf(stderr, "%s: %s\n", rc_status_text(status), rc_message());
    exit(rc_status_exit(status));
}

static const char *in_folder(const char *folder, const char *name) {
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    const char *folder = argv[1];
    rc_results *results = made_up_results((const char *const *)argv + 2, (size_t)argc - 2);
    if (!results) check(RC_NO_MEMORY);
    check(rc_results_write(results, in_folder(folder, "results.h5")));
    check(rc_results_export_pickle(results, in_folder(folder, "data_curation.pickle")));
    check(rc_results_export_npz(results, in_folder(folder, "results.npz")));
    check(rc_results_export_csv(results, in_folder(folder, "results.csv")));
    double weights[] = {0, 0.25, -0.5, 0}, initial_states[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
    check(rc_network_export_npz(weights, initial_states, 2, 3, in_folder(folder, "network.npz")));
    rc_results_destroy(&results);
    return 0;
}
