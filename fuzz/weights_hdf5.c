/* libFuzzer target: bytes describe an HDF5 file, which HDF5 itself makes and
 * we read. Bytes as a file of their own would only find faults of HDF5. Each
 * object is a byte for its name, type, layout and number of dimensions each,
 * the dimensions, a byte for the number of elements and these. */
#include "weights.h"

#include <hdf5.h>

typedef struct input {
    const uint8_t *bytes;
    size_t size;
} input;

static uint8_t take(input *in) {
    if (in->size == 0) return 0;
    in->size--;
    return *in->bytes++;
}

static hid_t type_of(uint8_t byte) {
    const hid_t types[] = {H5T_IEEE_F64LE,     H5T_IEEE_F64BE, H5T_IEEE_F32LE, H5T_STD_I8LE,
                           H5T_STD_I32LE,      H5T_STD_I64BE,  H5T_STD_U8LE,   H5T_STD_U64LE,
                           H5T_NATIVE_LDOUBLE, H5T_C_S1,       H5T_STD_B8LE,   H5T_UNIX_D32LE};
    return types[byte % 12];
}

static void put_elements(input *in, hid_t dataset, hid_t type, hid_t space) {
    size_t n = take(in), size = H5Tget_size(type);
    hssize_t n_points = H5Sget_simple_extent_npoints(space);
    if (n == 0 || n_points <= 0 || n_points > 4096) return; /* never written */
    uint8_t *elements = calloc((size_t)n_points, size);
    if (!elements) return;
    for (size_t i = 0; i < n && i < (size_t)n_points * size; i++) elements[i] = take(in);
    H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, elements);
    free(elements);
}

static void put_dataset(input *in, hid_t place, const char *name) {
    hsize_t shape[4], chunk[4];
    hid_t type = type_of(take(in));
    uint8_t layout = take(in);
    int n_dims = take(in) % 4;
    for (int i = 0; i < n_dims; i++) {
        shape[i] = take(in);
        if (shape[i] == 255) shape[i] = 1ULL << take(in) % 62;
        chunk[i] = shape[i] ? shape[i] < 8 ? shape[i] : 8 : 1;
    }
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    if (layout & 1 && n_dims) H5Pset_chunk(creation, n_dims, chunk);
    if (layout & 2 && n_dims) H5Pset_deflate(creation, 6);
    if (layout & 4) H5Pset_layout(creation, H5D_COMPACT);
    hid_t space = n_dims ? H5Screate_simple(n_dims, shape, NULL) : H5Screate(layout & 8 ? H5S_NULL : H5S_SCALAR);
    hid_t dataset = H5Dcreate2(place, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (dataset >= 0) put_elements(in, dataset, type, space);
    if (layout & 16) H5Aclose(H5Acreate2(dataset, "MATLAB_class", type, space, H5P_DEFAULT, H5P_DEFAULT));
    H5Dclose(dataset);
    H5Sclose(space);
    H5Pclose(creation);
}

static void put_attribute(input *in, hid_t group) {
    static const char *const formats[] = {"csr_matrix", "csc_matrix", "csr", "coo"};
    int64_t shape[3] = {take(in), take(in), 0};
    hsize_t n = take(in) % 8 ? 2 : 3;
    uint8_t kind = take(in);
    hid_t space = H5Screate_simple(1, &n, NULL), scalar = H5Screate(H5S_SCALAR), text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, kind & 4 ? H5T_VARIABLE : 10);
    hid_t attribute = H5Acreate2(group, "shape", H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, H5T_NATIVE_INT64, shape);
    H5Aclose(attribute);
    attribute =
        H5Acreate2(group, kind & 8 ? "h5sparse_format" : "encoding-type", text, scalar, H5P_DEFAULT, H5P_DEFAULT);
    const char *format = formats[kind % 4];
    char fixed[16] = "";
    strncpy(fixed, format, sizeof fixed - 1);
    H5Awrite(attribute, text, kind & 4 ? (const void *)&format : (const void *)fixed);
    H5Aclose(attribute);
    H5Tclose(text);
    H5Sclose(scalar);
    H5Sclose(space);
}

static void put_objects(input *in, hid_t file) {
    static const char *const names[] = {"weights", "W", "a", "b"};
    static const char *const parts[] = {"data", "indptr", "indices"};
    for (int i = 0; i < 6 && in->size; i++) {
        uint8_t kind = take(in);
        if (kind & 4) {
            put_dataset(in, file, names[kind % 4]);
            continue;
        }
        hid_t group = H5Gcreate2(file, names[kind % 4], H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        if (group < 0) continue;
        put_attribute(in, group);
        for (int p = 0; p < 3; p++) put_dataset(in, group, parts[p]);
        H5Gclose(group);
    }
}

static uint8_t *make_file(input *in, size_t *size) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 4096, false);
    hid_t file = H5Fcreate("fuzz", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    put_objects(in, file);
    H5Fflush(file, H5F_SCOPE_LOCAL);
    ssize_t n = H5Fget_file_image(file, NULL, 0);
    uint8_t *image = n > 0 ? malloc((size_t)n) : NULL;
    if (image) H5Fget_file_image(file, image, (size_t)n);
    *size = (size_t)n;
    H5Fclose(file);
    H5Pclose(access);
    return image;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    input in = {bytes, size};
    uint8_t *image = NULL;
    size_t n = 0;
    H5E_BEGIN_TRY { image = make_file(&in, &n); }
    H5E_END_TRY
    if (!image) return 0;
    static const char *const datasets[] = {NULL, "a"};
    for (size_t i = 0; i < 2; i++) {
        rc_source source = {"fuzz", image, n};
        rc_network *W = NULL;
        rc_status status = rc_read_hdf5(&source, datasets[i], &W);
        check_outcome(status, W);
    }
    free(image);
    return 0;
}
