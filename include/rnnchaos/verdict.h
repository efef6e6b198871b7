/* What a trial is, and what that rests on. */
#ifndef RNNCHAOS_VERDICT_H
#define RNNCHAOS_VERDICT_H

#ifdef __cplusplus
extern "C" {
#endif

/* Numbers are stored in results.h5 as flag_values, names as flag_meanings. */
#define RC_VERDICT_TABLE(X)                        \
    X(RC_VERDICT_FIXED_POINT, fixed_point)         \
    X(RC_VERDICT_LIMIT_CYCLE, limit_cycle)         \
    X(RC_VERDICT_TORUS, torus)                     \
    X(RC_VERDICT_CHAOS, chaos)                     \
    X(RC_VERDICT_TRANSIENT_CHAOS, transient_chaos) \
    X(RC_VERDICT_UNDECIDED, undecided)

typedef enum rc_verdict {
#define RC_VERDICT_ENUM(code, name) code,
    RC_VERDICT_TABLE(RC_VERDICT_ENUM)
#undef RC_VERDICT_ENUM
        RC_N_VERDICTS
} rc_verdict;

#ifdef __cplusplus
}
#endif
#endif
