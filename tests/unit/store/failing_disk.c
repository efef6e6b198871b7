/* When writing fails, the message says why and the old file stays. */
#include "store.h"

#include <signal.h>
#include <sys/resource.h>

typedef rc_status writer(const rc_results *, const char *);
static writer *const writers[] = {rc_results_write, rc_results_export_pickle, rc_results_export_npz,
                                  rc_results_export_csv};
#define N_WRITERS (sizeof writers / sizeof *writers)

static void a_missing_folder_is_said(void **state) {
    (void)state;
    rc_results *results = small_results();
    for (size_t i = 0; i < N_WRITERS; i++)
        assert_fails(writers[i](results, "/nonexistent/r"), RC_IO, "/nonexistent/r: cannot create it: No such file");
    rc_results_destroy(&results);
}

static void a_folder_without_permission_is_said(void **state) {
    (void)state;
    if (geteuid() == 0) skip(); /* root may write anywhere */
    rc_results *results = small_results();
    chmod(folder, 0500);
    for (size_t i = 0; i < N_WRITERS; i++)
        assert_fails(writers[i](results, in_folder("r")), RC_IO, "cannot create it: Permission denied");
    chmod(folder, 0700);
    rc_results_destroy(&results);
}

/* A limit on the size of files stands for a full disk: write() fails half-way. */
static void a_disk_that_fills_keeps_the_old_file(void **state) {
    (void)state;
    struct rlimit before, low;
    getrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_IGN);
    rc_results *results = small_results();
    for (size_t i = 0; i < N_WRITERS; i++) {
        size_t n;
        spill(in_folder("r"), "old", 3);
        low = (struct rlimit){100, before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &low);
        rc_status status = writers[i](results, in_folder("r"));
        setrlimit(RLIMIT_FSIZE, &before);
        assert_int_equal(status, RC_IO);
        assert_non_null(strstr(rc_message(), "/r: cannot write: File too large"));
        unsigned char *old = slurp(in_folder("r"), &n);
        assert_int_equal(n, 3);
        assert_memory_equal(old, "old", 3);
        free(old);
        assert_int_equal(clear_folder(), 1); /* no temporary file */
    }
    rc_results_destroy(&results);
}

static void success_replaces_the_old_file(void **state) {
    (void)state;
    rc_results *results = small_results(), *read = NULL;
    spill(in_folder("r"), "old", 3);
    assert_ok(rc_results_write(results, in_folder("r")));
    assert_ok(rc_results_read(in_folder("r"), &read));
    rc_results_destroy(&read);
    rc_results_destroy(&results);
    assert_int_equal(clear_folder(), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_folder_is_said),
        cmocka_unit_test(a_folder_without_permission_is_said),
        cmocka_unit_test(a_disk_that_fills_keeps_the_old_file),
        cmocka_unit_test(success_replaces_the_old_file),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
