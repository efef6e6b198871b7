/* A new file appears whole or not at all. */
#include "../unit.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/newfile.h"

static char folder[] = "/tmp/rnnchaos-newfile-XXXXXX";
static char path[128];

static int make_folder(void **state) {
    (void)state;
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/file", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    unlink(path);
    return rmdir(folder); /* fails if a temporary file is left */
}

static size_t count_entries(void) {
    size_t n = 0;
    DIR *directory = opendir(folder);
    for (struct dirent *entry; (entry = readdir(directory));) n += entry->d_name[0] != '.';
    closedir(directory);
    return n;
}

static void commit_shows_the_bytes(void **state) {
    (void)state;
    rc_newfile file;
    assert_ok(rc_newfile_open(path, &file));
    assert_ok(rc_newfile_write(&file, "hello", 5));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_ok(rc_newfile_commit(&file));
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_size, 5);
    assert_int_equal(count_entries(), 1);
}

static void abandon_leaves_the_old_file(void **state) {
    (void)state;
    rc_newfile file;
    assert_ok(rc_newfile_open(path, &file));
    assert_ok(rc_newfile_write(&file, "new", 3));
    rc_newfile_abandon(&file);
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_size, 5);
    assert_int_equal(count_entries(), 1);
}

static void missing_folder_is_said(void **state) {
    (void)state;
    rc_newfile file;
    assert_fails(rc_newfile_open("/nonexistent/x", &file), RC_IO, "/nonexistent/x: cannot create it");
    rc_newfile_abandon(&file);
}

static void devices_and_folders_are_not_replaced(void **state) {
    (void)state;
    rc_newfile file;
    assert_fails(rc_newfile_open("/dev/null", &file), RC_INVALID, "/dev/null: cannot be replaced");
    assert_fails(rc_newfile_open(folder, &file), RC_INVALID, "not a regular file");
}

static void writing_to_a_full_disk_is_said(void **state) {
    (void)state;
    rc_newfile file;
    assert_ok(rc_newfile_open(path, &file));
    close(file.fd);
    file.fd = -2; /* any failing descriptor */
    assert_fails(rc_newfile_write(&file, "x", 1), RC_IO, "cannot write");
    rc_newfile_abandon(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commit_shows_the_bytes),         cmocka_unit_test(abandon_leaves_the_old_file),
        cmocka_unit_test(missing_folder_is_said),         cmocka_unit_test(devices_and_folders_are_not_replaced),
        cmocka_unit_test(writing_to_a_full_disk_is_said),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
