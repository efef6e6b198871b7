#include <math.h>

#include <lapacke.h>
#include <rnnchaos/network.h>

#include "base/blas.h"
#include "base/memory.h"

rc_status rc_network_spectral_radius(const rc_network *network, double *radius) {
    rc_status status = RC_OK;
    size_t n = network->n_neurons;
    double *weights = NULL, *real = NULL, *imaginary = NULL;
    *radius = 0;
    if (n > 46340) return rc_fail(RC_NO_MEMORY, "%zu neurons are too many for all eigenvalues", n);
    RC_TRY(RC_ARRAY(weights, n * n, "dense W"));
    RC_TRY(RC_ARRAY(real, n, "eigenvalues"));
    RC_TRY(RC_ARRAY(imaginary, n, "eigenvalues"));
    rc_network_to_dense(network, weights);
    lapack_int order = (lapack_int)n;
    rc_blas_stay_single();
    lapack_int info =
        LAPACKE_dgeev(LAPACK_COL_MAJOR, 'N', 'N', order, weights, order, real, imaginary, NULL, 1, NULL, 1);
    if (info == LAPACK_WORK_MEMORY_ERROR) RC_TRY(rc_fail(RC_NO_MEMORY, "no memory for LAPACK dgeev"));
    if (info != 0) RC_TRY(rc_fail(RC_NUMERICS, "LAPACK dgeev failed on W (info %d)", (int)info));
    for (size_t i = 0; i < n; i++) *radius = fmax(*radius, hypot(real[i], imaginary[i]));
done:
    free(weights);
    free(real);
    free(imaginary);
    return status;
}
