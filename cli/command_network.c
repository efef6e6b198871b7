#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "cli.h"

static const char usage[] = "network [STUDY.yaml] --session S [--set KEY=VALUE]...\n"
                            "           -o FILE.npz\n"
                            "  writes the weights [N, N] (row: receiving neuron) and initial states\n"
                            "  [trials, N] of a session, and reports what random-matrix theory says of the\n"
                            "  network; the default study is the published one\n"
                            "  --session S        any whole number, also one that the study does not run\n"
                            "  --set KEY=VALUE    overrides a key of the study, as in run\n"
                            "  -o, --output FILE  for numpy.load";

static bool parse_session(const char *text, uint32_t *session) {
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    *session = (uint32_t)value;
    return errno == 0 && end != text && *end == '\0' && *text != '-' && value <= UINT32_MAX;
}

/* Dense arrays of more neurons would take gigabytes, and eigenvalues of so many hours. */
enum { MOST_NEURONS = 20000, MOST_FOR_EIGENVALUES = 4000 };

static void report(const rc_study *study, const rc_network *network, uint32_t session, double radius) {
    double n = (double)network->n_neurons;
    printf("session            %u\n", session);
    printf("neurons            %zu\n", network->n_neurons);
    printf("connections        %zu (%.4g of all pairs)\n", network->n_connections,
           n > 1 ? (double)network->n_connections / (n * (n - 1)) : 0);
    printf("effective gain     %.6g per unit g (weight_std sqrt(N p))\n", rc_network_effective_gain(study));
    if (isnan(radius)) {
        printf("spectral radius    not computed for more than %d neurons\n", MOST_FOR_EIGENVALUES);
        return;
    }
    printf("spectral radius    %.6g per unit g\n", radius);
    if (radius > 0)
        printf("radius 1 at        g = %.6g\n", 1 / radius);
    else
        printf("radius 1 at        no g: W has no eigenvalue but 0\n");
}

static rc_status write_network(const cli_arguments *arguments, uint32_t session) {
    rc_status status = RC_OK;
    rc_study *study = NULL;
    rc_network *network = NULL;
    double *initial_states = NULL, *weights = NULL, radius = NAN;
    RC_TRY(rc_study_read(arguments->file, arguments->settings, arguments->n_settings, &study));
    size_t n = study->network.n_neurons;
    if (n > MOST_NEURONS) {
        status = rc_fail(RC_INVALID, "network.neurons: expected at most %d for a dense matrix in a file, found %zu",
                         MOST_NEURONS, n);
        goto done;
    }
    RC_TRY(RC_ARRAY(weights, n * n, "dense weights"));
    RC_TRY(rc_network_generate(study, session, &network, &initial_states));
    rc_network_to_dense(network, weights);
    RC_TRY(rc_network_export_npz(weights, initial_states, n, study->n_trials, arguments->output));
    if (n <= MOST_FOR_EIGENVALUES) RC_TRY(rc_network_spectral_radius(network, &radius));
    report(study, network, session, radius);
done:
    free(weights);
    free(initial_states);
    rc_network_destroy(&network);
    rc_study_destroy(&study);
    return status;
}

int cli_network(const cli_host *host, int argc, char **argv) {
    cli_arguments arguments;
    uint32_t session;
    int exit_status = 2;
    if (!cli_parse(host, argc, argv, usage, "session set output", &arguments)) goto done;
    if (arguments.help) {
        printf("usage: %s %s\n", host->program, usage);
        exit_status = cli_finish(host);
        goto done;
    }
    if (!arguments.session || !arguments.output) {
        cli_misuse(host, usage, "expected --session S and -o FILE.npz");
        goto done;
    }
    if (!parse_session(arguments.session, &session)) {
        cli_misuse(host, usage, "--session '%s': expected a whole number from 0 to 4294967295", arguments.session);
        goto done;
    }
    rc_status status = write_network(&arguments, session);
    exit_status = status == RC_OK ? cli_finish(host) : cli_fail(host, status);
done:
    free(arguments.settings);
    return exit_status;
}
