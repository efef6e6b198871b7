/* libFuzzer target: bytes that change a sound results.h5, which is then read.
 *
 * The changes go through HDF5 and the file is sealed again, for any other
 * change is refused by the seal or finds faults of HDF5 itself. The first
 * byte chooses the study and what happens to the seal; then come changes, of
 * an object or of an attribute of the root. A first byte of 255: the others
 * are a whole file, of which only the seal is checked. */
#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/seal.h"
#include "store/variables.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { RAW = 255, MOST_CHANGES = 8, N_STUDIES = 3 };

typedef struct input {
    const uint8_t *bytes;
    size_t size;
} input;

static uint8_t take(input *in) {
    if (in->size == 0) return 0;
    in->size--;
    return *in->bytes++;
}

/* --- The sound files -------------------------------------------------------- */

typedef struct image {
    uint8_t *bytes;
    size_t size;
} image;

static const char *const studies[N_STUDIES][5] = {
    {"sessions=[1]", "gains=[12]", "trials=2", "network.neurons=3", "dynamics.duration_ms=3"},
    {"sessions=[1,7]", "gains=[0,2,12]", "trials=3", "exponents.count=0", "dynamics.duration_ms=2"},
    {"sessions=[4]", "gains=[0.5]", "trials=1", "record.duration_ms=0", "dynamics.duration_ms=1"},
};

static image make_image(size_t which) {
    char folder[] = "/tmp/fuzz-results-XXXXXX", path[64];
    rc_study *study = NULL;
    rc_results *results = NULL;
    if (!mkdtemp(folder)) abort();
    snprintf(path, sizeof path, "%s/results.h5", folder);
    if (rc_study_read(NULL, studies[which], 5, &study) != RC_OK) abort();
    if (rc_results_create(study, &results) != RC_OK || rc_results_write(results, path) != RC_OK) abort();
    rc_results_destroy(&results);
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) abort();
    image made = {.size = (size_t)ftell(file) - RC_SEAL_SIZE};
    rewind(file);
    if (!(made.bytes = malloc(made.size)) || fread(made.bytes, 1, made.size, file) != made.size) abort();
    fclose(file);
    unlink(path);
    rmdir(folder);
    return made;
}

static const image *sound(size_t which) {
    static image made[N_STUDIES];
    if (!made[which].bytes) made[which] = make_image(which);
    return &made[which];
}

/* --- Changes ---------------------------------------------------------------- */

static const char *take_name(input *in) {
    size_t k = take(in) % (rc_n_variables + RC_DIM_COUNT - 1);
    return k < rc_n_variables ? rc_variable_table[k].name : rc_dimension_name((rc_dimension)(k - rc_n_variables + 1));
}

/* The type may be one that is to be freed; H5Tcopy makes every one so. */
static hid_t take_type(input *in) {
    const hid_t types[] = {H5T_IEEE_F64LE, H5T_IEEE_F64BE, H5T_IEEE_F32LE, H5T_STD_I32LE, H5T_STD_I64LE,
                           H5T_STD_U64LE,  H5T_STD_I8LE,   H5T_C_S1,       H5T_STD_B8LE,  H5T_UNIX_D32LE};
    uint8_t byte = take(in);
    hid_t type = H5Tcopy(types[byte % 10]);
    if (byte % 10 == 7) {
        H5Tset_size(type, byte & 64 ? H5T_VARIABLE : byte & 32 ? RC_TEXT_SIZE : 5);
        if (byte & 128) H5Tset_cset(type, H5T_CSET_UTF8);
    }
    return type;
}

