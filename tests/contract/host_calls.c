/* Calls every public function of the library, also in vain: see host.c.
 * tests/contract/test_host.py looks that none is left out. */
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../made_up.h"
#include "host.h"

static const char *const settings[] = {"sessions=[1,2]",
                                       "gains=[0.5,12]",
                                       "trials=2",
                                       "network.neurons=12",
                                       "exponents.count=2",
                                       "exponents.transient_ms=20",
                                       "exponents.duration_ms=100",
                                       "dynamics.duration_ms=30",
                                       "record.duration_ms=10"};
enum { N_SETTINGS = sizeof settings / sizeof *settings };

static rc_study *small_study(void) {
    rc_study *study = NULL;
    WORKS(rc_study_read(NULL, settings, N_SETTINGS, &study));
    return study;
}

static void use_studies(void) {
    static const char *const wrong[] = {"trials=none"};
    rc_study *study = small_study();
    char *text = NULL;
    if (study) rc_study_session_index(study, 7);
    rc_study_destroy(&study);
    FAILS(rc_study_read(NULL, wrong, 1, &study));
    FAILS(rc_study_read("/nowhere/study.yaml", NULL, 0, &study));
    FAILS(rc_study_parse("trials: [", 9, "text", NULL, 0, &study));
    FAILS(rc_study_parse("\x01\xff", 2, "text", NULL, 0, &study));
    WORKS(rc_study_template(&text));
    free(text);
    WORKS(rc_study_reference(&text));
    free(text);
    text = NULL;
    rc_study_key key;
    for (size_t k = 0; k < rc_study_n_keys(); k++) rc_study_key_describe(k, &key);
    study = small_study();
    if (study) WORKS(rc_study_value(study, 2, &text));
    free(text);
    rc_study_destroy(&study);
    rc_version();
    rc_commit();
    rc_status_text(RC_DAMAGED);
    rc_status_exit(RC_DAMAGED);
    rc_message();
}

static void use_numbers(void) {
    uint32_t entropy[2] = {1, 2};
    rc_stream stream;
    const rc_kernels *kernels = NULL;
    double x[37], y[37];
    uint32_t chosen[37];
    rc_stream_open(entropy, 2, entropy, 1, &stream);
    for (size_t i = 0; i < 37; i++) x[i] = rc_stream_normal(&stream) + rc_stream_uniform(&stream);
    rc_stream_bits(&stream);
    rc_stream_exponential(&stream);
    rc_stream_normals(&stream, 37, y);
    rc_stream_subset(&stream, 0.5, 37, chosen);
    rc_pairwise_sum(x, 37);
    rc_stream_states(&stream, 37, y);
    rc_series_mean(x, 37, 1);
    rc_share_of(3, 7);
    rc_rate_of(3, 7, 1.5);
    FAILS(rc_kernels_find("sse9", &kernels));
    static const char *const names[] = {"scalar", "avx2", NULL};
    for (size_t k = 0; k < 3; k++) {
        if (rc_kernels_find(names[k], &kernels) != RC_OK) continue;
        rc_kernels_name(kernels);
        rc_tanh(kernels, 37, x, y);
        rc_sech2(kernels, 37, x, y);
    }
    double distance[12], mean[4];
    for (size_t i = 0; i < 12; i++) distance[i] = 1e-4 * exp((double)i);
    rc_divergence divergence = rc_divergence_measure(distance, 4, 3, 1, 0.1, 0.8, mean);
    rc_divergence_outcome_name(divergence.outcome);
}

static void use_lanes(const rc_network *network, const rc_kernels *kernels) {
    rc_lanes *lanes = NULL;
    double state[12] = {0.5, -0.5}, distance[2];
    WORKS(rc_lanes_create(network, 12, 0.05, 4, kernels, &lanes));
    if (!lanes) return;
    rc_lanes_use_threads(lanes, 2);
    for (size_t lane = 0; lane < 4; lane++) rc_lanes_set(lanes, lane, state, 1e-4 * (double)lane);
    for (int step = 0; step < 5; step++) rc_lanes_advance(lanes);
    rc_lanes_distance(lanes, 0, 2, 2, distance);
    rc_lanes_get(lanes, 1, 3);
    rc_lanes_not_finite(lanes, 0);
    rc_lanes_destroy(&lanes);
}

