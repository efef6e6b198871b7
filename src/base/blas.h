/* BLAS and LAPACK without threads of their own. */
#ifndef RC_BASE_BLAS_H
#define RC_BASE_BLAS_H

/* Call it before LAPACK: threads belong to the caller. */
void rc_blas_stay_single(void);

#endif
