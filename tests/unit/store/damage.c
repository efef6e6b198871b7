/* Damaged files are told from whole ones, whatever the damage. */
#include "store.h"

#include <hdf5.h>
#include <hdf5_hl.h>

#define SEAL_SIZE 24

static rc_results *original;
static unsigned char *bytes;
static size_t n_bytes;

static int write_original(void **state) {
    if (make_folder(state)) return -1;
    original = small_results();
    assert_ok(rc_results_write(original, in_folder("original.h5")));
    bytes = slurp(in_folder("original.h5"), &n_bytes);
    return 0;
}

static int remove_original(void **state) {
    rc_results_destroy(&original);
    free(bytes);
    return remove_folder(state);
}

/* Reads n bytes as a file: RC_DAMAGED, or the original. */
static rc_status read_bytes(const unsigned char *content, size_t n) {
    rc_results *results = NULL;
    spill(in_folder("damaged.h5"), content, n);
    rc_status status = rc_results_read(in_folder("damaged.h5"), &results);
    if (status == RC_OK) {
        assert_same_results(results, original);
    } else {
        if (status != RC_DAMAGED) fail_msg("%s: %s", rc_status_text(status), rc_message());
        assert_non_null(strstr(rc_message(), "damaged.h5: damaged"));
        assert_null(strchr(rc_message(), '\n'));
        assert_null(results);
    }
    rc_results_destroy(&results);
    return status;
}

static void a_truncated_file_is_damaged(void **state) {
    (void)state;
    for (size_t n = 0; n < n_bytes - 2048; n += n < 2048 ? 1 : 97) assert_int_equal(read_bytes(bytes, n), RC_DAMAGED);
    for (size_t n = n_bytes - 2048; n < n_bytes; n++)
        assert_int_equal(read_bytes(bytes, n), n == n_bytes - SEAL_SIZE ? RC_OK : RC_DAMAGED);
    assert_int_equal(read_bytes(bytes, n_bytes), RC_OK);
}

static void a_flipped_byte_is_damage(void **state) {
    (void)state;
    for (size_t i = 0; i < n_bytes; i += i < n_bytes - 64 ? 7 : 1) {
        unsigned char kept = bytes[i];
        bytes[i] ^= (unsigned char)(1 << i % 8);
        assert_int_equal(read_bytes(bytes, n_bytes), RC_DAMAGED);
        bytes[i] = kept;
    }
}

static void a_lost_block_is_damage(void **state) {
    (void)state;
    unsigned char *holed = malloc(n_bytes);
    for (size_t i = 0; i < n_bytes; i += 512) {
        memcpy(holed, bytes, n_bytes);
        memset(holed + i, 0, n_bytes - i < 512 ? n_bytes - i : 512);
        if (memcmp(holed, bytes, n_bytes)) assert_int_equal(read_bytes(holed, n_bytes), RC_DAMAGED);
    }
    free(holed);
}

static void foreign_files_are_refused(void **state) {
    (void)state;
    rc_results *results = NULL;
    assert_fails(rc_results_read(in_folder("none.h5"), &results), RC_UNREADABLE,
                 "none.h5: cannot open it: No such file");
    assert_fails(rc_results_read(folder, &results), RC_UNREADABLE, "not a regular file");
    hid_t file = H5Fcreate(in_folder("foreign.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    assert_fails(rc_results_read(in_folder("foreign.h5"), &results), RC_DAMAGED, "attribute study is missing");
    assert_null(results);
}

/* Opens a copy of the original for a change through HDF5, which drops the seal. */
static hid_t open_copy(void) {
    spill(in_folder("changed.h5"), bytes, n_bytes);
    return H5Fopen(in_folder("changed.h5"), H5F_ACC_RDWR, H5P_DEFAULT);
}

static void assert_refused(hid_t file, const char *reason) {
    rc_results *results = NULL;
    H5Fclose(file);
    assert_fails(rc_results_read(in_folder("changed.h5"), &results), RC_DAMAGED, reason);
    assert_non_null(strstr(rc_message(), "changed.h5: damaged or not a results file: "));
}

static void put(hid_t file, const char *name, hid_t type, int n_dims, const hsize_t *shape, bool chunked) {
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    if (chunked) H5Pset_chunk(creation, n_dims, shape);
    hid_t space = H5Screate_simple(n_dims, shape, NULL);
    H5Ldelete(file, name, H5P_DEFAULT);
    H5Dclose(H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(creation);
}

static void an_untouched_copy_is_read(void **state) {
    (void)state;
    rc_results *results = NULL;
    H5Fclose(open_copy());
    assert_ok(rc_results_read(in_folder("changed.h5"), &results));
    assert_same_results(results, original);
    rc_results_destroy(&results);
}

static void changed_variables_are_refused(void **state) {
    (void)state;
    hid_t file = open_copy();
    H5Ldelete(file, "delta_mean", H5P_DEFAULT);
    assert_refused(file, "variable delta_mean is missing");
    put(file = open_copy(), "delta_mean", H5T_IEEE_F64LE, 3, (hsize_t[]){2, 4, 49}, false);
    assert_refused(file, "variable delta_mean has another shape than its study");
    put(file = open_copy(), "delta_mean", H5T_IEEE_F64LE, 2, (hsize_t[]){8, 50}, false);
    assert_refused(file, "variable delta_mean has another shape than its study");
    put(file = open_copy(), "delta_mean", H5T_IEEE_F32LE, 3, (hsize_t[]){2, 4, 50}, false);
    assert_refused(file, "variable delta_mean has another type");
    put(file = open_copy(), "delta_mean", H5T_IEEE_F64LE, 3, (hsize_t[]){2, 4, 50}, false);
    assert_refused(file, "variable delta_mean is larger than what the file holds");
    put(file = open_copy(), "gain", H5T_IEEE_F64LE, 1, (hsize_t[]){4}, true);
    assert_refused(file, "gain");
}

static void put_text(hid_t file, const char *name, const char *text) {
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    H5Adelete(file, name);
    hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, &text);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

static void changed_studies_are_refused(void **state) {
    (void)state;
    hid_t file = open_copy();
    H5Adelete(file, "study");
    assert_refused(file, "attribute study is missing");
    put_text(file = open_copy(), "study", "neurons: [");
    assert_refused(file, "its study");
    put_text(file = open_copy(), "study", "");
    assert_refused(file, "its study");
    put_text(file = open_copy(), "study_hash", "0000000000000000");
    assert_refused(file, "its study does not match study_hash '0000000000000000'");
    H5LTset_attribute_int(file = open_copy(), "/", "study", &(int){1}, 1);
    assert_refused(file, "attribute study is not a text");
    H5LTset_attribute_string(file = open_copy(), "/", "threads", "two");
    assert_refused(file, "attribute threads is not an integer");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_truncated_file_is_damaged), cmocka_unit_test(a_flipped_byte_is_damage),
        cmocka_unit_test(a_lost_block_is_damage),      cmocka_unit_test(foreign_files_are_refused),
        cmocka_unit_test(an_untouched_copy_is_read),   cmocka_unit_test(changed_variables_are_refused),
        cmocka_unit_test(changed_studies_are_refused),
    };
    return cmocka_run_group_tests(tests, write_original, remove_original);
}
