#include "spectrum_text.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

const char *const spectrum_form_names[] = {"rate", "current", "map"}; /* by rc_form */

static void print_estimate(const char *name, rc_estimate estimate) {
    if (isnan(estimate.value))
        printf("  %-22s not known from these exponents\n", name);
    else
        printf("  %-22s %.4g +- %.2g\n", name, estimate.value, estimate.error);
}

/* A rate, and the same in units of tau. */
static void print_rate(const char *name, rc_estimate rate, double tau_s) {
    if (isnan(rate.value))
        print_estimate(name, rate);
    else
        printf("  %-22s %.4g +- %.2g 1/s (%.4g +- %.2g per tau)\n", name, rate.value, rate.error, rate.value * tau_s,
               rate.error * tau_s);
}

static void print_exponents(const rc_spectrum *s, double tau_s) {
    printf("  %5s %14s %10s %12s %10s\n", "i", "lambda (1/s)", "error", "lambda tau", "error");
    for (size_t i = 0; i < s->n_exponents; i++)
        printf("  %5zu %14.5g %10.2g %12.5g %10.2g\n", i + 1, s->exponent[i].value, s->exponent[i].error,
               s->exponent[i].value * tau_s, s->exponent[i].error * tau_s);
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

static void print_activity(const rc_activity *activity, double tau_ms) {
    if (isnan(activity->participation_ratio)) return;
    printf("  %-22s %.4g\n", "participation ratio", activity->participation_ratio);
    printf("  %-22s %.4g ms (%.4g tau)\n", "autocorrelation time", activity->autocorrelation_ms,
           activity->autocorrelation_ms / tau_ms);
    printf("  %-22s %.4g 1/s (%.4g per tau)\n", "mean speed", activity->mean_speed,
           activity->mean_speed * tau_ms / 1000);
}

static void print_trial(const rc_spectrum_plan *plan, size_t trial, const rc_spectrum *s) {
    double tau_s = plan->tau_ms / 1000;
    printf("\ntrial %zu: %s\n  %s\n", trial, rc_verdict_name(s->verdict), s->reason);
    if (s->attractor != SIZE_MAX) printf("  attractor %zu\n", s->attractor);
    print_exponents(s, tau_s);
    print_rate(s->n_exponents == s->n_neurons ? "sum" : "sum of these", s->derived.sum, tau_s);
    print_rate("entropy rate", s->derived.entropy_rate, tau_s);
    print_estimate("Kaplan-Yorke dimension", s->derived.kaplan_yorke);
    printf("  %-22s %zu (errors allow %zu to %zu)\n", "positive exponents", s->derived.n_positive,
           s->derived.n_positive_least, s->derived.n_positive_most);
    print_rate("twin's exponent", s->twin, tau_s);
    print_activity(&s->activity, plan->tau_ms);
    printf("  measured for %.4g s, QR every %.4g ms", s->measured_s, 1000 * s->interval_s);
    if (s->needed_s > 0) printf("; the target error needs about %.4g s more", s->needed_s);
    printf("\n");
    print_audit(s);
}

/* --- Over trials --------------------------------------------------------------- */

spectrum_summary spectrum_summarise(size_t n_trials, rc_spectrum *const *spectra) {
    spectrum_summary all = {.n_trials = n_trials, .spectra = spectra};
    size_t n_chaotic = 0;
    for (size_t t = 0; t < n_trials; t++) {
        size_t attractor = spectra[t]->attractor;
        n_chaotic += spectra[t]->verdict == RC_VERDICT_CHAOS;
        if (attractor != SIZE_MAX && attractor >= all.n_attractors) all.n_attractors = attractor + 1;
    }
    all.chaotic = rc_share_of(n_chaotic, n_trials);
    all.survival = rc_survival_of(n_trials, spectra);
    return all;
}

rc_share spectrum_attractor_share(const spectrum_summary *all, size_t attractor, const rc_spectrum **first) {
    size_t n = 0;
    *first = all->spectra[0]; /* replaced: every attractor has a trial */
    for (size_t t = 0; t < all->n_trials; t++) {
        if (all->spectra[t]->attractor != attractor) continue;
        if (n++ == 0) *first = all->spectra[t];
    }
    return rc_share_of(n, all->n_trials);
}

static void print_share(const char *name, rc_share share) {
    printf("%s: %zu of %zu trials; share %.2f, 95 %% interval %.2f to %.2f\n", name, share.n, share.of, share.value,
           share.low, share.high);
}

static void print_summary(const spectrum_summary *all) {
    const rc_rate *escape = &all->survival.escape;
    printf("\nattractors: %zu\n", all->n_attractors);
    for (size_t k = 0; k < all->n_attractors; k++) {
        const rc_spectrum *first;
        char name[64];
        rc_share share = spectrum_attractor_share(all, k, &first);
        snprintf(name, sizeof name, "  %zu, %s", k, rc_verdict_name(first->verdict));
        print_share(name, share);
    }
    printf("rate at which trials settle: %.3g 1/s, 95 %% interval %.3g to %.3g (%zu of %zu did)\n", escape->value,
           escape->low, escape->high, escape->n, escape->of);
    print_share("still moving", all->survival.moving);
    print_share("chaotic", all->chaotic);
}

void spectrum_print_table(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                          rc_spectrum *const *spectra) {
    spectrum_summary all = spectrum_summarise(n_trials, spectra);
    printf("%zu neurons, %zu connections, gain %g, form %s\n", network->n_neurons, network->n_connections, plan->gain,
           spectrum_form_names[plan->form]);
    for (size_t t = 0; t < n_trials; t++) print_trial(plan, t, spectra[t]);
    print_summary(&all);
}
