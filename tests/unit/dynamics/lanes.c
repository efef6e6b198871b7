/* Lanes: every kernel against a plain loop, exactly; closed forms. */
#include "../unit.h"

#include <math.h>

#include <rnnchaos/random.h>

static rc_stream stream;

static int open_stream(void **state) {
    (void)state;
    uint32_t seed = 42;
    rc_stream_open(&seed, 1, NULL, 0, &stream);
    return 0;
}

static rc_network *random_network(size_t n, double probability) {
    double *weights = calloc(n * n, sizeof *weights);
    for (size_t i = 0; i < n * n; i++)
        if (rc_stream_uniform(&stream) < probability) weights[i] = rc_stream_normal(&stream) / sqrt((double)n);
    rc_network *network;
    assert_ok(rc_network_from_dense(weights, n, &network));
    free(weights);
    return network;
}

/* One step of one state, written out; tanh is the kernels' own. */
static void reference_step(const rc_network *W, double gain, double fraction, const rc_kernels *kernels,
                           const double *state, double *next) {
    for (size_t i = 0; i < W->n_neurons; i++) {
        double sum = 0;
        for (size_t k = W->row_start[i]; k < W->row_start[i + 1]; k++)
            sum = fma(gain * W->weight[k], state[W->column[k]], sum);
        double target;
        rc_tanh(kernels, 1, &sum, &target);
        next[i] = fma(fraction, target - state[i], state[i]);
    }
}

static void check_kernels(size_t n_neurons, size_t n_lanes, double probability) {
    rc_network *W = random_network(n_neurons, probability);
    double *state = calloc(n_neurons, sizeof *state), *next = calloc(n_neurons, sizeof *next);
    for (size_t name = 0; name < N_KERNELS; name++) {
        const rc_kernels *kernels;
        if (rc_kernels_find(kernel_names[name], &kernels) != RC_OK) continue;
        rc_lanes *lanes;
        assert_ok(rc_lanes_create(W, 3, 0.05, n_lanes, kernels, &lanes));
        for (size_t lane = 0; lane < n_lanes; lane++) {
            for (size_t i = 0; i < n_neurons; i++) state[i] = sin((double)(lane * n_neurons + i));
            rc_lanes_set(lanes, lane, state, 0.5);
        }
        for (int step = 0; step < 5; step++) rc_lanes_advance(lanes);
        for (size_t lane = 0; lane < n_lanes; lane++) {
            for (size_t i = 0; i < n_neurons; i++) state[i] = sin((double)(lane * n_neurons + i)) + 0.5;
            for (int step = 0; step < 5; step++) {
                reference_step(W, 3, 0.05, kernels, state, next);
                memcpy(state, next, n_neurons * sizeof *state);
            }
            for (size_t i = 0; i < n_neurons; i++) assert_true(rc_lanes_get(lanes, lane, i) == state[i]);
        }
        rc_lanes_destroy(&lanes);
    }
    free(state);
    free(next);
    rc_network_destroy(&W);
}

static void kernels_agree_to_the_bit(void **state) {
    (void)state;
    for (size_t n_lanes = 1; n_lanes <= 90; n_lanes += n_lanes < 48 ? 1 : 7) check_kernels(23, n_lanes, 0.3);
    check_kernels(200, 40, 0.1);
    check_kernels(1, 3, 1);
    check_kernels(17, 16, 0);
    for (size_t n_lanes = 1; n_lanes <= 49; n_lanes += 12) check_kernels(23, n_lanes, 0.9); /* dense */
    check_kernels(305, 17, 0.9);
}

/* N = 10800, K = 100: weights are borrowed, and any number of threads may help. */
static void a_large_network_agrees_to_the_bit(void **state) {
    (void)state;
    enum { N = 10800 };
    static uint32_t seed = 7;
    static double start[48][N], expected[N], next[N];
    rc_study study = {.seed = {&seed, 1}, .n_trials = 1};
    study.network.n_neurons = N;
    study.network.connection_probability = 100.0 / N;
    study.network.weight_std = 0.1;
    study.network.streams = RC_STREAMS_ROW;
    rc_network *W;
    assert_ok(rc_network_generate(&study, 1, &W, NULL));
    assert_true(W->n_connections >= 1 << 20);
    for (size_t lane = 0; lane < 48; lane++)
        for (size_t i = 0; i < N; i++) start[lane][i] = sin((double)(lane * N + i));
    for (size_t name = 0; name < N_KERNELS; name++)
        for (size_t n_lanes = 8; n_lanes <= 48; n_lanes += 8) {
            const rc_kernels *kernels;
            if (rc_kernels_find(kernel_names[name], &kernels) != RC_OK) continue;
            rc_lanes *lanes;
            assert_ok(rc_lanes_create(W, 3, 0.05, n_lanes, kernels, &lanes));
            rc_lanes_use_threads(lanes, n_lanes / 8);
            for (size_t lane = 0; lane < n_lanes; lane++) rc_lanes_set(lanes, lane, start[lane], 0);
            for (int step = 0; step < 2; step++) rc_lanes_advance(lanes);
            for (size_t lane = n_lanes - 8; lane < n_lanes; lane += 7) {
                reference_step(W, 3, 0.05, kernels, start[lane], next);
                reference_step(W, 3, 0.05, kernels, next, expected);
                for (size_t i = 0; i < N; i++) assert_true(rc_lanes_get(lanes, lane, i) == expected[i]);
            }
            rc_lanes_destroy(&lanes);
        }
    rc_network_destroy(&W);
}

