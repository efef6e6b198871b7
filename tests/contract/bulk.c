/* Many draws in one call, for the contract tests, which call the library from Python. */
#include <rnnchaos/random.h>

void rc_contract_bits(rc_stream *stream, size_t n, uint64_t *out);
void rc_contract_uniforms(rc_stream *stream, size_t n, double *out);
void rc_contract_normals(rc_stream *stream, size_t n, double *out);
void rc_contract_exponentials(rc_stream *stream, size_t n, double *out);

void rc_contract_bits(rc_stream *stream, size_t n, uint64_t *out) {
    for (size_t i = 0; i < n; i++) out[i] = rc_stream_bits(stream);
}

void rc_contract_uniforms(rc_stream *stream, size_t n, double *out) {
    for (size_t i = 0; i < n; i++) out[i] = rc_stream_uniform(stream);
}

void rc_contract_normals(rc_stream *stream, size_t n, double *out) {
    for (size_t i = 0; i < n; i++) out[i] = rc_stream_normal(stream);
}

void rc_contract_exponentials(rc_stream *stream, size_t n, double *out) {
    for (size_t i = 0; i < n; i++) out[i] = rc_stream_exponential(stream);
}