static void use_trajectories(const rc_network *network, const double *states) {
    atomic_bool stop = false;
    atomic_ullong n_steps = 0;
    double recorded[2][3], out[2 * 3 * 12], distance[6 * 2];
    rc_simulation plan = {
        .gain = 2, .tau_ms = 20, .dt_ms = 1, .n_steps = 5, .every = 2, .stop = &stop, .state_steps = &n_steps};
    rc_twins twins = {.gain = 2, .tau_ms = 20, .dt_ms = 1, .perturbation = 1e-4, .n_steps = 6, .stop = &stop};
    twins.n_recorded = 3;
    for (size_t k = 0; k < 2; k++) twins.recorded[k] = recorded[k];
    WORKS(rc_form_find("map", &plan.form));
    FAILS(rc_form_find("spiking", &plan.form));
    rc_form_name(plan.form);
    rc_precision precision;
    WORKS(rc_precision_find("double", &precision));
    FAILS(rc_precision_find("half", &precision));
    rc_precision_name(precision);
    if (rc_simulation_n_kept(&plan) != 3) abort();
    WORKS(rc_simulate(network, &plan, 2, states, out));
    WORKS(rc_twins_follow(network, &twins, 2, states, distance));
    plan.every = 0;
    twins.record_trial = 2;
    FAILS(rc_simulate(network, &plan, 2, states, out));
    FAILS(rc_twins_follow(network, &twins, 2, states, distance));
    plan.every = 2;
    twins.record_trial = 0;
    atomic_store(&stop, true);
    FAILS(rc_simulate(network, &plan, 2, states, out));
    FAILS(rc_twins_follow(network, &twins, 2, states, distance));
}

static void use_sparse_rows(void) {
    size_t starts[] = {0, 2, 3, 3};
    uint32_t columns[] = {1, 0, 2};
    double weights[] = {0.5, -1, 2};
    rc_network *network = NULL;
    WORKS(rc_network_from_csr(starts, columns, weights, 3, &network));
    rc_network_destroy(&network);
    columns[1] = 3;
    FAILS(rc_network_from_csr(starts, columns, weights, 3, &network));
    columns[1] = 0;
    weights[2] = NAN;
    FAILS(rc_network_from_csr(starts, columns, weights, 3, &network));
    starts[1] = 4;
    FAILS(rc_network_from_csr(starts, columns, weights, 3, &network));
    FAILS(rc_network_from_csr(starts, columns, weights, 0, &network));
}

static void use_networks(const rc_study *study) {
    rc_network *network = NULL;
    const rc_kernels *kernels = NULL;
    double *states = NULL, weights[144], radius, *vector = NULL;
    rc_piece piece;
    WORKS(rc_network_generate(study, 1, &network, &states));
    WORKS(rc_kernels_find(NULL, &kernels));
    rc_network_to_dense(network, weights);
    rc_network_effective_gain(study);
    WORKS(rc_network_spectral_radius(network, &radius));
    WORKS(rc_piece_choose(network, &piece));
    use_lanes(network, kernels);
    use_trajectories(network, states);
    use_sparse_rows();
    WORKS(rc_network_export_npz(weights, states, 12, 2, in_folder("network.npz")));
    FAILS(rc_network_export_npz(weights, states, 12, 2, "/nowhere/network.npz"));
    rc_network_destroy(&network);
    free(states);
    WORKS(rc_network_read(in_folder("network.npz"), "weights", &network));
    rc_network_destroy(&network);
    WORKS(rc_network_from_dense(weights, 12, &network));
    rc_network_destroy(&network);
    weights[3] = NAN;
    FAILS(rc_network_from_dense(weights, 12, &network));
    write_file("damaged.h5", "\x89HDF\r\n\x1a\n and no more", 20);
    FAILS(rc_network_read(in_folder("damaged.h5"), NULL, &network)); /* HDF5 itself fails here */
    FAILS(rc_network_read("/nowhere/weights.h5", NULL, &network));
    FAILS(rc_network_parse("\x93NUMPY", 6, "bytes", NULL, &network));
    write_file("vector.txt", "1\n2\n", 4);
    WORKS(rc_vector_read(in_folder("vector.txt"), 2, &vector));
    free(vector);
    FAILS(rc_vector_parse("1\nx\n", 4, "bytes", 2, &vector));
}

/* Keeps the last of what is saved. */
typedef struct {
    void *bytes;
    size_t n;
} kept;

static rc_status keep_saved(void *context, const void *bytes, size_t n) {
    kept *k = context;
    free(k->bytes);
    k->bytes = malloc(n);
    k->n = k->bytes ? n : 0;
    if (k->bytes) memcpy(k->bytes, bytes, n);
    return RC_OK;
}

