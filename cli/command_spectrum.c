#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rnnchaos/random.h>
#include <rnnchaos/spectrum.h>

#include "base/fail.h"
#include "base/memory.h"
#include "cli.h"
#include "spectrum_json.h"
#include "stop.h"

static const char usage[] = "spectrum --weights FILE [--gain G] [--form {rate,current,map}]\n"
                            "           [--exponents K|all] [--input FILE] [--trials N] [--seed S]\n"
                            "           [--initial-states FILE] [--tau-ms T] [--dt-ms T] [--transient-ms T]\n"
                            "           [--duration-ms T] [--target-error E] [--target-share E]\n"
                            "           [--precision {double,single}] [--kernels {scalar,avx2,avx512,neon}]\n"
                            "           [--json] [-o FILE.h5]\n"
                            "  measures the Lyapunov spectrum of a network and says what each trial is\n"
                            "  --weights FILE     .npy, .npz (dense or SciPy sparse), Matrix Market or HDF5;\n"
                            "                     row = receiving neuron; FILE:NAME chooses an array in it\n"
                            "  --gain G           factor g on all weights (default: 1)\n"
                            "  --form NAME        rate     r <- r + dt/tau (tanh(g W r + b) - r)  (default)\n"
                            "                     current  x <- x + dt/tau (g W tanh(x) + b - x)\n"
                            "                     map      r <- tanh(g W r + b), one step a dt\n"
                            "  --exponents K      how many leading ones, or all (default: 10 or N)\n"
                            "  --input FILE       b, a number a neuron: .npy or text (default: 0)\n"
                            "  --trials N         initial states, uniform in [-1, 1) (default: 8)\n"
                            "  --seed S           of the initial states, from 1 (default: 1234)\n"
                            "  --initial-states FILE  one state instead: .npy or text\n"
                            "  --tau-ms T         time constant (default: 20)\n"
                            "  --dt-ms T          time step (default: 1)\n"
                            "  --transient-ms T   before anything is accumulated (default: 10000)\n"
                            "  --duration-ms T    the most that is accumulated (default: 50000)\n"
                            "  --target-error E   stop when every standard error is below E 1/s\n"
                            "  --target-share E   ... or below E times the exponent (default for both: 0)\n"
                            "  --precision NAME   of tangent vectors: double (default), or single: 0.5 to 0.7\n"
                            "                     of the time, and rounding far below the errors\n"
                            "  --kernels NAME     the instruction set, by default the best\n"
                            "  --json             print JSON instead of a table\n"
                            "  -o, --output FILE  also write everything, every block's stretching included";

typedef struct {
    const cli_arguments *arguments;
    rc_spectrum_plan plan;
    size_t n_trials;
    rc_network *network;
    double *input, *states; /* [neuron], [trial, neuron] */
    rc_spectrum **spectra;  /* [trial] */
} job;

/* A number of at least `low` from an option; the default if it is not given. */
static rc_status parse_real(const char *option, const char *text, double low, bool low_excluded, double *value) {
    if (!text) return RC_OK;
    char *end;
    *value = strtod(text, &end);
    bool fits = low_excluded ? *value > low : *value >= low;
    if (end != text && *end == '\0' && isfinite(*value) && fits) return RC_OK;
    return rc_fail(RC_INVALID, "--%s '%s': expected a number %s %g", option, text, low_excluded ? "above" : "from",
                   low);
}

static rc_status parse_count(const char *option, const char *text, size_t high, size_t *value) {
    if (!text) return RC_OK;
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    *value = (size_t)number;
    if (errno == 0 && end != text && *end == '\0' && *text != '-' && number >= 1 && number <= high) return RC_OK;
    return rc_fail(RC_INVALID, "--%s '%s': expected a whole number from 1 to %zu", option, text, high);
}

static rc_status parse_exponents(const char *text, size_t n_neurons, size_t *n_exponents) {
    *n_exponents = n_neurons < 10 ? n_neurons : 10;
    if (text && strcmp(text, "all") == 0) {
        *n_exponents = n_neurons;
        return RC_OK;
    }
    if (parse_count("exponents", text, n_neurons, n_exponents) == RC_OK) return RC_OK;
    return rc_fail(RC_INVALID, "--exponents '%s': expected all, or a whole number from 1 to %zu (neurons)", text,
                   n_neurons);
}