/* One layout of many: HDF5 1.10 fails in making some that are mixed. */
static void set_layout(hid_t creation, uint8_t layout, int n_dims, const hsize_t *shape) {
    hsize_t chunk[6];
    bool empty = false;
    for (int i = 0; i < n_dims; i++) {
        chunk[i] = shape[i] ? shape[i] < 64 ? shape[i] : 64 : 1;
        empty |= shape[i] == 0;
    }
    if (layout % 8 == 1 || layout % 8 == 2) H5Pset_chunk(creation, n_dims, chunk);
    if (layout % 8 == 2) H5Pset_deflate(creation, 6);
    if (layout % 8 == 3 && !empty) H5Pset_layout(creation, H5D_COMPACT);
    /* a file that cannot be made: HDF5 writes into external files, and the fuzzer may be root */
    if (layout % 8 == 4) H5Pset_external(creation, "/nowhere/external", 0, H5F_UNLIMITED);
    if (layout % 8 == 5) {
        hid_t space = H5Screate_simple(n_dims, shape, NULL);
        H5Pset_virtual(creation, space, "/nowhere/other.h5", "weights", space);
        H5Sclose(space);
    }
}

/* creation < 0: of an attribute. */
static hid_t take_space(input *in, hid_t creation) {
    hsize_t shape[6];
    uint8_t layout = take(in);
    int n_dims = take(in) % 7;
    for (int i = 0; i < n_dims; i++) {
        shape[i] = take(in);
        if (shape[i] == 255) shape[i] = 1ULL << take(in) % 62;
    }
    if (creation >= 0 && n_dims) set_layout(creation, layout, n_dims, shape);
    return n_dims ? H5Screate_simple(n_dims, shape, NULL) : H5Screate(layout & 8 ? H5S_NULL : H5S_SCALAR);
}

static void put_dataset(input *in, hid_t file, const char *name) {
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE), type = take_type(in), space = take_space(in, creation);
    H5Dclose(H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    H5Sclose(space);
    H5Tclose(type);
    H5Pclose(creation);
}

/* Up to 255 bytes of the elements of a dataset of ours. */
static void write_elements(input *in, hid_t file, const char *name) {
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    hssize_t n_points = H5Sget_simple_extent_npoints(space);
    size_t size = H5Tget_size(type), n = take(in);
    uint8_t *elements = NULL;
    if (dataset >= 0 && n_points > 0 && n_points < 65536 && H5Tis_variable_str(type) <= 0 &&
        (elements = calloc((size_t)n_points, size)) != NULL) {
        for (size_t i = 0; i < n && i < (size_t)n_points * size; i++) elements[i] = take(in);
        H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, elements);
    }
    free(elements);
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(dataset);
}

static void change_object(input *in, hid_t file, uint8_t how) {
    const char *name = take_name(in), *other = take_name(in);
    if (how % 8 == 0) {
        write_elements(in, file, name);
        return;
    }
    H5Ldelete(file, name, H5P_DEFAULT);
    switch (how % 8) {
    case 1: break;
    case 2: H5Gclose(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)); break;
    case 3: H5Lcreate_soft(other, file, name, H5P_DEFAULT, H5P_DEFAULT); break;
    case 4: H5Lcreate_external("/nowhere/other.h5", "/weights", file, name, H5P_DEFAULT, H5P_DEFAULT); break;
    case 5: H5Lcreate_hard(file, other, file, name, H5P_DEFAULT, H5P_DEFAULT); break;
    default: put_dataset(in, file, name);
    }
}

static void put_text(hid_t file, const char *name, const char *text) {
    hid_t space = H5Screate(H5S_SCALAR), type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    H5Adelete(file, name);
    hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, &text);
    H5Aclose(attribute);
    H5Tclose(type);
    H5Sclose(space);
}

/* The study with one more setting, in order, so that only the arrays differ. */
static void change_study(hid_t file, const char *setting) {
    rc_study *study = NULL;
    char hash[17];
    if (rc_study_read(NULL, &setting, 1, &study) != RC_OK) return;
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)study->hash);
    put_text(file, "study", study->text);
    put_text(file, "study_hash", hash);
    rc_study_destroy(&study);
}