static void use_checkpoints(const rc_network *network, rc_spectrum_plan plan, const double *states) {
    rc_spectrum *out[2] = {NULL, NULL};
    kept k = {NULL, 0};
    rc_spectrum_checkpoint checkpoint = {.save = keep_saved, .context = &k};
    plan.checkpoint = &checkpoint;
    for (int again = 0; again < 2; again++) {
        WORKS(rc_spectrum_measure(network, &plan, 2, states, out));
        for (size_t t = 0; t < 2; t++) rc_spectrum_destroy(&out[t]);
        checkpoint = (rc_spectrum_checkpoint){.saved = k.bytes, .n_saved = k.n};
    }
    checkpoint.n_saved--;
    FAILS(rc_spectrum_measure(network, &plan, 2, states, out));
    free(k.bytes);
}

static void use_spectra(const rc_study *study) {
    rc_network *network = NULL;
    double *states = NULL;
    rc_spectrum *spectra[2] = {NULL, NULL};
    rc_fixed_point *point = NULL;
    atomic_bool stop = true;
    WORKS(rc_network_generate(study, 2, &network, &states));
    rc_spectrum_plan plan = {
        .gain = 0.5, .tau_ms = 20, .dt_ms = 1, .n_exponents = 12, .transient_ms = 50, .duration_ms = 400};
    WORKS(rc_spectrum_measure(network, &plan, 2, states, spectra));
    if (spectra[0] && spectra[1]) {
        WORKS(rc_spectrum_judge(network, &plan, 2, spectra));
        rc_attractors_match(&plan, 2, spectra);
        rc_survival_of(2, spectra);
        rc_spectra_summarise(2, spectra);
        size_t first;
        char *words = NULL;
        rc_attractor_share(0, 2, spectra, &first);
        WORKS(rc_spectra_describe(network, &plan, 2, spectra, &words));
        free(words);
        for (size_t k = 0; k < rc_n_spectrum_numbers; k++)
            if (!rc_spectrum_numbers[k].name) abort();
        rc_spectrum_largest(spectra[0]);
        rc_derived derived;
        WORKS(rc_spectrum_derive(spectra[0], &derived));
        rc_verdict_name(spectra[0]->verdict);
        WORKS(rc_spectra_write(&plan, 2, spectra, in_folder("spectra.h5")));
        FAILS(rc_spectra_write(&plan, 2, spectra, "/nowhere/spectra.h5"));
    }
    use_checkpoints(network, plan, states);
    rc_fixed_point_refine(network, &plan, states, &point);
    rc_fixed_point_destroy(&point);
    for (size_t t = 0; t < 2; t++) rc_spectrum_destroy(&spectra[t]);
    plan.stop = &stop;
    FAILS(rc_spectrum_measure(network, &plan, 2, states, spectra));
    rc_network_destroy(&network);
    FAILS(rc_network_generate_unless(&stop, study, 2, &network, NULL));
    free(states);
}

/* Interrupts the program itself, as a terminal would. */
static void on_report(const rc_progress *progress, void *context) {
    (void)progress;
    if (++*(int *)context == 1) raise(SIGINT);
}

static void use_variables(const rc_results *results) {
    char name[64];
    for (size_t v = 0; v < rc_n_variables; v++) {
        const rc_variable *variable = &rc_variable_table[v];
        rc_variable_n_dims(variable);
        rc_variable_length(results->study, variable);
        rc_variable_data(results, variable);
        rc_type_size(variable->type);
        if (variable->flag_meanings) rc_variable_flag_name(variable, -3, name, sizeof name);
    }
    for (rc_dimension dim = RC_DIM_NONE; dim < RC_DIM_COUNT; dim++) {
        rc_dimension_name(dim);
        if (rc_dimension_length(results->study, dim) && dim) rc_dimension_value(results->study, dim, 0);
    }
}

static void use_store(const rc_results *results) {
    static const char *const figures[] = {"a.pdf", "a.svg", "a.png"};
    rc_results *again = NULL;
    WORKS(rc_results_write(results, in_folder("results.h5")));
    WORKS(rc_results_read(in_folder("results.h5"), &again));
    rc_results_destroy(&again);
    WORKS(rc_results_export_pickle(results, in_folder("a.pickle")));
    WORKS(rc_results_export_npz(results, in_folder("a.npz")));
    WORKS(rc_results_export_csv(results, in_folder("a.csv")));
#ifdef RC_WITH_FIGURES
    for (size_t i = 0; i < 3; i++) {
        WORKS(rc_figure_study(results, in_folder(figures[i])));
        WORKS(rc_figure_exponents(results, in_folder(figures[i])));
    }
#endif
    FAILS(rc_figure_study(results, in_folder("a.jpg")));
    FAILS(rc_figure_study(results, "/nowhere/a.pdf"));
    FAILS(rc_results_write(results, "/nowhere/results.h5"));
    FAILS(rc_results_write(results, "/dev/null"));
    FAILS(rc_results_export_csv(results, "/nowhere/a.csv"));
    FAILS(rc_results_read("/nowhere/results.h5", &again));
    FAILS(rc_results_read(in_folder("damaged.h5"), &again));
    FAILS(rc_results_read(folder, &again));
    (void)figures;
}

