/* Networks: odd sizes, closed forms of the spectrum. */
#include "../unit.h"

#include <math.h>

#include "network/network.h"

static rc_study study_of(size_t n_neurons, double probability) {
    static uint32_t seed = 1234;
    rc_study study = {.seed = {&seed, 1}, .n_trials = 3};
    study.network.n_neurons = n_neurons;
    study.network.connection_probability = probability;
    study.network.weight_std = 0.05;
    return study;
}

static void the_published_network(void **state) {
    (void)state;
    rc_study study = study_of(200, 0.1);
    rc_network *W;
    double *initial;
    assert_ok(rc_network_generate(&study, 1, &W, &initial));
    assert_int_equal(W->n_connections, 4015); /* np.count_nonzero of the original's Connectivity_Strength */
    double sum = 0;
    for (size_t k = 0; k < W->n_connections; k++) sum += W->weight[k];
    assert_true(fabs(sum) < 1e-12);
    for (size_t i = 0; i < 200; i++)
        for (size_t k = W->row_start[i]; k < W->row_start[i + 1]; k++) {
            assert_true(W->column[k] != i);
            assert_true(k == W->row_start[i] || W->column[k] > W->column[k - 1]);
        }
    for (size_t i = 0; i < 600; i++) assert_true(initial[i] >= -1 && initial[i] < 1);
    assert_close(rc_network_effective_gain(&study), 0.22360679774997896, 1e-16);
    free(initial);
    rc_network_destroy(&W);
}

static void odd_sizes(void **state) {
    (void)state;
    static const struct {
        size_t n_neurons, n_connections;
        double probability;
    } cases[] = {{1, 0, 0.5}, {1, 0, 1}, {2, 2, 1}, {30, 0, 0}, {30, 870, 1}};
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        rc_study study = study_of(cases[c].n_neurons, cases[c].probability);
        rc_network *W;
        double *initial, radius;
        assert_ok(rc_network_generate(&study, 9, &W, &initial));
        assert_int_equal(W->n_connections, cases[c].n_connections);
        assert_ok(rc_network_spectral_radius(W, &radius));
        if (cases[c].n_connections == 0) assert_true(radius == 0);
        free(initial);
        rc_network_destroy(&W);
    }
}

/* --- A stream for each row -------------------------------------------------- */

enum { LARGE = 20000, IN_DEGREE = 100 };

static rc_network *rows_by(size_t n_threads, rc_study *study, double **initial) {
    rc_network *W;
    rc_drawing how = {.n_threads = n_threads};
    study->network.streams = RC_STREAMS_ROW;
    assert_ok(rc_network_generate_by(&how, study, 3, &W, initial));
    return W;
}

static void any_number_of_threads_draws_the_same(void **state) {
    (void)state;
    static const size_t threads[] = {2, 3, 16, 1000};
    rc_study study = study_of(LARGE, (double)IN_DEGREE / LARGE);
    double *states, *other_states;
    rc_network *one = rows_by(1, &study, &states), *other;
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        other = rows_by(threads[t], &study, &other_states);
        assert_int_equal(other->n_connections, one->n_connections);
        assert_memory_equal(other->row_start, one->row_start, (LARGE + 1) * sizeof *one->row_start);
        assert_memory_equal(other->column, one->column, one->n_connections * sizeof *one->column);
        assert_memory_equal(other->weight, one->weight, one->n_connections * sizeof *one->weight);
        assert_memory_equal(other_states, states, 3 * LARGE * sizeof *states);
        rc_network_destroy(&other);
        free(other_states);
    }
    rc_network_destroy(&one);
    free(states);
}

/* Mean and variance of counts that are binomial(LARGE - 1, p), within 5 standard errors. */
static void check_binomial(const double *count, double p) {
    double mean = 0, variance = 0, expected = (LARGE - 1) * p;
    for (size_t i = 0; i < LARGE; i++) mean += count[i] / LARGE;
    for (size_t i = 0; i < LARGE; i++) variance += (count[i] - mean) * (count[i] - mean) / LARGE;
    assert_close(mean, expected, 5 * sqrt(expected / LARGE));
    assert_close(variance / (expected * (1 - p)), 1, 5 * sqrt(2.0 / LARGE));
}

static void rows_have_the_statistics_of_the_model(void **state) {
    (void)state;
    double p = (double)IN_DEGREE / LARGE, *in = calloc(LARGE, sizeof *in), *out = calloc(LARGE, sizeof *out);
    rc_study study = study_of(LARGE, p);
    rc_network *W = rows_by(2, &study, NULL);
    double n = (double)W->n_connections, sum = 0, square = 0, fourth = 0;
    for (size_t i = 0; i < LARGE; i++)
        for (size_t k = W->row_start[i]; k < W->row_start[i + 1]; k++) {
            assert_true(W->column[k] != i && W->column[k] < LARGE);
            assert_true(k == W->row_start[i] || W->column[k] > W->column[k - 1]);
            in[i]++;
            out[W->column[k]]++;
            double z = W->weight[k] / 0.05;
            sum += z, square += z * z, fourth += z * z * z * z;
        }
    check_binomial(in, p);
    check_binomial(out, p);
    assert_close(sum / n, 0, 1e-13); /* subtracted */
    assert_close(square / n, 1, 5 * sqrt(2 / n));
    assert_close(fourth / n, 3, 5 * sqrt(96 / n));
    rc_network_destroy(&W);
    free(in);
    free(out);
}

static void a_drawing_can_be_stopped(void **state) {
    (void)state;
    atomic_bool stop = true;
    rc_drawing how = {.n_threads = 2, .stop = &stop};
    rc_study study = study_of(1000, 0.1);
    rc_network *W;
    double *states = NULL;
    assert_fails(rc_network_generate_by(&how, &study, 1, &W, &states), RC_STOPPED, "stopped");
    study.network.streams = RC_STREAMS_ROW;
    assert_fails(rc_network_generate_by(&how, &study, 1, &W, &states), RC_STOPPED, "stopped");
    assert_null(W);
    assert_null(states);
}

/* A scaled cyclic shift has eigenvalues a times the roots of unity. */
static void spectral_radius_of_a_ring(void **state) {
    (void)state;
    double weights[7 * 7] = {0}, radius, again[49];
    for (size_t i = 0; i < 7; i++) weights[i * 7 + (i + 1) % 7] = -2.5;
    rc_network *W;
    assert_ok(rc_network_from_dense(weights, 7, &W));
    assert_ok(rc_network_spectral_radius(W, &radius));
    assert_close(radius, 2.5, 1e-12);
    rc_network_to_dense(W, again);
    assert_memory_equal(weights, again, sizeof weights);
    rc_network_destroy(&W);
}

static void bad_matrices_are_refused(void **state) {
    (void)state;
    rc_network *W;
    double weights[4] = {0, 1, NAN, 0};
    assert_fails(rc_network_from_dense(weights, 2, &W), RC_INVALID, "weight [1, 0] is nan");
    assert_fails(rc_network_from_dense(weights, 0, &W), RC_INVALID, "at least one neuron");
    assert_null(W);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_network),
        cmocka_unit_test(odd_sizes),
        cmocka_unit_test(any_number_of_threads_draws_the_same),
        cmocka_unit_test(rows_have_the_statistics_of_the_model),
        cmocka_unit_test(a_drawing_can_be_stopped),
        cmocka_unit_test(spectral_radius_of_a_ring),
        cmocka_unit_test(bad_matrices_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
