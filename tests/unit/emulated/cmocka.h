/* As much of cmocka as the tests of kernels use, for processors that are emulated, where there is no cmocka. */
#ifndef RC_TESTS_EMULATED_CMOCKA_H
#define RC_TESTS_EMULATED_CMOCKA_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static jmp_buf to_next_test;

struct CMUnitTest {
    const char *name;
    void (*run)(void **state);
};
#define cmocka_unit_test(test) \
    { #test, test }

#define fail_msg(...)                          \
    do {                                       \
        printf("%s:%d: ", __FILE__, __LINE__); \
        printf(__VA_ARGS__);                   \
        putchar('\n');                         \
        exit(1);                               \
    } while (0)
#define assert_true(c)                     \
    do {                                   \
        if (!(c)) fail_msg("not: %s", #c); \
    } while (0)
#define assert_false(c) assert_true(!(c))
#define assert_null(p) assert_true((p) == NULL)
#define assert_non_null(p) assert_true((p) != NULL)
#define assert_int_equal(a, b) assert_true((a) == (b))
#define assert_ptr_equal(a, b) assert_true((a) == (b))
#define assert_string_equal(a, b) assert_true(strcmp(a, b) == 0)
#define assert_memory_equal(a, b, n) assert_true(memcmp(a, b, n) == 0)
#define print_message printf
#define skip() longjmp(to_next_test, 1)

static inline int run_tests(const struct CMUnitTest *tests, size_t n, int (*setup)(void **)) {
    void *state = NULL;
    if (setup && setup(&state) != 0) return 1;
    for (volatile size_t k = 0; k < n; k++) {
        if (setjmp(to_next_test)) {
            printf("skipped: %s\n", tests[k].name);
        } else {
            tests[k].run(&state);
            printf("passed: %s\n", tests[k].name);
        }
    }
    return 0;
}
#define cmocka_run_group_tests(tests, setup, teardown) run_tests(tests, sizeof(tests) / sizeof *(tests), setup)

#endif
