/* A journal gives back what was put in, and believes nothing else. */
#include "store.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/crc32c.h"
#include "store/journal.h"

enum { N_TASKS = 4, MAX_SIZE = 8192 };

/* Two sessions, two gains; few bytes a task, and of two sizes. */
static rc_study *study(const char *more) {
    const char *settings[] = {"sessions=[1,2]",       "gains=[1,10]",      "trials=1",  "dynamics.duration_ms=3",
                              "record.duration_ms=2", "exponents.count=0", "seed=1234", more};
    rc_study *out = NULL;
    assert_ok(rc_study_read(NULL, settings, more ? 8 : 7, &out));
    assert_int_equal(rc_task_count(out), N_TASKS);
    return out;
}

/* What a task might give: bytes that tell tasks apart. */
static const unsigned char *payload(const rc_study *s, size_t task) {
    static unsigned char bytes[MAX_SIZE];
    size_t n = rc_task_size(s, task);
    assert_true(n > 0 && n <= MAX_SIZE);
    for (size_t i = 0; i < n; i++) bytes[i] = (unsigned char)(17 * task + i);
    return bytes;
}

/* A journal with the first n tasks, in order 3, 0, 1, 2. */
static const size_t order[N_TASKS] = {3, 0, 1, 2};

static void write_journal(const char *path, const rc_study *s, size_t n) {
    rc_journal *journal;
    assert_ok(rc_journal_open(path, s, &journal, NULL));
    for (size_t k = 0; k < n; k++) assert_ok(rc_journal_append(journal, order[k], payload(s, order[k])));
    assert_int_equal(rc_journal_n_tasks(journal), n);
    assert_ok(rc_journal_close(&journal));
}

typedef struct {
    const rc_study *study;
    size_t n;
    size_t tasks[16];
} taken;

/* Whatever is believed must be right. */
static rc_status take(size_t task, const void *bytes, void *context) {
    taken *t = context;
    assert_true(task < N_TASKS && t->n < 16);
    assert_memory_equal(bytes, payload(t->study, task), rc_task_size(t->study, task));
    t->tasks[t->n++] = task;
    return RC_OK;
}

static void tasks_come_back(void **state) {
    (void)state;
    rc_study *s = study(NULL);
    taken t = {.study = s};
    rc_journal_found found;
    write_journal(in_folder("journal.rcj"), s, N_TASKS);
    assert_ok(rc_journal_read(in_folder("journal.rcj"), s, take, &t, &found));
    assert_int_equal(t.n, N_TASKS);
    assert_memory_equal(t.tasks, order, sizeof order);
    assert_int_equal(found.n_records, N_TASKS);
    assert_int_equal(found.n_damaged + found.n_torn, 0);
    rc_study *read;
    assert_ok(rc_journal_read_study(in_folder("journal.rcj"), &read));
    assert_string_equal(read->text, s->text);
    rc_study_destroy(&read);
    rc_study_destroy(&s);
    assert_int_equal(clear_folder(), 1);
}

/* The layout of docs/file-formats.md, byte by byte. */
static void the_layout_is_the_documented_one(void **state) {
    (void)state;
    rc_study *s = study(NULL);
    size_t n;
    write_journal(in_folder("journal.rcj"), s, 1);
    unsigned char *bytes = slurp(in_folder("journal.rcj"), &n);
    uint32_t version, header, n_program, n_study;
    uint64_t hash, length, task;
    memcpy(&version, bytes + 8, 4);
    memcpy(&header, bytes + 12, 4);
    memcpy(&hash, bytes + 16, 8);
    memcpy(&n_program, bytes + 32, 4);
    memcpy(&n_study, bytes + 36, 4);
    assert_memory_equal(bytes, "\211RCJ\r\n\032\n", 8);
    assert_int_equal(version, 1);
    assert_true(hash == s->hash);
    assert_int_equal(n_study, strlen(s->text));
    assert_memory_equal(bytes + 40 + n_program, s->text, n_study);
    assert_int_equal(header % 8, 0);
    const unsigned char *record = bytes + header;
    memcpy(&length, record + 8, 8);
    memcpy(&task, record + 16, 8);
    memcpy(&hash, record + 24, 8);
    assert_memory_equal(record, "rcj task", 8);
    assert_int_equal(length, rc_task_size(s, 3));
    assert_int_equal(task, 3);
    assert_true(hash == s->hash);
    assert_memory_equal(record + 32, payload(s, 3), length);
    assert_memory_equal(record + 32 + length + 4, "done", 4);
    assert_int_equal(n, header + 32 + length + 8);
    free(bytes);
    rc_study_destroy(&s);
    clear_folder();
}

