#include "exponents/exchange.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"

static rc_status check_length(const rc_exchange *e, size_t n) {
    if (!e->reading || n <= e->n - e->at) return RC_OK;
    return rc_fail(RC_DAMAGED, "saved measurement, byte %zu: expected %zu bytes more, found %zu", e->at, n,
                   e->n - e->at);
}

rc_status rc_exchange_bytes(rc_exchange *e, void *data, size_t n) {
    size_t padding = (8 - n % 8) % 8;
    rc_status status = check_length(e, n + padding);
    if (status != RC_OK) return status;
    if (e->reading)
        memcpy(data, e->bytes + e->at, n);
    else if (e->bytes)
        memset((unsigned char *)memcpy(e->bytes + e->at, data, n) + n, 0, padding);
    e->at += n + padding;
    return RC_OK;
}

rc_status rc_exchange_doubles(rc_exchange *e, double *x, size_t n) { return rc_exchange_bytes(e, x, n * sizeof *x); }

rc_status rc_exchange_size(rc_exchange *e, size_t *x, size_t low, size_t high, const char *what) {
    uint64_t value = *x;
    size_t at = e->at;
    rc_status status = rc_exchange_bytes(e, &value, sizeof value);
    if (status != RC_OK || !e->reading) return status;
    if (value < low || value > high)
        return rc_fail(RC_DAMAGED, "saved measurement, byte %zu: %s: expected %zu to %zu, found %llu", at, what, low,
                       high, (unsigned long long)value);
    *x = (size_t)value;
    return RC_OK;
}

rc_status rc_exchange_flag(rc_exchange *e, bool *x) {
    size_t value = *x;
    rc_status status = rc_exchange_size(e, &value, 0, 1, "a flag");
    *x = value;
    return status;
}

rc_status rc_exchange_new(rc_exchange *e, double **x, size_t n, const char *what) {
    rc_status status = RC_OK;
    if (e->reading) {
        RC_TRY(check_length(e, n > SIZE_MAX / sizeof **x ? SIZE_MAX : n * sizeof **x));
        RC_TRY(RC_ARRAY(*x, n, what));
    }
    RC_TRY(rc_exchange_doubles(e, *x, n));
done:
    return status;
}
