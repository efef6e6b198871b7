#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "spectrum_json.h"

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

/* 1/s, and in units of tau. */
static void json_rate(const char *name, rc_estimate rate, double tau_s, const char *after) {
    printf("\"%s\": {", name);
    json_number("value", rate.value, ", ");
    json_number("error", rate.error, ", ");
    json_number("value_per_tau", rate.value * tau_s, ", ");
    json_number("error_per_tau", rate.error * tau_s, ", ");
    json_number("n_effective", rate.n_effective, "}");
    printf("%s", after);
}

static void json_share(const char *name, rc_share share, const char *after) {
    printf("\"%s\": {\"n\": %zu, \"of\": %zu, ", name, share.n, share.of);
    json_number("share", share.value, ", ");
    json_number("low", share.low, ", ");
    json_number("high", share.high, "}");
    printf("%s", after);
}

static void json_list(const char *name, const rc_estimate *estimates, size_t n, bool errors, double unit) {
    printf("     \"%s\": [", name);
    for (size_t i = 0; i < n; i++)
        json_number(NULL, unit * (errors ? estimates[i].error : estimates[i].value), i + 1 < n ? ", " : "");
    printf("],\n");
}

static void json_activity(const rc_activity *activity) {
    json_number("participation_ratio", activity->participation_ratio, ", ");
    json_number("autocorrelation_ms", activity->autocorrelation_ms, ", ");
    json_number("speed", activity->mean_speed, ", ");
    json_number("lag_ms", activity->lag_ms, ",\n     \"autocorrelation\": [");
    for (size_t lag = 0; lag < RC_N_LAGS; lag++)
        json_number(NULL, activity->autocorrelation[lag], lag + 1 < RC_N_LAGS ? ", " : "],\n");
}

static void json_audit(const rc_audit *audit) {
    printf("\"audit\": {\"passed\": %s, ", audit->passed ? "true" : "false");
    json_number("sum_rule", audit->sum_rule, ", ");
    json_number("zero_exponent", audit->zero_exponent, ", ");
    json_number("twin_sigmas", audit->twin_sigmas, ", ");
    json_number("condition", audit->condition, ", ");
    json_number("half_interval", audit->half_interval, ", ");
    json_number("half_step", audit->half_step, ", ");
    json_number("fixed_point", audit->fixed_point, ", ");
    json_text("text", audit->text, "}");
}

static void json_trial(const rc_spectrum *s, double tau_s) {
    printf("    {");
    json_text("verdict", rc_verdict_name(s->verdict), ", ");
    json_text("reason", s->reason, ",\n");
    json_list("exponents", s->exponent, s->n_exponents, false, 1);
    json_list("errors", s->exponent, s->n_exponents, true, 1);
    json_list("exponents_per_tau", s->exponent, s->n_exponents, false, tau_s);
    json_list("errors_per_tau", s->exponent, s->n_exponents, true, tau_s);
    printf("     \"attractor\": ");
    if (s->attractor == SIZE_MAX)
        printf("null, ");
    else
        printf("%zu, ", s->attractor);
    printf("\"n_positive\": %zu, \"n_positive_least\": %zu, \"n_positive_most\": %zu, ", s->derived.n_positive,
           s->derived.n_positive_least, s->derived.n_positive_most);
    json_number("measured_s", s->measured_s, ", ");
    json_number("needed_s", s->needed_s, ", ");
    json_number("interval_s", s->interval_s, ", ");
    json_number("period_ms", s->period_ms, ", ");
    json_number("rest_ms", s->rest_ms, ", ");
    json_number("lifetime_ms", s->lifetime_ms, ",\n     ");
    json_number("growth", s->growth, ", ");
    json_number("growth_ms", s->growth_ms, ", ");
    json_rate("transient", s->transient, tau_s, ",\n     ");
    json_rate("sum", s->derived.sum, tau_s, ",\n     ");
    json_rate("entropy_rate", s->derived.entropy_rate, tau_s, ",\n     ");
    json_estimate("kaplan_yorke_dimension", s->derived.kaplan_yorke, ", ");
    json_rate("twin", s->twin, tau_s, ",\n     ");
    json_activity(&s->activity);
    printf("     ");
    json_audit(&s->audit);
    printf("}");
}

static void json_summary(size_t n_trials, rc_spectrum *const *spectra) {
    rc_spectra_summary all = rc_spectra_summarise(n_trials, spectra);
    const rc_rate *escape = &all.survival.escape;
    printf(" \"attractors\": [");
    for (size_t k = 0; k < all.n_attractors; k++) {
        size_t first;
        rc_share share = rc_attractor_share(k, n_trials, spectra, &first);
        printf("%s\n    {", k ? "," : "");
        json_text("verdict", rc_verdict_name(spectra[first]->verdict), ", ");
        json_share("trials", share, "}");
    }
    printf("],\n \"escape_rate\": {\"n\": %zu, \"of\": %zu, ", escape->n, escape->of);
    json_number("time_s", escape->time, ", ");
    json_number("value", escape->value, ", ");
    json_number("low", escape->low, ", ");
    json_number("high", escape->high, "},\n ");
    json_share("survival", all.survival.moving, ",\n ");
    json_share("chaotic", all.chaotic, "}\n");
}

void spectrum_print_json(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                         rc_spectrum *const *spectra) {
    printf("{\"neurons\": %zu, \"connections\": %zu, ", network->n_neurons, network->n_connections);
    json_text("form", rc_form_name(plan->form), ", ");
    json_text("precision", rc_precision_name(plan->precision), ", ");
    json_number("gain", plan->gain, ", ");
    json_number("tau_ms", plan->tau_ms, ", ");
    json_number("dt_ms", plan->dt_ms, ",\n \"trials\": [\n");
    for (size_t t = 0; t < n_trials; t++) {
        json_trial(spectra[t], plan->tau_ms / 1000);
        printf(t + 1 < n_trials ? ",\n" : "\n ],\n");
    }
    json_summary(n_trials, spectra);
}
