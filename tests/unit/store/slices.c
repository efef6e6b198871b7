/* Tasks' bytes and whole results are two views of the same numbers. */
#include "store.h"

#include "store/slices.h"

/* Copies of the slices of a task, made by walking over the whole results. */
static void fill_from(const rc_results *whole, size_t task, rc_results *slices) {
    const rc_study *s = whole->study;
    for (size_t v = 0; v < rc_n_variables; v++) {
        const rc_variable *variable = &rc_variable_table[v];
        char *to = rc_variable_data(slices, variable);
        const char *from = rc_variable_data(whole, variable);
        if (!to) continue;
        bool by_cell = variable->dims[0] == RC_DIM_SESSION;
        size_t n_cells = by_cell ? s->n_sessions * s->n_gains : s->n_gains;
        size_t size = rc_variable_length(s, variable) / n_cells * rc_type_size(variable->type);
        memcpy(to, from + (by_cell ? task : task % s->n_gains) * size, size);
    }
}

static void all_tasks_make_the_whole(void **state) {
    (void)state;
    rc_results *whole = small_results(), *again = small_results();
    for (size_t v = 0; v < rc_n_variables; v++) /* nothing may be left of what is there */
        memset(rc_variable_data(again, &rc_variable_table[v]), 0x55,
               rc_variable_length(again->study, &rc_variable_table[v]) * rc_type_size(rc_variable_table[v].type));
    for (size_t task = 0; task < rc_task_count(whole->study); task++) {
        rc_results slices;
        double *bytes = malloc(rc_task_size(whole->study, task));
        rc_slices_begin(whole->study, task, bytes, &slices);
        fill_from(whole, task, &slices);
        rc_task_unpack(again, task, bytes);
        free(bytes);
    }
    assert_same_results(whole, again);
    rc_results_destroy(&whole);
    rc_results_destroy(&again);
}

/* What a task leaves alone is as in empty results. */
static void slices_begin_as_empty_results(void **state) {
    (void)state;
    rc_results *made_up = small_results(), *empty = NULL, *filled = NULL;
    rc_study *a, *b;
    const char *text = made_up->study->text;
    assert_ok(rc_study_parse(text, strlen(text), "", NULL, 0, &a));
    assert_ok(rc_study_parse(text, strlen(text), "", NULL, 0, &b));
    assert_ok(rc_results_create(a, &empty));
    assert_ok(rc_results_create(b, &filled));
    for (size_t v = 0; v < rc_n_variables; v++)
        memset(rc_variable_data(filled, &rc_variable_table[v]), 0x55,
               rc_variable_length(b, &rc_variable_table[v]) * rc_type_size(rc_variable_table[v].type));
    for (size_t task = 0; task < rc_task_count(b); task++) {
        rc_results slices;
        double *bytes = malloc(rc_task_size(b, task));
        rc_slices_begin(b, task, bytes, &slices);
        rc_task_unpack(filled, task, bytes);
        free(bytes);
    }
    for (size_t v = 0; v < rc_n_variables; v++) {
        const rc_variable *variable = &rc_variable_table[v];
        size_t size = rc_variable_length(b, variable) * rc_type_size(variable->type);
        if (size) assert_memory_equal(rc_variable_data(filled, variable), rc_variable_data(empty, variable), size);
    }
    rc_results_destroy(&made_up);
    rc_results_destroy(&empty);
    rc_results_destroy(&filled);
}

static void sizes_too_large_to_count_are_told(void **state) {
    (void)state;
    static const char *const settings[] = {"trials=2147483648", "network.neurons=2147483647", "exponents.count=all"};
    rc_study *s = NULL;
    assert_ok(rc_study_read(NULL, settings, 3, &s));
    assert_true(rc_task_size(s, 0) == SIZE_MAX);
    rc_study_destroy(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_tasks_make_the_whole),
        cmocka_unit_test(slices_begin_as_empty_results),
        cmocka_unit_test(sizes_too_large_to_count_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