static void change_attribute(input *in, hid_t file, uint8_t how) {
    static const char *const more[] = {"study", "study_hash"};
    size_t k = take(in) % (rc_n_provenance_fields + 2);
    const char *name = k < 2 ? more[k] : rc_provenance_table[k - 2].name;
    char text[256] = "";
    size_t n = how % 4 < 2 ? take(in) : 0;
    for (size_t i = 0; i < n && i < sizeof text - 1; i++) text[i] = (char)take(in);
    switch (how % 4) {
    case 0: put_text(file, name, text); break;
    case 1: change_study(file, text); break;
    default:
        H5Adelete(file, name);
        if (how % 4 == 3) break;
        hid_t type = take_type(in), space = take_space(in, -1);
        H5Aclose(H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT));
        H5Sclose(space);
        H5Tclose(type);
    }
}

static image change(input *in, const image *from) {
    image made = {0};
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 4096, false);
    H5Pset_file_image(access, from->bytes, from->size);
    hid_t file = H5Fopen("/dev/null/fuzz", H5F_ACC_RDWR, access);
    H5Pclose(access);
    if (file < 0) abort();
    for (int i = 0; i < MOST_CHANGES && in->size; i++) {
        uint8_t how = take(in);
        if (how & 128) change_attribute(in, file, how);
        if (!(how & 128)) change_object(in, file, how);
    }
    H5Fflush(file, H5F_SCOPE_LOCAL);
    ssize_t size = H5Fget_file_image(file, NULL, 0);
    if (size > 0 && (made.bytes = malloc((size_t)size)) != NULL)
        made.size = (size_t)H5Fget_file_image(file, made.bytes, (size_t)size);
    H5Fclose(file);
    return made;
}

/* --- Reading ---------------------------------------------------------------- */

static const char *place(const void *bytes, size_t size, const uint8_t *seal) {
    static int fd = -1;
    static char path[32];
    if (fd < 0) fd = memfd_create("fuzz", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (fd < 0 || ftruncate(fd, 0) || pwrite(fd, bytes, size, 0) != (ssize_t)size) abort();
    if (seal && pwrite(fd, seal, RC_SEAL_SIZE, (off_t)size) != RC_SEAL_SIZE) abort();
    return path;
}

static void check_message(rc_status status, const char *path) {
    if (status != RC_DAMAGED) abort();
    if (strncmp(rc_message(), path, strlen(path)) || strchr(rc_message(), '\n')) abort();
}

/* Every element is there, for a sanitizer to see. */
static void touch(const rc_results *results) {
    volatile uint8_t seen;
    for (size_t v = 0; v < rc_n_variables; v++) {
        const rc_variable *variable = &rc_variable_table[v];
        const uint8_t *data = rc_variable_data(results, variable);
        size_t n = rc_variable_length(results->study, variable) * rc_type_size(variable->type);
        for (size_t i = 0; i < n; i++) seen = data[i];
    }
    (void)seen;
}

static void check_reading(const char *path, bool must_fail) {
    rc_results *results = NULL;
    rc_status status = rc_results_read(path, &results);
    if ((status == RC_OK) != (results != NULL) || (status == RC_OK && must_fail)) abort();
    if (results) touch(results);
    if (!results) check_message(status, path);
    rc_results_destroy(&results);
}

static void check_raw(input *in) {
    uint64_t size = 0;
    const char *path = place(in->bytes, in->size, NULL);
    rc_status status = rc_seal_check(path, &size);
    if (status == RC_OK && size != in->size) abort();
    if (status != RC_OK) check_message(status, path);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    input in = {bytes, size};
    uint8_t first = take(&in), seal[RC_SEAL_SIZE];
    if (first == RAW) {
        check_raw(&in);
        return 0;
    }
    image changed;
    H5E_BEGIN_TRY { changed = change(&in, sound(first % N_STUDIES)); }
    H5E_END_TRY
    if (!changed.bytes) return 0;
    rc_seal_make(changed.bytes, changed.size, seal);
    bool torn = (first & 192) == 128; /* one bit of the seal */
    if (torn) seal[(first >> 3) % 20] ^= 1;
    check_reading(place(changed.bytes, changed.size, (first & 192) == 64 ? NULL : seal), torn);
    free(changed.bytes);
    return 0;
}
