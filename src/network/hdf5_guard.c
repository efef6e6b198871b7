#include "network/hdf5_guard.h"

#include "network/source.h"

hid_t rc_hdf5_open(const char *name, const void *bytes, size_t size) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
#if H5_VERSION_GE(1, 10, 7)
    H5Pset_file_locking(access, false, true);
#endif
    if (bytes) {
        H5Pset_fapl_core(access, 1 << 16, false);
        H5Pset_file_image(access, (void *)(uintptr_t)bytes, size); /* copied */
    }
    /* HDF5 refuses an image under the name of a file that exists */
    hid_t file = H5Fopen(bytes ? "/dev/null/image" : name, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    return file;
}

static herr_t refuse_link(const char *parent_file, const char *parent_group, const char *file, const char *object,
                          unsigned *flags, hid_t access, void *data) {
    (void)parent_file, (void)parent_group, (void)file, (void)object, (void)flags, (void)access, (void)data;
    return -1;
}

hid_t rc_hdf5_object(hid_t place, const char *name) {
    hid_t access = H5Pcreate(H5P_LINK_ACCESS);
    H5Pset_elink_cb(access, refuse_link, NULL);
    hid_t object = H5Oopen(place, name, access);
    H5Pclose(access);
    return object;
}

/* Bytes of a chunk, which HDF5 holds in memory; 0 if there are none. */
static uint64_t chunk_bytes(hid_t creation, uint64_t element_size) {
    hsize_t chunk[H5S_MAX_RANK];
    uint64_t bytes = element_size;
    int n_dims = H5Pget_chunk(creation, H5S_MAX_RANK, chunk);
    for (int i = 0; i < n_dims; i++)
        if (__builtin_mul_overflow(bytes, (uint64_t)chunk[i], &bytes)) return UINT64_MAX;
    return n_dims < 0 ? 0 : bytes;
}

rc_hdf5_storage rc_hdf5_storage_of(hid_t dataset, uint64_t n_elements, uint64_t element_size, uint64_t file_size) {
    hid_t creation = H5Dget_create_plist(dataset);
    H5D_layout_t layout = H5Pget_layout(creation);
    rc_hdf5_storage storage = {.elsewhere = layout < 0 || layout == H5D_VIRTUAL || H5Pget_external_count(creation) != 0,
                               .n_stored = H5Dget_storage_size(dataset)};
    if (__builtin_mul_overflow(n_elements, element_size, &storage.n_bytes)) storage.n_bytes = UINT64_MAX;
    uint64_t chunk = layout == H5D_CHUNKED ? chunk_bytes(creation, element_size) : 0;
    if (chunk > storage.n_bytes) storage.n_bytes = chunk;
    storage.too_large = storage.n_stored > file_size || storage.n_bytes / RC_MOST_COMPRESSION > storage.n_stored ||
                        (n_elements > 0 && storage.n_stored == 0);
    H5Pclose(creation);
    return storage;
}