/* Where the k-th record of write_journal ends. */
static size_t record_end(const rc_study *s, size_t header, size_t k) {
    size_t end = header;
    for (size_t i = 0; i < k; i++) end += RC_RECORD_HEAD + rc_task_size(s, order[i]) + RC_RECORD_TAIL;
    return end;
}

static size_t header_size(const rc_study *s) {
    unsigned char *bytes;
    size_t n;
    assert_ok(rc_journal_header_make(s, &bytes, &n));
    free(bytes);
    return n;
}

static void cut_anywhere_the_whole_records_stay(void **state) {
    (void)state;
    rc_study *s = study(NULL);
    size_t n, header = header_size(s);
    write_journal(in_folder("whole.rcj"), s, N_TASKS);
    unsigned char *bytes = slurp(in_folder("whole.rcj"), &n);
    for (size_t length = 0; length <= n; length++) {
        size_t whole = 0;
        while (whole < N_TASKS && record_end(s, header, whole + 1) <= length) whole++;
        spill(in_folder("cut.rcj"), bytes, length);
        taken t = {.study = s};
        rc_journal_found found;
        assert_ok(rc_journal_read(in_folder("cut.rcj"), s, take, &t, &found));
        assert_int_equal(t.n, whole);
        assert_int_equal(found.end, length < header ? 0 : record_end(s, header, whole));
        assert_int_equal(found.n_torn, length < header ? 0 : length - record_end(s, header, whole));
        assert_int_equal(found.n_damaged, 0);
    }
    free(bytes);
    rc_study_destroy(&s);
    clear_folder();
}

/* Opened again, a cut journal takes the tasks that are missing. */
static void cut_anywhere_it_can_be_gone_on_with(void **state) {
    (void)state;
    rc_study *s = study(NULL);
    size_t n, n_again;
    write_journal(in_folder("whole.rcj"), s, N_TASKS);
    unsigned char *bytes = slurp(in_folder("whole.rcj"), &n);
    for (size_t length = 0; length <= n; length += length < n - 200 ? 61 : 1) {
        rc_journal *journal;
        spill(in_folder("cut.rcj"), bytes, length);
        assert_ok(rc_journal_open(in_folder("cut.rcj"), s, &journal, NULL));
        for (size_t k = 0; k < N_TASKS; k++)
            if (!rc_journal_has(journal, order[k]))
                assert_ok(rc_journal_append(journal, order[k], payload(s, order[k])));
        assert_ok(rc_journal_close(&journal));
        unsigned char *again = slurp(in_folder("cut.rcj"), &n_again);
        assert_int_equal(n_again, n);
        assert_memory_equal(again, bytes, n);
        free(again);
    }
    free(bytes);
    rc_study_destroy(&s);
    clear_folder();
}

/* One wrong bit: the record it is in does not count, all others do. */
static void any_wrong_bit_costs_its_record_only(void **state) {
    (void)state;
    rc_study *s = study(NULL);
    size_t n, header = header_size(s);
    write_journal(in_folder("whole.rcj"), s, N_TASKS);
    unsigned char *bytes = slurp(in_folder("whole.rcj"), &n);
    int fd = open(in_folder("whole.rcj"), O_WRONLY);
    for (size_t bit = 0; bit < 8 * n; bit++) {
        taken t = {.study = s};
        rc_journal_found found;
        unsigned char wrong = bytes[bit / 8] ^ (unsigned char)(1 << bit % 8);
        assert_int_equal(pwrite(fd, &wrong, 1, (off_t)(bit / 8)), 1);
        rc_status status = rc_journal_read(in_folder("whole.rcj"), s, take, &t, &found);
        assert_int_equal(pwrite(fd, bytes + bit / 8, 1, (off_t)(bit / 8)), 1);
        if (bit / 8 < header) {
            assert_int_equal(status, RC_DAMAGED);
            continue;
        }
        assert_int_equal(status, RC_OK);
        assert_int_equal(t.n, N_TASKS - 1);
        bool in_last = bit / 8 >= record_end(s, header, N_TASKS - 1);
        assert_true((found.n_torn > 0) == in_last && (found.n_damaged > 0) == !in_last);
    }
    close(fd);
    free(bytes);
    rc_study_destroy(&s);
    clear_folder();
}

