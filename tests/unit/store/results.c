/* What is written to results.h5 is read back, to the bit. */
#include "store.h"

#include <hdf5.h>

static void empty_results_are_nan_and_zero(void **state) {
    (void)state;
    rc_study *study = NULL;
    rc_results *results = NULL;
    assert_ok(rc_study_read(NULL, NULL, 0, &study));
    assert_ok(rc_results_create(study, &results));
    assert_true(isnan(results->delta_mean[0]));
    assert_true(isnan(results->rates2[8 * 2000 - 1]));
    assert_int_equal(results->trials_kept[39], 0);
    rc_results_destroy(&results);
    assert_null(results);
    rc_results_destroy(&results);
    rc_results_destroy(NULL);
}

static void the_default_study_has_these_shapes(void **state) {
    (void)state;
    rc_study *study = NULL;
    assert_ok(rc_study_read(NULL, NULL, 0, &study));
    const rc_variable *delta_mean = &rc_variable_table[0];
    assert_string_equal(delta_mean->name, "delta_mean");
    assert_int_equal(rc_variable_n_dims(delta_mean), 3);
    assert_int_equal(rc_variable_length(study, delta_mean), 5 * 8 * 7000);
    assert_string_equal(rc_dimension_name(delta_mean->dims[2]), "time_ms");
    assert_true(rc_dimension_value(study, RC_DIM_TIME, 6999) == 6999);
    rc_study_destroy(&study);
}

/* A row whose array is not of the element type would corrupt memory. */
static void the_table_is_sound(void **state) {
    (void)state;
    for (size_t i = 0; i < rc_n_variables; i++) {
        const rc_variable *variable = &rc_variable_table[i];
        assert_true(variable->offset > 0 && variable->offset < sizeof(rc_results));
        assert_true(rc_variable_n_dims(variable) > 0);
        assert_true(variable->units[0] && variable->long_name[0]);
        assert_true(!variable->flag_meanings || variable->type == RC_INT32);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(variable->name, rc_variable_table[j].name);
            assert_int_not_equal(variable->offset, rc_variable_table[j].offset);
        }
    }
}

static void flags_have_names(void **state) {
    (void)state;
    char name[32];
    const rc_variable *outcome = NULL;
    for (size_t i = 0; i < rc_n_variables; i++)
        if (!strcmp(rc_variable_table[i].name, "divergence_outcome")) outcome = &rc_variable_table[i];
    assert_non_null(outcome);
    rc_variable_flag_name(outcome, RC_DIVERGENCE_FITTED, name, sizeof name);
    assert_string_equal(name, "fitted");
    rc_variable_flag_name(outcome, RC_DIVERGENCE_TOO_SHORT, name, sizeof name);
    assert_string_equal(name, "too_short");
    rc_variable_flag_name(outcome, 99, name, sizeof name);
    assert_string_equal(name, "99");
}

static void reading_gives_what_was_written(void **state) {
    (void)state;
    rc_results *written = small_results(), *read = NULL;
    assert_ok(rc_results_write(written, in_folder("results.h5")));
    assert_ok(rc_results_read(in_folder("results.h5"), &read));
    assert_same_results(written, read);
    assert_string_equal(read->provenance.version, "0.1.0");
    rc_results_destroy(&written);
    rc_results_destroy(&read);
    assert_int_equal(clear_folder(), 1);
}

static void nothing_recorded_is_read_back(void **state) {
    (void)state;
    static const char *const settings[] = {"sessions=[1,2]", "gains=[0.5,4,10,13]", "trials=3",
                                           "dynamics.duration_ms=50", "record.duration_ms=0"};
    rc_results *written = made_up_results(settings, 5), *read = NULL;
    assert_non_null(written);
    assert_int_equal(written->study->n_recorded, 0);
    assert_ok(rc_results_write(written, in_folder("results.h5")));
    assert_ok(rc_results_read(in_folder("results.h5"), &read));
    assert_same_results(written, read);
    assert_ok(rc_results_export_pickle(written, in_folder("p")));
    assert_ok(rc_results_export_npz(written, in_folder("n")));
    rc_results_destroy(&written);
    rc_results_destroy(&read);
    clear_folder();
}

static void the_same_results_give_the_same_bytes(void **state) {
    (void)state;
    rc_status (*const writers[])(const rc_results *, const char *) = {rc_results_write, rc_results_export_pickle,
                                                                      rc_results_export_npz, rc_results_export_csv};
    rc_results *results = small_results();
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
        size_t n, m;
        assert_ok(writers[i](results, in_folder("a")));
        assert_ok(writers[i](results, in_folder("b")));
        unsigned char *a = slurp(in_folder("a"), &n), *b = slurp(in_folder("b"), &m);
        assert_int_equal(n, m);
        assert_memory_equal(a, b, n);
        free(a);
        free(b);
    }
    rc_results_destroy(&results);
    clear_folder();
}

static herr_t host_handler(hid_t stack, void *data) { return (void)stack, (void)data, 0; }

/* A library does not change how its host reports HDF5 errors. */
static void the_hosts_error_handler_stays(void **state) {
    (void)state;
    H5E_auto2_t handler = NULL;
    void *data = NULL;
    int mine;
    rc_results *results = NULL;
    H5Eset_auto2(H5E_DEFAULT, host_handler, &mine);
    spill(in_folder("foreign"), "not HDF5", 8);
    assert_fails(rc_results_read(in_folder("foreign"), &results), RC_DAMAGED, "foreign: damaged or not a results file");
    H5Eget_auto2(H5E_DEFAULT, &handler, &data);
    assert_ptr_equal(handler, host_handler);
    assert_ptr_equal(data, &mine);
    H5Eset_auto2(H5E_DEFAULT, (H5E_auto2_t)H5Eprint2, stderr);
    clear_folder();
}

static void all_hdf5_objects_are_closed(void **state) {
    (void)state;
    rc_results *written = small_results(), *read = NULL;
    ssize_t before = H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL);
    assert_ok(rc_results_write(written, in_folder("results.h5")));
    assert_ok(rc_results_read(in_folder("results.h5"), &read));
    assert_int_equal(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), before);
    rc_results_destroy(&written);
    rc_results_destroy(&read);
    clear_folder();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_results_are_nan_and_zero),
        cmocka_unit_test(the_default_study_has_these_shapes),
        cmocka_unit_test(the_table_is_sound),
        cmocka_unit_test(flags_have_names),
        cmocka_unit_test(reading_gives_what_was_written),
        cmocka_unit_test(nothing_recorded_is_read_back),
        cmocka_unit_test(the_same_results_give_the_same_bytes),
        cmocka_unit_test(the_hosts_error_handler_stays),
        cmocka_unit_test(all_hdf5_objects_are_closed),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
