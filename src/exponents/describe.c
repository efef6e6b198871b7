/* Spectra in words, for people. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include <rnnchaos/spectrum.h>

#include "base/fail.h"
#include "study/text.h"

static void print_estimate(FILE *file, const char *name, rc_estimate estimate) {
    if (isnan(estimate.value))
        fprintf(file, "  %-22s not known from these exponents\n", name);
    else
        fprintf(file, "  %-22s %.4g +- %.2g\n", name, estimate.value, estimate.error);
}

/* A rate, and the same in units of tau. */
static void print_rate(FILE *file, const char *name, rc_estimate rate, double tau_s) {
    if (isnan(rate.value))
        print_estimate(file, name, rate);
    else
        fprintf(file, "  %-22s %.4g +- %.2g 1/s (%.4g +- %.2g per tau)\n", name, rate.value, rate.error,
                rate.value * tau_s, rate.error * tau_s);
}

static void print_exponents(FILE *file, const rc_spectrum *s, double tau_s) {
    fprintf(file, "  %5s %14s %10s %12s %10s\n", "i", "lambda (1/s)", "error", "lambda tau", "error");
    for (size_t i = 0; i < s->n_exponents; i++)
        fprintf(file, "  %5zu %14.5g %10.2g %12.5g %10.2g\n", i + 1, s->exponent[i].value, s->exponent[i].error,
                s->exponent[i].value * tau_s, s->exponent[i].error * tau_s);
}

static void print_audit(FILE *file, const rc_spectrum *s) {
    const rc_audit *a = &s->audit;
    fprintf(file, "  audit: %s\n", a->text);
    const struct {
        const char *name, *unit;
        double value;
    } rows[] = {
        {"sum rule, relative residual", "", a->sum_rule},       {"exponent nearest zero", "1/s", a->zero_exponent},
        {"twin against tangent", "errors", a->twin_sigmas},     {"condition of frames", "", a->condition},
        {"half the QR interval", "", a->half_interval},         {"half the time step", "1/s", a->half_step},
        {"eigenvalues against tangent", "1/s", a->fixed_point},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
        if (!isnan(rows[k].value)) fprintf(file, "    %-28s %10.2g %s\n", rows[k].name, rows[k].value, rows[k].unit);
}

static void print_activity(FILE *file, const rc_activity *activity, double tau_ms) {
    if (isnan(activity->participation_ratio)) return;
    fprintf(file, "  %-22s %.4g\n", "participation ratio", activity->participation_ratio);
    fprintf(file, "  %-22s %.4g ms (%.4g tau)\n", "autocorrelation time", activity->autocorrelation_ms,
            activity->autocorrelation_ms / tau_ms);
    fprintf(file, "  %-22s %.4g 1/s (%.4g per tau)\n", "mean speed", activity->mean_speed,
            activity->mean_speed * tau_ms / 1000);
}

static void print_trial(FILE *file, const rc_spectrum_plan *plan, size_t trial, const rc_spectrum *s) {
    double tau_s = plan->tau_ms / 1000;
    fprintf(file, "\ntrial %zu: %s\n  %s\n", trial, rc_verdict_name(s->verdict), s->reason);
    if (s->attractor != SIZE_MAX) fprintf(file, "  attractor %zu\n", s->attractor);
    print_exponents(file, s, tau_s);
    print_rate(file, s->n_exponents == s->n_neurons ? "sum" : "sum of these", s->derived.sum, tau_s);
    print_rate(file, "entropy rate", s->derived.entropy_rate, tau_s);
    print_estimate(file, "Kaplan-Yorke dimension", s->derived.kaplan_yorke);
    fprintf(file, "  %-22s %zu (errors allow %zu to %zu)\n", "positive exponents", s->derived.n_positive,
            s->derived.n_positive_least, s->derived.n_positive_most);
    print_rate(file, "twin's exponent", s->twin, tau_s);
    print_activity(file, &s->activity, plan->tau_ms);
    fprintf(file, "  measured for %.4g s, QR every %.4g ms", s->measured_s, 1000 * s->interval_s);
    if (s->needed_s > 0) fprintf(file, "; the target error needs about %.4g s more", s->needed_s);
    fprintf(file, "\n");
    print_audit(file, s);
}

/* --- Over trials --------------------------------------------------------------- */

rc_spectra_summary rc_spectra_summarise(size_t n_trials, rc_spectrum *const *spectra) {
    rc_spectra_summary all = {0};
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

rc_share rc_attractor_share(size_t attractor, size_t n_trials, rc_spectrum *const *spectra, size_t *first) {
    size_t n = 0;
    *first = SIZE_MAX;
    for (size_t t = 0; t < n_trials; t++) {
        if (spectra[t]->attractor != attractor) continue;
        if (n++ == 0) *first = t;
    }
    return rc_share_of(n, n_trials);
}

static void print_share(FILE *file, const char *name, rc_share share) {
    fprintf(file, "%s: %zu of %zu trials; share %.2f, 95 %% interval %.2f to %.2f\n", name, share.n, share.of,
            share.value, share.low, share.high);
}

static void print_summary(FILE *file, size_t n_trials, rc_spectrum *const *spectra) {
    rc_spectra_summary all = rc_spectra_summarise(n_trials, spectra);
    const rc_rate *escape = &all.survival.escape;
    fprintf(file, "\nattractors: %zu\n", all.n_attractors);
    for (size_t k = 0; k < all.n_attractors; k++) {
        size_t first;
        char name[64];
        rc_share share = rc_attractor_share(k, n_trials, spectra, &first);
        snprintf(name, sizeof name, "  %zu, %s", k, rc_verdict_name(spectra[first]->verdict));
        print_share(file, name, share);
    }
    fprintf(file, "rate at which trials settle: %.3g 1/s, 95 %% interval %.3g to %.3g (%zu of %zu did)\n",
            escape->value, escape->low, escape->high, escape->n, escape->of);
    print_share(file, "still moving", all.survival.moving);
    print_share(file, "chaotic", all.chaotic);
}

rc_status rc_spectra_describe(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                              rc_spectrum *const *spectra, char **out) {
    size_t size;
    FILE *file = open_memstream(out, &size);
    if (!file) return rc_fail(RC_NO_MEMORY, "no memory for the text of spectra");
    bool single = plan->precision == RC_PRECISION_SINGLE;
    fprintf(file, "%zu neurons, %zu connections, gain %g, form %s%s\n", network->n_neurons, network->n_connections,
            plan->gain, rc_form_name(plan->form), single ? ", tangent vectors in single precision" : "");
    for (size_t t = 0; t < n_trials; t++) print_trial(file, plan, t, spectra[t]);
    print_summary(file, n_trials, spectra);
    return rc_text_close(file, out);
}