static void damage_is_told(void **state) {
    (void)state;
    rc_study *s = study(NULL);
    size_t n, header = header_size(s);
    char text[1024];
    rc_journal_found found;
    write_journal(in_folder("journal.rcj"), s, N_TASKS);
    unsigned char *bytes = slurp(in_folder("journal.rcj"), &n);
    bytes[record_end(s, header, 1) + 50] ^= 1;
    spill(in_folder("journal.rcj"), bytes, n - 3);
    assert_ok(rc_journal_read(in_folder("journal.rcj"), s, NULL, NULL, &found));
    assert_int_equal(found.n_records, 2);
    assert_int_equal(found.damaged_at, record_end(s, header, 1));
    assert_int_equal(found.n_damaged, record_end(s, header, 2) - record_end(s, header, 1));
    assert_int_equal(found.end, record_end(s, header, 3));
    assert_int_equal(found.n_torn, n - 3 - found.end);
    rc_journal_describe("J", s, &found, text, sizeof text);
    assert_non_null(strstr(text, "are damaged, "));
    assert_non_null(strstr(text, "no whole record"));
    free(bytes);
    rc_study_destroy(&s);
    clear_folder();
}

static void other_studies_and_versions_are_refused(void **state) {
    (void)state;
    rc_study *s = study(NULL), *other = study("network.neurons=201");
    size_t n;
    rc_journal *journal;
    write_journal(in_folder("journal.rcj"), s, 2);
    assert_fails(rc_journal_read(in_folder("journal.rcj"), other, NULL, NULL, NULL), RC_CONFLICT, "another study");
    assert_fails(rc_journal_open(in_folder("journal.rcj"), other, &journal, NULL), RC_CONFLICT, "another study");
    unsigned char *bytes = slurp(in_folder("journal.rcj"), &n);
    size_t header = header_size(s);
    for (int field = 0; field < 3; field++) {
        unsigned char changed[65536];
        memcpy(changed, bytes, n);
        changed[(size_t[]){8, 24, 40}[field]]++; /* format, layout of tasks, version of the program */
        uint32_t crc = rc_crc32c(0, changed, header - 4);
        memcpy(changed + header - 4, &crc, 4);
        spill(in_folder("journal.rcj"), changed, n);
        assert_fails(rc_journal_open(in_folder("journal.rcj"), s, &journal, NULL), RC_CONFLICT,
                     field ? "was begun by rnnchaos" : "is a journal of format 2");
        assert_null(journal);
        unsigned char *after = slurp(in_folder("journal.rcj"), &n);
        assert_memory_equal(after, changed, n); /* untouched */
        free(after);
    }
    spill(in_folder("journal.rcj"), "something else, and longer than 40 bytes, too", 45);
    assert_fails(rc_journal_open(in_folder("journal.rcj"), s, &journal, NULL), RC_DAMAGED, "as a journal does");
    free(bytes);
    rc_study_destroy(&s);
    rc_study_destroy(&other);
    clear_folder();
}

static void two_writers_are_one_too_many(void **state) {
    (void)state;
    rc_study *s = study(NULL);
    rc_journal *journal, *second;
    assert_ok(rc_journal_open(in_folder("journal.rcj"), s, &journal, NULL));
    assert_fails(rc_journal_open(in_folder("journal.rcj"), s, &second, NULL), RC_CONFLICT, "in use by another run");
    assert_fails(rc_journal_remove(in_folder("journal.rcj")), RC_CONFLICT, "in use by another run");
    assert_ok(rc_journal_read(in_folder("journal.rcj"), s, NULL, NULL, NULL)); /* readers are welcome */
    assert_ok(rc_journal_append(journal, 0, payload(s, 0)));
    assert_ok(rc_journal_close(&journal));
    assert_ok(rc_journal_open(in_folder("journal.rcj"), s, &second, NULL));
    assert_true(rc_journal_has(second, 0) && !rc_journal_has(second, 1));
    assert_ok(rc_journal_close(&second));
    assert_ok(rc_journal_remove(in_folder("journal.rcj")));
    rc_study_destroy(&s);
    assert_int_equal(clear_folder(), 0);
}

static void an_empty_journal_goes(void **state) {
    (void)state;
    rc_study *s = study(NULL);
    write_journal(in_folder("journal.rcj"), s, 0);
    assert_int_equal(clear_folder(), 0);
    rc_study_destroy(&s);
}