static rc_status count_record(size_t task, const void *bytes, void *context) {
    (void)task, (void)bytes;
    ++*(int *)context;
    return RC_OK;
}

static void use_journals(const rc_study *study, const void *bytes) {
    rc_journal *journal = NULL, *second = NULL;
    rc_journal_found found;
    rc_study *again = NULL;
    int n_records = 0;
    char words[300];
    const char *path = in_folder("a.rcj"), *other = in_folder("b.rcj");
    WORKS(rc_journal_open(path, study, &journal, &found));
    if (!journal) return;
    WORKS(rc_journal_append(journal, 0, bytes));
    WORKS(rc_journal_tick(journal));
    WORKS(rc_journal_sync(journal));
    FAILS(rc_journal_open(path, study, &second, &found)); /* in use */
    FAILS(rc_journal_remove(path));
    rc_journal_note(journal, 1);
    rc_journal_has(journal, 0);
    rc_journal_n_tasks(journal);
    WORKS(rc_journal_close(&journal));
    WORKS(rc_journal_check(path, study));
    WORKS(rc_journal_read(path, study, count_record, &n_records, &found));
    rc_journal_describe(path, study, &found, words, sizeof words);
    WORKS(rc_journal_read_study(path, &again));
    rc_study_destroy(&again);
    WORKS(rc_journal_open(other, study, &second, &found));
    if (second) WORKS(rc_journal_include(second, path, &found));
    WORKS(rc_journal_close(&second));
    WORKS(rc_journal_remove(path));
    FAILS(rc_journal_read("/nowhere/a.rcj", study, NULL, NULL, NULL));
    FAILS(rc_journal_open("/nowhere/a.rcj", study, &journal, &found));
    FAILS(rc_journal_check(in_folder("damaged.h5"), study));
}

static void use_runs(void) {
    rc_results *results = NULL, *other = NULL;
    rc_task_control control = {0};
    int n_reports = 0;
    const char *source;
    WORKS(rc_results_create(small_study(), &results));
    WORKS(rc_results_create(small_study(), &other));
    const rc_study *study = results->study;
    rc_threads_available(&source);
    rc_task_count(study);
    rc_task_state_steps(study);
    rc_run_options options = {
        .n_threads = 3, .control = &control, .results = results, .report = on_report, .report_context = &n_reports};
    rc_run_wants(&options, 0);
    rc_progress_begin(study, &options);
    WORKS(rc_run_threads(study, &options));
    void *bytes = malloc(rc_task_size(study, 0));
    control.checkpoint_s = 1e-9; /* so that every task writes some */
    rc_task_context context = {.control = &control, .folder = folder};
    WORKS(rc_kernels_find(NULL, &context.kernels));
    WORKS(rc_task_perform(study, 0, &context, bytes));
    size_t task;
    rc_checkpoint_is_of(in_folder("checkpoint-0.rck"), study, &task);
    rc_task_unpack(other, 0, bytes);
    WORKS(rc_checkpoint_settle(&control, NULL, folder, 0));
    use_journals(study, bytes);
    free(bytes);
    rc_results *all = NULL;
    options.report = NULL;
    WORKS(rc_run_study(small_study(), &options, &all));
    rc_results_destroy(&all);
    options.folder = folder;
    WORKS(rc_run_study(small_study(), &options, &all));
    rc_results_destroy(&all);
    WORKS(rc_results_save(results, folder));
    FAILS(rc_results_save(results, "/nowhere"));
    options.folder = "/nowhere";
    FAILS(rc_run_study(small_study(), &options, &all));
    options.folder = NULL;
    atomic_store(&control.stop, true);
    FAILS(rc_run_study(small_study(), &options, &all));
    FAILS(rc_run_threads(study, &options));
    use_variables(results);
    use_store(results);
    rc_results_destroy(&results);
    rc_results_destroy(&other);
    rc_results *made_up = made_up_results(settings, N_SETTINGS);
    if (made_up) use_store(made_up);
    rc_results_destroy(&made_up);
}

void use_everything(void) {
    rc_study *study = small_study();
    use_studies();
    use_numbers();
    if (study) {
        use_networks(study);
        use_spectra(study);
        use_runs();
    }
    rc_study_destroy(&study);
}
