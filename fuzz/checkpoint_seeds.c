/* Makes the seeds of fuzz/checkpoint.c, after a change of what is saved:
 *   checkpoint-seeds FOLDER
 * Of each kind of measurement the third, ninth and twentieth save. */
#include <stdio.h>

#include "checkpoint.c"

typedef struct {
    const char *folder;
    unsigned kind;
    int n_saves;
} seed;

static rc_status keep_seed(void *context, const void *bytes, size_t n) {
    seed *s = context;
    char path[4096];
    s->n_saves++;
    if (s->n_saves != 3 && s->n_saves != 9 && s->n_saves != 20) return RC_OK;
    snprintf(path, sizeof path, "%s/kind-%u-save-%d", s->folder, s->kind, s->n_saves);
    FILE *file = fopen(path, "wb");
    if (!file || fputc((int)s->kind, file) == EOF) abort();
    size_t body = n - FRONT - 8;
    if (fwrite((const char *)bytes + FRONT, 1, body, file) != body || fclose(file) != 0) abort();
    return RC_OK;
}

int main(int argc, char **argv) {
    static const unsigned kinds[] = {0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16, 32, 37};
    for (size_t k = 0; argc == 2 && k < sizeof kinds / sizeof *kinds; k++) {
        measurement m;
        rc_spectrum *out[T];
        seed s = {argv[1], kinds[k], 0};
        rc_spectrum_checkpoint checkpoint = {.save = keep_seed, .context = &s};
        open_measurement(kinds[k], &m);
        m.plan.checkpoint = &checkpoint;
        if (rc_spectrum_measure(m.network, &m.plan, T, states, out) != RC_OK) abort();
        for (size_t trial = 0; trial < T; trial++) rc_spectrum_destroy(&out[trial]);
        rc_network_destroy(&m.network);
    }
    return argc == 2 ? 0 : 2;
}