static rc_status parse_plan(job *j) {
    rc_status status = RC_OK;
    const cli_arguments *a = j->arguments;
    rc_spectrum_plan *plan = &j->plan;
    *plan = (rc_spectrum_plan){
        .gain = 1, .tau_ms = 20, .dt_ms = 1, .transient_ms = 10000, .duration_ms = 50000, .stop = &cli_control.stop};
    if (a->form) RC_TRY(rc_form_find(a->form, &plan->form));
    RC_TRY(parse_real("gain", a->gain, 0, false, &plan->gain));
    RC_TRY(parse_real("tau-ms", a->tau_ms, 0, true, &plan->tau_ms));
    RC_TRY(parse_real("dt-ms", a->dt_ms, 0, true, &plan->dt_ms));
    RC_TRY(parse_real("transient-ms", a->transient_ms, 0, false, &plan->transient_ms));
    RC_TRY(parse_real("duration-ms", a->duration_ms, 0, true, &plan->duration_ms));
    RC_TRY(parse_real("target-error", a->target_error, 0, false, &plan->target_error));
    RC_TRY(parse_real("target-share", a->target_share, 0, false, &plan->target_error_share));
    if (a->precision) RC_TRY(rc_precision_find(a->precision, &plan->precision));
    RC_TRY(rc_kernels_find(a->kernels, &plan->kernels));
    if (plan->form != RC_FORM_MAP && plan->dt_ms >= 2 * plan->tau_ms)
        RC_TRY(rc_fail(RC_INVALID, "--dt-ms %g: expected less than twice --tau-ms %g", plan->dt_ms, plan->tau_ms));
done:
    return status;
}

/* Random states like a study's: uniform in [-1, 1), trial after trial. */
static void draw_states(uint32_t seed, size_t n, double *states) {
    rc_stream stream;
    rc_stream_open(&seed, 1, NULL, 0, &stream);
    rc_stream_states(&stream, n, states);
}

static rc_status prepare(job *j) {
    rc_status status = RC_OK;
    const cli_arguments *a = j->arguments;
    size_t seed = 1234;
    RC_TRY(parse_plan(j));
    j->n_trials = 8;
    RC_TRY(parse_count("trials", a->trials, 1000000, &j->n_trials));
    RC_TRY(parse_count("seed", a->seed, UINT32_MAX, &seed));
    RC_TRY(rc_network_read(a->weights, NULL, &j->network));
    size_t n_neurons = j->network->n_neurons;
    RC_TRY(parse_exponents(a->exponents, n_neurons, &j->plan.n_exponents));
    if (a->input) RC_TRY(rc_vector_read(a->input, n_neurons, &j->input));
    j->plan.input = j->input;
    if (a->initial_states) {
        j->n_trials = 1;
        RC_TRY(rc_vector_read(a->initial_states, n_neurons, &j->states));
    } else {
        RC_TRY(RC_ARRAY(j->states, j->n_trials * n_neurons, "initial states"));
        draw_states((uint32_t)seed, j->n_trials * n_neurons, j->states);
    }
    RC_TRY(RC_ARRAY(j->spectra, j->n_trials, "spectra"));
done:
    return status;
}

static rc_status measure(job *j) {
    rc_status status = RC_OK;
    char *text = NULL;
    RC_TRY(prepare(j));
    RC_TRY(rc_spectrum_measure(j->network, &j->plan, j->n_trials, j->states, j->spectra));
    RC_TRY(rc_spectrum_judge(j->network, &j->plan, j->n_trials, j->spectra));
    rc_attractors_match(&j->plan, j->n_trials, j->spectra);
    if (j->arguments->output) RC_TRY(rc_spectra_write(&j->plan, j->n_trials, j->spectra, j->arguments->output));
    if (j->arguments->json) {
        spectrum_print_json(j->network, &j->plan, j->n_trials, j->spectra);
        goto done;
    }
    RC_TRY(rc_spectra_describe(j->network, &j->plan, j->n_trials, j->spectra, &text));
    fputs(text, stdout);
done:
    free(text);
    return status;
}

static void destroy(job *j) {
    for (size_t t = 0; j->spectra && t < j->n_trials; t++) rc_spectrum_destroy(&j->spectra[t]);
    free(j->spectra);
    free(j->states);
    free(j->input);
    rc_network_destroy(&j->network);
}

int cli_spectrum(const cli_host *host, int argc, char **argv) {
    cli_arguments arguments;
    job j = {.arguments = &arguments};
    int exit_status = 2;
    if (!cli_parse(host, argc, argv, usage,
                   "weights gain form exponents input trials seed initial-states tau-ms dt-ms transient-ms duration-ms "
                   "target-error target-share precision kernels json output",
                   &arguments))
        goto done;
    if (arguments.help) {
        printf("usage: %s %s\n", host->program, usage);
        exit_status = cli_finish(host);
        goto done;
    }
    if (!arguments.weights || arguments.file) {
        cli_misuse(host, usage, "expected --weights FILE and options only");
        goto done;
    }
    cli_catch_signals();
    rc_status status = measure(&j);
    exit_status = status == RC_OK ? cli_finish(host) : cli_fail(host, status);
done:
    destroy(&j);
    free(arguments.settings);
    return exit_status;
}