static void meddling_is_found_out(void **state) {
    (void)state;
    rc_study *s = study(NULL);
    rc_journal *journal;
    assert_ok(rc_journal_open(in_folder("journal.rcj"), s, &journal, NULL));
    assert_ok(rc_journal_append(journal, 0, payload(s, 0)));
    assert_int_equal(unlink(in_folder("journal.rcj")), 0);
    assert_fails(rc_journal_append(journal, 1, payload(s, 1)), RC_IO, "somebody has removed it");
    assert_fails(rc_journal_close(&journal), RC_IO, "somebody has removed it");
    rc_study_destroy(&s);
    clear_folder();
}

/* A limit on the size of files stands for a full disk. */
static void a_full_disk_costs_no_good_record(void **state) {
    (void)state;
    struct rlimit before, low;
    rc_study *s = study(NULL);
    size_t header = header_size(s), n;
    getrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_IGN);
    for (size_t room = 0; room < RC_RECORD_HEAD + rc_task_size(s, order[2]) + RC_RECORD_TAIL; room += 7) {
        rc_journal *journal;
        write_journal(in_folder("journal.rcj"), s, 2);
        assert_ok(rc_journal_open(in_folder("journal.rcj"), s, &journal, NULL));
        low = (struct rlimit){record_end(s, header, 2) + room, before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &low);
        rc_status status = rc_journal_append(journal, order[2], payload(s, order[2]));
        setrlimit(RLIMIT_FSIZE, &before);
        assert_int_equal(status, RC_IO);
        assert_non_null(strstr(rc_message(), "cannot write: File too large"));
        assert_fails(rc_journal_append(journal, order[2], payload(s, order[2])), RC_IO, "File too large"); /* no more */
        assert_fails(rc_journal_close(&journal), RC_IO, "File too large");
        free(slurp(in_folder("journal.rcj"), &n));
        assert_int_equal(n, record_end(s, header, 2));
        assert_ok(rc_journal_open(in_folder("journal.rcj"), s, &journal, NULL));
        assert_ok(rc_journal_append(journal, order[2], payload(s, order[2])));
        assert_ok(rc_journal_close(&journal));
        assert_int_equal(clear_folder(), 1);
    }
    rc_study_destroy(&s);
}

/* Killed at any moment, what was appended is there. */
static void appended_tasks_outlive_the_process(void **state) {
    (void)state;
    rc_study *s = study(NULL);
    pid_t child = fork();
    if (child == 0) {
        rc_journal *journal;
        if (rc_journal_open(in_folder("journal.rcj"), s, &journal, NULL) != RC_OK) _exit(1);
        for (size_t k = 0; k < 3; k++) rc_journal_append(journal, order[k], payload(s, order[k]));
        raise(SIGKILL);
    }
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how));
    taken t = {.study = s};
    assert_ok(rc_journal_read(in_folder("journal.rcj"), s, take, &t, NULL));
    assert_int_equal(t.n, 3);
    rc_study_destroy(&s);
    clear_folder();
}

/* A file over another one takes its tasks, and nothing is counted twice. */
static void several_files_go_together(void **state) {
    (void)state;
    rc_study *s = study(NULL);
    rc_journal *journal;
    write_journal(in_folder("a.rcj"), s, 2);
    assert_ok(rc_journal_open(in_folder("b.rcj"), s, &journal, NULL));
    assert_ok(rc_journal_append(journal, order[1], payload(s, order[1])));
    assert_ok(rc_journal_include(journal, in_folder("a.rcj"), NULL));
    assert_int_equal(rc_journal_n_tasks(journal), 2);
    assert_true(rc_journal_has(journal, 3) && rc_journal_has(journal, 0) && !rc_journal_has(journal, 1));
    assert_ok(rc_journal_close(&journal));
    rc_study_destroy(&s);
    clear_folder();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_come_back),
        cmocka_unit_test(the_layout_is_the_documented_one),
        cmocka_unit_test(cut_anywhere_the_whole_records_stay),
        cmocka_unit_test(cut_anywhere_it_can_be_gone_on_with),
        cmocka_unit_test(any_wrong_bit_costs_its_record_only),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(other_studies_and_versions_are_refused),
        cmocka_unit_test(two_writers_are_one_too_many),
        cmocka_unit_test(an_empty_journal_goes),
        cmocka_unit_test(meddling_is_found_out),
        cmocka_unit_test(a_full_disk_costs_no_good_record),
        cmocka_unit_test(appended_tasks_outlive_the_process),
        cmocka_unit_test(several_files_go_together),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
