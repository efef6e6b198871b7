#include "spectrum_text.h"

#include <math.h>
#include <stdio.h>

static const char *const form_names[] = {"rate", "current", "map"}; /* by rc_form */

/* --- A table for people ------------------------------------------------------ */

static void print_estimate(const char *name, rc_estimate estimate, const char *unit) {
    if (isnan(estimate.value))
        printf("  %-22s not known from these exponents\n", name);
    else
        printf("  %-22s %.4g +- %.2g%s%s\n", name, estimate.value, estimate.error, *unit ? " " : "", unit);
}

static void print_exponents(const rc_spectrum *s, double tau_s) {
    printf("  %5s %14s %10s %12s\n", "i", "lambda (1/s)", "error", "lambda tau");
    for (size_t i = 0; i < s->n_exponents; i++)
        printf("  %5zu %14.5g %10.2g %12.5g\n", i + 1, s->exponent[i].value, s->exponent[i].error,
               s->exponent[i].value * tau_s);
}

static void print_audit(const rc_spectrum *s) {
    const rc_audit *a = &s->audit;
    printf("  audit: %s\n", a->text);
    const struct {
        const char *name, *unit;
        double value;
    } rows[] = {
        {"sum rule, relative residual", "", a->sum_rule},       {"exponent nearest zero", "1/s", a->zero_exponent},
        {"twin against tangent", "errors", a->twin_sigmas},     {"condition number", "", a->condition},
        {"half the QR interval", "", a->half_interval},         {"half the time step", "1/s", a->half_step},
        {"eigenvalues against tangent", "1/s", a->fixed_point},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
        if (!isnan(rows[k].value)) printf("    %-28s %10.2g %s\n", rows[k].name, rows[k].value, rows[k].unit);
}

static void print_trial(const rc_spectrum_plan *plan, size_t trial, const rc_spectrum *s) {
    printf("\ntrial %zu: %s\n  %s\n", trial, rc_verdict_name(s->verdict), s->reason);
    if (s->attractor != SIZE_MAX) printf("  attractor %zu\n", s->attractor);
    print_exponents(s, plan->tau_ms / 1000);
    print_estimate(s->n_exponents == s->n_neurons ? "sum" : "sum of these", s->derived.sum, "1/s");
    print_estimate("entropy rate", s->derived.entropy_rate, "1/s");
    print_estimate("Kaplan-Yorke dimension", s->derived.kaplan_yorke, "");
    printf("  %-22s %zu\n", "positive exponents", s->derived.n_positive);
    print_estimate("twin's exponent", s->twin, "1/s");
    printf("  measured for %.4g s, QR every %.4g ms", s->measured_s, 1000 * s->interval_s);
    if (s->needed_s > 0) printf("; the target error needs about %.4g s more", s->needed_s);
    printf("\n");
    print_audit(s);
}

void spectrum_print_table(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                          rc_spectrum *const *spectra) {
    size_t n_chaotic = 0;
    printf("%zu neurons, %zu connections, gain %g, form %s\n", network->n_neurons, network->n_connections, plan->gain,
           form_names[plan->form]);
    for (size_t t = 0; t < n_trials; t++) print_trial(plan, t, spectra[t]);
    for (size_t t = 0; t < n_trials; t++) n_chaotic += spectra[t]->verdict == RC_VERDICT_CHAOS;
    rc_share chaos = rc_share_of(n_chaotic, n_trials);
    printf("\nchaotic: %zu of %zu trials; share %.2f, 95 %% interval %.2f to %.2f\n", chaos.n, chaos.of, chaos.value,
           chaos.low, chaos.high);
}

/* --- JSON -------------------------------------------------------------------- */

/* Numbers that JSON cannot write are null. */
static void json_number(const char *name, double value, const char *after) {
    if (name) printf("\"%s\": ", name);
    if (isfinite(value))
        printf("%.17g%s", value, after);
    else
        printf("null%s", after);
}

static void json_text(const char *name, const char *text, const char *after) {
    printf("\"%s\": \"", name);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') putchar('\\');
        if ((unsigned char)*text >= ' ') putchar(*text);
    }
    printf("\"%s", after);
}

