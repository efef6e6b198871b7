/* libFuzzer target: a journal, damaged. If the first byte is 0 the rest is a
 * file; if not, it tells how a good journal is spoilt, one byte for what to do
 * and one or more for where:
 *   0 append the record of a task     3 cut off the end
 *   1 append bytes                    4 repeat a piece at the end
 *   2 change a byte                   5 overwrite with zeros
 * Whatever is read must be what was written, records that nobody touched must
 * be read, and the journal must take the tasks that are missing. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rnnchaos/journal.h>

#include "store/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { N_TASKS = 4, MAX_FILE = 65536, MAX_PAYLOAD = 4096 };

static rc_study *study;
static char path[64];

static void check(bool holds) {
    if (!holds) abort();
}

static void end(void) {
    rc_study_destroy(&study);
    unlink(path);
}

static void begin(void) {
    static const char *const settings[] = {"sessions=[1,2]",    "gains=[1,10]",         "trials=1",
                                           "exponents.count=0", "record.duration_ms=2", "dynamics.duration_ms=3"};
    if (study) return;
    check(rc_study_read(NULL, settings, sizeof settings / sizeof *settings, &study) == RC_OK);
    strcpy(path, access("/dev/shm", W_OK) ? "/tmp/rnnchaos-fuzz-XXXXXX" : "/dev/shm/rnnchaos-fuzz-XXXXXX");
    int fd = mkstemp(path);
    check(fd >= 0);
    close(fd);
    atexit(end);
}

static const uint8_t *payload(size_t task) {
    static uint8_t room[MAX_PAYLOAD];
    size_t size = rc_task_size(study, task);
    check(size <= MAX_PAYLOAD);
    for (size_t i = 0; i < size; i++) room[i] = (uint8_t)(i * 7 + task);
    return room;
}

/* --- A spoilt journal --------------------------------------------------------- */

typedef struct {
    uint8_t bytes[MAX_FILE], touched[MAX_FILE];
    size_t size, header;
} file;

typedef struct {
    const uint8_t *bytes;
    size_t size;
} input;

static uint8_t take(input *in) {
    if (in->size == 0) return 0;
    in->size--;
    return *in->bytes++;
}

static void append(file *f, const void *bytes, size_t n, bool touched) {
    if (n > MAX_FILE - f->size) return;
    memcpy(f->bytes + f->size, bytes, n);
    memset(f->touched + f->size, touched, n);
    f->size += n;
}

static void append_record(file *f, size_t task) {
    unsigned char head[RC_RECORD_HEAD], tail[RC_RECORD_TAIL];
    size_t size = rc_task_size(study, task);
    if (RC_RECORD_HEAD + size + RC_RECORD_TAIL > MAX_FILE - f->size) return;
    rc_record_make(study, task, payload(task), head, tail);
    append(f, head, sizeof head, false);
    append(f, payload(task), size, false);
    append(f, tail, sizeof tail, false);
}

/* A place in the file after its header. */
static size_t place(const file *f, input *in) {
    size_t at = (size_t)take(in) << 8;
    at |= take(in);
    return f->header + (f->size > f->header ? at % (f->size - f->header) : 0);
}

static void overwrite(file *f, size_t at, size_t n, uint8_t value) {
    for (size_t i = at; i < f->size && i < at + n; i++) {
        f->touched[i] = f->touched[i] || f->bytes[i] != value;
        f->bytes[i] = value;
    }
}

static void spoil(file *f, input *in) {
    size_t at;
    switch (take(in) % 6) {
    case 0: append_record(f, take(in) % N_TASKS); break;
    case 1:
        at = take(in);
        if (at > in->size) at = in->size;
        append(f, in->bytes, at, true);
        in->bytes += at;
        in->size -= at;
        break;
    case 2:
        at = place(f, in);
        overwrite(f, at, 1, take(in));
        break;
    case 3:
        f->size = place(f, in);
        f->touched[f->size - 1] = 1; /* what follows does not complete it */
        break;
    case 4:
        at = place(f, in);
        append(f, f->bytes + at, (f->size - at) / (1 + take(in) % 4u), true);
        break;
    default: at = place(f, in); overwrite(f, at, 8 * (size_t)take(in), 0);
    }
}

/* Where a record must be found: whole, in its place, untouched. */
static size_t count_sound(const file *f) {
    size_t n = 0;
    for (size_t at = f->header; at + RC_RECORD_HEAD + RC_RECORD_TAIL <= f->size; at += 8) {
        if (memcmp(f->bytes + at, RC_JOURNAL_MARK, 8) || f->bytes[at + 16] >= N_TASKS) continue;
        size_t whole = RC_RECORD_HEAD + rc_task_size(study, f->bytes[at + 16]) + RC_RECORD_TAIL;
        if (whole > f->size - at || memchr(f->touched + at, 1, whole)) continue;
        n++;
        at += whole - 8;
    }
    return n;
}

/* --- What is read ------------------------------------------------------------- */

typedef struct {
    size_t n;
    bool ours; /* only payload() was ever written */
} reading;

static rc_status compare(size_t task, const void *bytes, void *context) {
    reading *r = context;
    check(task < N_TASKS && (!r->ours || memcmp(bytes, payload(task), rc_task_size(study, task)) == 0));
    r->n++;
    return RC_OK;
}

static void write_file(const uint8_t *bytes, size_t size) {
    FILE *out = fopen(path, "wb");
    check(out && fwrite(bytes, 1, size, out) == size && fclose(out) == 0);
}

static void check_going_on(bool ours) {
    rc_journal *journal;
    rc_journal_found found;
    reading r = {.ours = ours};
    check(rc_journal_open(path, study, &journal, NULL) == RC_OK);
    for (size_t task = 0; task < N_TASKS; task++)
        if (!rc_journal_has(journal, task)) check(rc_journal_append(journal, task, payload(task)) == RC_OK);
    check(rc_journal_n_tasks(journal) == N_TASKS && rc_journal_close(&journal) == RC_OK);
    check(rc_journal_read(path, study, compare, &r, &found) == RC_OK);
    check(r.n >= N_TASKS && found.n_torn == 0);
}

static void read_any_file(const uint8_t *bytes, size_t size) {
    reading r = {.ours = false};
    rc_study *read = NULL;
    rc_journal_found found;
    write_file(bytes, size);
    rc_status status = rc_journal_read(path, study, compare, &r, &found);
    check(status == RC_OK || status == RC_DAMAGED || status == RC_CONFLICT);
    if (rc_journal_read_study(path, &read) == RC_OK) check(read != NULL);
    rc_study_destroy(&read);
    if (status == RC_OK) check_going_on(false);
}

static void read_spoilt(const uint8_t *bytes, size_t size) {
    static file f;
    unsigned char *header;
    reading r = {.ours = true};
    rc_journal_found found;
    input in = {bytes, size};
    check(rc_journal_header_make(study, &header, &f.header) == RC_OK);
    f.size = 0;
    append(&f, header, f.header, false);
    free(header);
    while (in.size > 0) spoil(&f, &in);
    write_file(f.bytes, f.size);
    check(rc_journal_read(path, study, compare, &r, &found) == RC_OK);
    check(found.n_records == r.n && r.n >= count_sound(&f) && found.end + found.n_torn == f.size);
    check_going_on(true);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    begin();
    if (size == 0) return 0;
    if (bytes[0] == 0)
        read_any_file(bytes + 1, size - 1);
    else
        read_spoilt(bytes + 1, size - 1);
    return 0;
}