static void check_distances(double probability) {
    rc_network *W = random_network(37, probability);
    double one[37], reference[20];
    for (size_t name = 0; name < N_KERNELS; name++) {
        const rc_kernels *kernels;
        if (rc_kernels_find(kernel_names[name], &kernels) != RC_OK) continue;
        for (size_t n = 1; n <= 20; n++) {
            rc_lanes *lanes;
            double distance[21] = {0};
            assert_ok(rc_lanes_create(W, 1, 0.1, 2 * n, kernels, &lanes));
            for (size_t lane = 0; lane < 2 * n; lane++) {
                for (size_t i = 0; i < 37; i++) one[i] = cos((double)(i * 40 + lane % n + (lane >= n)));
                rc_lanes_set(lanes, lane, one, 0);
            }
            distance[n] = -1;
            rc_lanes_distance(lanes, 0, n, n, distance);
            assert_true(distance[n] == -1);
            for (size_t k = 0; k < n; k++) {
                double sum = 0;
                for (size_t i = 0; i < 37; i++)
                    sum += pow(cos((double)(i * 40 + k + 1)) - cos((double)(i * 40 + k)), 2);
                assert_close(distance[k], sqrt(sum), 1e-14);
            }
            if (name == 0 && n == 20) memcpy(reference, distance, sizeof reference);
            if (n == 20) assert_memory_equal(reference, distance, sizeof reference);
            rc_lanes_destroy(&lanes);
        }
    }
    rc_network_destroy(&W);
}

static void distances_agree_to_the_bit(void **state) {
    (void)state;
    check_distances(0.2);
    check_distances(1);
}

/* Without connections r decays by 1 - dt/tau a step. */
static void no_connections_decay(void **state) {
    (void)state;
    rc_network *W;
    const rc_kernels *kernels;
    double zero = 0, start = 0.75;
    assert_ok(rc_network_from_dense(&zero, 1, &W));
    assert_ok(rc_kernels_find(NULL, &kernels));
    rc_lanes *lanes;
    assert_ok(rc_lanes_create(W, 5, 0.05, 1, kernels, &lanes));
    rc_lanes_set(lanes, 0, &start, 0);
    for (int step = 0; step < 100; step++) rc_lanes_advance(lanes);
    assert_close(rc_lanes_get(lanes, 0, 0), 0.75 * pow(0.95, 100), 1e-15);
    rc_lanes_destroy(&lanes);
    rc_network_destroy(&W);
}

/* tanh is odd, so a mirrored state stays the mirror image. */
static void mirrored_states_stay_mirrored(void **state) {
    (void)state;
    rc_network *W = random_network(50, 0.5);
    const rc_kernels *kernels;
    double one[50], mirrored[50];
    assert_ok(rc_kernels_find(NULL, &kernels));
    for (size_t i = 0; i < 50; i++) mirrored[i] = -(one[i] = sin((double)i));
    rc_lanes *lanes;
    assert_ok(rc_lanes_create(W, 8, 0.05, 2, kernels, &lanes));
    rc_lanes_set(lanes, 0, one, 0);
    rc_lanes_set(lanes, 1, mirrored, 0);
    for (int step = 0; step < 2000; step++) rc_lanes_advance(lanes);
    for (size_t i = 0; i < 50; i++) assert_true(rc_lanes_get(lanes, 0, i) == -rc_lanes_get(lanes, 1, i));
    rc_lanes_destroy(&lanes);
    rc_network_destroy(&W);
}

static void bad_requests_are_refused(void **state) {
    (void)state;
    const rc_kernels *kernels;
    assert_fails(rc_kernels_find("sse9", &kernels), RC_INVALID, "expected scalar, avx2, avx512 or neon");
    rc_network *W = random_network(3, 1);
    rc_lanes *lanes;
    assert_ok(rc_kernels_find(NULL, &kernels));
    assert_fails(rc_lanes_create(W, 1, 0.05, 0, kernels, &lanes), RC_INVALID, "at least one");
    assert_fails(rc_lanes_create(W, 1, 0.05, SIZE_MAX / 16, kernels, &lanes), RC_NO_MEMORY, "states");
    assert_null(lanes);
    double start[3] = {0, NAN, 0};
    assert_ok(rc_lanes_create(W, 1, 0.05, 1, kernels, &lanes));
    assert_int_equal(rc_lanes_not_finite(lanes, 0), 3);
    rc_lanes_set(lanes, 0, start, 0);
    assert_int_equal(rc_lanes_not_finite(lanes, 0), 1);
    rc_lanes_destroy(&lanes);
    rc_network_destroy(&W);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels_agree_to_the_bit),          cmocka_unit_test(distances_agree_to_the_bit),
        cmocka_unit_test(a_large_network_agrees_to_the_bit), cmocka_unit_test(no_connections_decay),
        cmocka_unit_test(mirrored_states_stay_mirrored),     cmocka_unit_test(bad_requests_are_refused),
    };
    return cmocka_run_group_tests(tests, open_stream, NULL);
}