static void json_estimate(const char *name, rc_estimate estimate, const char *after) {
    printf("\"%s\": {", name);
    json_number("value", estimate.value, ", ");
    json_number("error", estimate.error, ", ");
    json_number("n_effective", estimate.n_effective, "}");
    printf("%s", after);
}

static void json_list(const char *name, const rc_estimate *estimates, size_t n, bool errors) {
    printf("     \"%s\": [", name);
    for (size_t i = 0; i < n; i++)
        json_number(NULL, errors ? estimates[i].error : estimates[i].value, i + 1 < n ? ", " : "");
    printf("],\n");
}

static void json_audit(const rc_audit *audit) {
    printf("     \"audit\": {\"passed\": %s, ", audit->passed ? "true" : "false");
    json_number("sum_rule", audit->sum_rule, ", ");
    json_number("zero_exponent", audit->zero_exponent, ", ");
    json_number("twin_sigmas", audit->twin_sigmas, ", ");
    json_number("condition", audit->condition, ", ");
    json_number("half_interval", audit->half_interval, ", ");
    json_number("half_step", audit->half_step, ", ");
    json_number("fixed_point", audit->fixed_point, ", ");
    json_text("text", audit->text, "}");
}

static void json_trial(const rc_spectrum *s) {
    printf("    {");
    json_text("verdict", rc_verdict_name(s->verdict), ", ");
    json_text("reason", s->reason, ",\n");
    json_list("exponents", s->exponent, s->n_exponents, false);
    json_list("errors", s->exponent, s->n_exponents, true);
    printf("     \"attractor\": ");
    if (s->attractor == SIZE_MAX)
        printf("null, ");
    else
        printf("%zu, ", s->attractor);
    printf("\"n_positive\": %zu, ", s->derived.n_positive);
    json_number("measured_s", s->measured_s, ", ");
    json_number("needed_s", s->needed_s, ", ");
    json_number("interval_s", s->interval_s, ", ");
    json_number("period_ms", s->period_ms, ", ");
    json_number("lifetime_ms", s->lifetime_ms, ",\n     ");
    json_estimate("sum", s->derived.sum, ", ");
    json_estimate("entropy_rate", s->derived.entropy_rate, ",\n     ");
    json_estimate("kaplan_yorke_dimension", s->derived.kaplan_yorke, ", ");
    json_estimate("twin", s->twin, ",\n     ");
    json_number("participation_ratio", s->activity.participation_ratio, ", ");
    json_number("autocorrelation_ms", s->activity.autocorrelation_ms, ", ");
    json_number("speed", s->activity.mean_speed, ",\n");
    json_audit(&s->audit);
    printf("}");
}

void spectrum_print_json(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                         rc_spectrum *const *spectra) {
    size_t n_chaotic = 0;
    printf("{\"neurons\": %zu, \"connections\": %zu, ", network->n_neurons, network->n_connections);
    json_text("form", form_names[plan->form], ", ");
    json_number("gain", plan->gain, ", ");
    json_number("tau_ms", plan->tau_ms, ", ");
    json_number("dt_ms", plan->dt_ms, ",\n \"trials\": [\n");
    for (size_t t = 0; t < n_trials; t++) {
        json_trial(spectra[t]);
        n_chaotic += spectra[t]->verdict == RC_VERDICT_CHAOS;
        printf(t + 1 < n_trials ? ",\n" : "\n ],\n");
    }
    rc_share chaos = rc_share_of(n_chaotic, n_trials);
    printf(" \"chaotic\": {\"n\": %zu, \"of\": %zu, ", chaos.n, chaos.of);
    json_number("share", chaos.value, ", ");
    json_number("low", chaos.low, ", ");
    json_number("high", chaos.high, "}}\n");
}
