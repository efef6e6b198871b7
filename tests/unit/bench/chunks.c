/* How tasks are cut into chunks. */
#include "../unit.h"

#include "mpi/chunks.h"

/* Every place once, in the order of the tickets, whatever the numbers. */
static void every_task_once(void **state) {
    (void)state;
    for (uint64_t n_tasks = 0; n_tasks < 700; n_tasks += 1 + n_tasks / 40)
        for (uint64_t n_ranks = 1; n_ranks < 40; n_ranks += 1 + n_ranks / 8)
            for (uint64_t most = 1; most <= 16; most *= 4) {
                uint64_t next = 0;
                for (uint64_t ticket = 0; ticket < n_tasks; ticket++) {
                    mpi_chunk chunk = mpi_chunk_of(n_tasks, n_ranks, most, ticket);
                    assert_int_equal(chunk.first, next);
                    assert_in_range(chunk.n, next < n_tasks, most);
                    next += chunk.n;
                }
                assert_int_equal(next, n_tasks);
                assert_int_equal(mpi_chunk_of(n_tasks, n_ranks, most, n_tasks).n, 0);
                assert_int_equal(mpi_chunk_of(n_tasks, n_ranks, most, UINT64_MAX / 2).n, 0);
            }
}

/* By the rule itself, batch after batch. */
static void half_of_what_is_left_to_all_ranks(void **state) {
    (void)state;
    const uint64_t n_tasks = 1000000, n_ranks = 1000, most = 16;
    uint64_t next = 0, ticket = 0;
    while (next < n_tasks) {
        uint64_t size = (n_tasks - next) / (2 * n_ranks);
        size = size > most ? most : size < 1 ? 1 : size;
        for (uint64_t k = 0; k < n_ranks && next < n_tasks; k++, ticket++, next += size) {
            mpi_chunk chunk = mpi_chunk_of(n_tasks, n_ranks, most, ticket);
            assert_int_equal(chunk.first, next);
            assert_int_equal(chunk.n, size);
        }
    }
}

static void very_many_tasks(void **state) {
    (void)state;
    const uint64_t n_tasks = UINT64_C(1) << 40;
    assert_int_equal(mpi_chunk_of(n_tasks, 3, 16, 1000000).first, 16000000);
    uint64_t low = 0, high = n_tasks; /* the last ticket with a task has the last task */
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        *(mpi_chunk_of(n_tasks, 3, 16, middle).n ? &low : &high) = middle;
    }
    mpi_chunk last = mpi_chunk_of(n_tasks, 3, 16, low);
    assert_int_equal(last.first + last.n, n_tasks);
    assert_int_equal(last.n, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_once),
        cmocka_unit_test(half_of_what_is_left_to_all_ranks),
        cmocka_unit_test(very_many_tasks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
