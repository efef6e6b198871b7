/* The simulation of the scheduler against what is known in closed form. */
#include "../unit.h"

#include <math.h>

#include "bench/simulation.h"

static sim_result run(const sim_plan *plan) {
    sim_result result;
    assert_ok(sim_run(plan, &result));
    return result;
}

static void equal_tasks_without_costs(void **state) {
    (void)state;
    const double second[] = {1};
    for (size_t ranks = 1; ranks < 40; ranks++) {
        sim_plan plan = {.n_ranks = ranks,
                         .n_tasks = 100,
                         .durations_s = second,
                         .n_durations = 1,
                         .mean_s = 0.5,
                         .n_buffers = 1,
                         .first_is_given = ranks % 2};
        sim_result result = run(&plan);
        double rounds = ceil(100.0 / (double)ranks);
        assert_close(result.makespan_s, 0.5 * rounds, 1e-12);
        assert_close(result.sum_of_tasks_s, 50.0, 1e-12);
        assert_close(result.busy, 100 / (rounds * (double)ranks), 1e-12);
    }
}

/* While tasks are left, R memoryless ranks end them at R / mean; the last R end one after another: the sum of
 * mean / k. */
static void exponential_tasks_without_costs(void **state) {
    (void)state;
    enum { RANKS = 100, TASKS = 1000, RUNS = 400 };
    double sum = 0, squares = 0, expected = (TASKS - RANKS) / (double)RANKS;
    for (int k = 1; k <= RANKS; k++) expected += 1.0 / k;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        sim_plan plan = {
            .n_ranks = RANKS, .n_tasks = TASKS, .mean_s = 1, .n_buffers = 1, .seed = seed, .reserve_until = INFINITY};
        double makespan = run(&plan).makespan_s;
        sum += makespan;
        squares += makespan * makespan;
    }
    double mean = sum / RUNS, error = sqrt((squares / RUNS - mean * mean) / (RUNS - 1));
    assert_close(mean, expected, 4 * error);
    assert_true(error < 0.01 * expected);
}

/* Many memoryless ranks ask at random times: the queue M/D/1, mean wait load * service / (2 (1 - load)). */
static void counter_waits_like_m_d_1(void **state) {
    (void)state;
    for (double load = 0.3; load < 0.9; load += 0.2) {
        sim_plan plan = {.n_ranks = 20000,
                         .n_tasks = 4000000,
                         .mean_s = 1,
                         .counter_s = load / 20000,
                         .n_buffers = 1,
                         .first_is_given = true,
                         .reserve_until = INFINITY};
        double expected = load * plan.counter_s / (2 * (1 - load));
        assert_close(run(&plan).counter_wait_s, expected, 0.05 * expected);
    }
}

static void saturated_servers(void **state) {
    (void)state;
    sim_plan plan = {.n_ranks = 1000, .n_tasks = 100000, .mean_s = 1e-3, .counter_s = 1e-5, .n_buffers = 1};
    assert_close(run(&plan).makespan_s, 1.0, 0.02);
    plan.counter_s = 1e-7;
    plan.receive_s = 4e-5;
    plan.blocks = true;
    assert_close(run(&plan).makespan_s, 4.0, 0.02);
    plan.ranks_per_node = 250;
    plan.n_buffers = 8;
    plan.blocks = false;
    assert_close(run(&plan).makespan_s, 1.0, 0.02); /* four receivers */
}

static void messages_cost_their_rank_time(void **state) {
    (void)state;
    sim_plan plan = {.n_ranks = 4, .n_tasks = 4000, .mean_s = 1e-3, .send_s = 2.5e-4, .n_buffers = 8};
    assert_close(run(&plan).busy, 0.8, 0.01);
}

static void cores_are_shared(void **state) {
    (void)state;
    const double second[] = {1};
    sim_plan plan = {.n_ranks = 8,
                     .n_cores = 2,
                     .n_tasks = 24,
                     .durations_s = second,
                     .n_durations = 1,
                     .mean_s = 1,
                     .n_buffers = 1};
    assert_close(run(&plan).makespan_s, 12.0, 1e-9);
    plan.n_tasks = 25; /* the last one alone has a core for itself */
    assert_close(run(&plan).makespan_s, 13.0, 1e-9);
    assert_close(run(&plan).busy, 25.0 / 26.0, 1e-9);
}

static void chunks_shrink_and_are_capped(void **state) {
    (void)state;
    const double second[] = {1};
    sim_plan plan = {.n_ranks = 10,
                     .n_tasks = 100000,
                     .durations_s = second,
                     .n_durations = 1,
                     .mean_s = 1,
                     .n_buffers = 1,
                     .chunk_most = SIZE_MAX};
    sim_result result = run(&plan);
    assert_close(result.makespan_s, 10000, 3);
    assert_true(result.n_requests < 170); /* ten a batch, log2(100000 / 20) batches and a few of ones */
    plan.chunk_most = 4;
    result = run(&plan);
    assert_close(result.makespan_s, 10000, 3);
    assert_true(result.n_requests > 25000 && result.n_requests < 25100);
}

static void impossible_plans(void **state) {
    (void)state;
    sim_result result;
    assert_fails(sim_run(&(sim_plan){.n_ranks = 1, .n_tasks = 1}, &result), RC_INVALID, "buffers");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_tasks_without_costs),     cmocka_unit_test(exponential_tasks_without_costs),
        cmocka_unit_test(counter_waits_like_m_d_1),      cmocka_unit_test(saturated_servers),
        cmocka_unit_test(messages_cost_their_rank_time), cmocka_unit_test(cores_are_shared),
        cmocka_unit_test(chunks_shrink_and_are_capped),  cmocka_unit_test(impossible_plans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
