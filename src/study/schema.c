#include "study/schema.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study/number.h"

#define FIELD(member) .offset = offsetof(rc_study, member)
#define LIST(member) .offset = offsetof(rc_study, member), .count_offset = offsetof(rc_study, n_##member)
#define RANGE(from, to) .low = (from), .high = (to)
#define ABOVE(limit) .low = (limit), .high = INFINITY, .low_excluded = true

const char *const rc_precision_names[] = {[RC_PRECISION_DOUBLE] = "double", [RC_PRECISION_SINGLE] = "single", NULL};
static const char *const streams[] = {[RC_STREAMS_SESSION] = "session", [RC_STREAMS_ROW] = "row", NULL};

static const double largest_count = 2147483648.0; /* 2^31: neuron numbers are 32 bits wide in files */

const rc_block rc_schema_blocks[RC_N_BLOCKS] = {
    {"network", "The random network of a session."},
    {"dynamics", "r <- r + (dt/tau) (-r + tanh(g W r)), the state recorded before each step."},
    {"divergence", "How the divergence exponent is fitted to the mean distance between state and twin."},
    {"exponents", "The Lyapunov exponents of every trial, in tangent space, with error bars and a verdict."},
    {"record", "The one neuron whose rates are kept, for every gain."},
};

const rc_key rc_schema[RC_N_KEYS] = {
    [RC_KEY_SEED] = {.name = "seed",
                     .type = RC_TYPE_NATURAL,
                     FIELD(seed),
                     RANGE(0, INFINITY),
                     .initial = "1234",
                     .help = "Entropy of every random stream; session s draws from NumPy's "
                             "SeedSequence(seed, spawn_key=(s,)). It may well be larger than 2^64."},
    [RC_KEY_SESSIONS] = {.name = "sessions",
                         .type = RC_TYPE_UINT32_LIST,
                         LIST(sessions),
                         RANGE(0, 4294967295.0),
                         .initial = "[1, 2, 3, 4, 5]",
                         .help = "Session numbers. A session is one random network with its initial states."},
    [RC_KEY_GAINS] = {.name = "gains",
                      .type = RC_TYPE_REAL_LIST,
                      LIST(gains),
                      RANGE(0, INFINITY),
                      .initial = "[1, 4, 7, 10, 13, 16, 19, 22]",
                      .help = "Factors g on all weights; each session runs once at each gain."},
    [RC_KEY_TRIALS] = {.name = "trials",
                       .type = RC_TYPE_COUNT,
                       FIELD(n_trials),
                       RANGE(1, largest_count),
                       .initial = "20",
                       .help = "Initial states of a session, the same for every gain. Each runs twice: "
                               "as it is, and as its perturbed twin."},
    [RC_KEY_NEURONS] = {.name = "network.neurons",
                        .type = RC_TYPE_COUNT,
                        FIELD(network.n_neurons),
                        RANGE(1, largest_count),
                        .initial = "200",
                        .help = "Number of neurons, N."},
    [RC_KEY_CONNECTION_PROBABILITY] = {.name = "network.connection_probability",
                                       .type = RC_TYPE_REAL,
                                       FIELD(network.connection_probability),
                                       RANGE(0, 1),
                                       .initial = "0.1",
                                       .help = "Probability p of each connection from one neuron to another. "
                                               "No neuron connects to itself."},
    [RC_KEY_WEIGHT_STD] = {.name = "network.weight_std",
                           .type = RC_TYPE_REAL,
                           FIELD(network.weight_std),
                           RANGE(0, INFINITY),
                           .initial = "0.05",
                           .help = "Standard deviation of the Gaussian weights of present connections, before their "
                                   "mean is subtracted. It is not the variance: the text of the published study "
                                   "says that 1/(Np) is the variance, but its program passes 1/(Np) = 0.05 as the "
                                   "standard deviation, and its numbers come from the program. For a variance "
                                   "of 1/(Np) write sqrt(1/(Np)) = 0.22360679774997896 (N = 200, p = 0.1)."},
    [RC_KEY_STREAMS] = {.name = "network.streams",
                        .type = RC_TYPE_CHOICE,
                        FIELD(network.streams),
                        .choices = streams,
                        .newer = true,
                        .initial = "session",
                        .help = "Where the network's random numbers come from. session: one stream a session, a "
                                "number for each of N(N - 1) pairs, as in the published study. row: one stream a "
                                "receiving neuron, numbers for present connections only, and all cores draw: "
                                "for large networks. The statistics are the same, the numbers are not."},
    [RC_KEY_TAU] = {.name = "dynamics.tau_ms",
                    .type = RC_TYPE_REAL,
                    FIELD(dynamics.tau_ms),
                    .unit = "ms",
                    ABOVE(0),
                    .initial = "20",
                    .help = "Time constant tau of a neuron."},
    [RC_KEY_DT] = {.name = "dynamics.dt_ms",
                   .type = RC_TYPE_REAL,
                   FIELD(dynamics.dt_ms),
                   .unit = "ms",
                   ABOVE(0),
                   .initial = "1",
                   .help = "Time step dt. It must be below 2 tau, where the Euler step becomes unstable."},
    [RC_KEY_DURATION] = {.name = "dynamics.duration_ms",
                         .type = RC_TYPE_REAL,
                         FIELD(dynamics.duration_ms),
                         .unit = "ms",
                         ABOVE(0),
                         .initial = "7000",
                         .help = "Simulated time of a trial: a whole number of time steps, at least one."},
    [RC_KEY_PERTURBATION] = {.name = "perturbation",
                             .type = RC_TYPE_REAL,
                             FIELD(perturbation),
                             RANGE(-INFINITY, INFINITY),
                             .zero_excluded = true,
                             .initial = "0.0001",
                             .help = "Added to the initial state of every neuron of the twin."},
    [RC_KEY_MINIMUM_GAIN] = {.name = "divergence.minimum_gain",
                             .type = RC_TYPE_REAL,
                             FIELD(divergence.minimum_gain),
                             RANGE(0, INFINITY),
                             .initial = "10",
                             .help = "No exponent is fitted, and no mean distance kept, below this gain."},
    [RC_KEY_MINIMUM_DISTANCE] = {.name = "divergence.minimum_distance",
                                 .type = RC_TYPE_REAL,
                                 FIELD(divergence.minimum_distance),
                                 ABOVE(0),
                                 .initial = "1",
                                 .help = "A trial counts if its twin ends at least this far away (Euclidean norm "
                                         "over neurons)."},
    [RC_KEY_SATURATION] = {.name = "divergence.saturation",
                           .type = RC_TYPE_REAL,
                           FIELD(divergence.saturation),
                           .low_excluded = true,
                           RANGE(0, 1),
                           .initial = "0.8",
                           .help = "The fit ends before the logarithm of the mean distance first reaches this share "
                                   "of its maximum."},
    [RC_KEY_EXPONENTS_COUNT] = {.name = "exponents.count",
                                .type = RC_TYPE_COUNT,
                                FIELD(exponents.count),
                                RANGE(0, largest_count),
                                .word = "all",
                                .word_value = SIZE_MAX,
                                .initial = "3",
                                .help = "How many leading exponents of every trial; 0 measures none. More than "
                                        "there are neurons means all."},
    [RC_KEY_EXPONENTS_TRANSIENT] = {.name = "exponents.transient_ms",
                                    .type = RC_TYPE_REAL,
                                    FIELD(exponents.transient_ms),
                                    .unit = "ms",
                                    RANGE(0, INFINITY),
                                    .initial = "5000",
                                    .help = "Time for state and tangent frame to settle before anything is "
                                            "accumulated."},
    [RC_KEY_EXPONENTS_DURATION] = {.name = "exponents.duration_ms",
                                   .type = RC_TYPE_REAL,
                                   FIELD(exponents.duration_ms),
                                   .unit = "ms",
                                   ABOVE(0),
                                   .initial = "28000",
                                   .help = "The most time that is accumulated after the transient."},
    [RC_KEY_EXPONENTS_TARGET_ERROR] = {.name = "exponents.target_error",
                                       .type = RC_TYPE_REAL,
                                       FIELD(exponents.target_error),
                                       .unit = "1/s",
                                       RANGE(0, INFINITY),
                                       .initial = "0",
                                       .help = "Accumulation ends early when the standard error of every exponent "
                                               "is below this; 0 always accumulates the whole duration."},
    [RC_KEY_EXPONENTS_PRECISION] = {.name = "exponents.precision",
                                    .type = RC_TYPE_CHOICE,
                                    FIELD(exponents.precision),
                                    .choices = rc_precision_names,
                                    .newer = true,
                                    .initial = "double",
                                    .help =
                                        "Of tangent vectors while they are advanced. single: about ten exponents "
                                        "take 0.6 of the time, all of them 0.7, a dense network half; what rounding "
                                        "adds is far below the error bars. States stay in double precision."},
    [RC_KEY_RECORD_SESSION] = {.name = "record.session",
                               .type = RC_TYPE_UINT32,
                               FIELD(record.session),
                               RANGE(0, 4294967295.0),
                               .initial = "1",
                               .fallback = "the first of `sessions` if 1 is not among them",
                               .help = "One of `sessions`."},
    [RC_KEY_RECORD_TRIAL] = {.name = "record.trial",
                             .type = RC_TYPE_COUNT,
                             FIELD(record.trial),
                             RANGE(0, largest_count - 1),
                             .initial = "1",
                             .fallback = "the last trial if there are fewer",
                             .help = "Trial number, counted from 0."},
    [RC_KEY_RECORD_NEURON] = {.name = "record.neuron",
                              .type = RC_TYPE_COUNT,
                              FIELD(record.neuron),
                              RANGE(0, largest_count - 1),
                              .initial = "100",
                              .fallback = "the last neuron of a smaller network",
                              .help = "Neuron number, counted from 0."},
    [RC_KEY_RECORD_DURATION] = {.name = "record.duration_ms",
                                .type = RC_TYPE_REAL,
                                FIELD(record.duration_ms),
                                .unit = "ms",
                                RANGE(0, INFINITY),
                                .initial = "2000",
                                .fallback = "`dynamics.duration_ms` if that is shorter, and always down to a whole "
                                            "number of time steps",
                                .help = "Recorded time from the start: a whole number of time steps, at most "
                                        "`dynamics.duration_ms`; 0 records nothing."},
};

size_t rc_key_block_length(const rc_key *key) {
    const char *dot = strchr(key->name, '.');
    return dot ? (size_t)(dot - key->name) : 0;
}

const char *rc_key_leaf(const rc_key *key) {
    const char *dot = strchr(key->name, '.');
    return dot ? dot + 1 : key->name;
}

size_t rc_schema_find(const char *name) {
    size_t k = 0;
    while (k < RC_N_KEYS && strcmp(rc_schema[k].name, name) != 0) k++;
    return k;
}

size_t rc_schema_find_block(const char *name) {
    size_t b = 0;
    while (b < RC_N_BLOCKS && strcmp(rc_schema_blocks[b].name, name) != 0) b++;
    return b;
}

const char *rc_key_type_text(const rc_key *key) {
    switch (key->type) {
    case RC_TYPE_NATURAL:
    case RC_TYPE_COUNT:
    case RC_TYPE_UINT32: return "integer";
    case RC_TYPE_REAL: return "number";
    case RC_TYPE_UINT32_LIST: return "list of distinct integers";
    case RC_TYPE_REAL_LIST: return "list of distinct numbers";
    case RC_TYPE_CHOICE: return "one of";
    }
    return "";
}

static void list_choices(const rc_key *key, size_t size, char text[]) {
    text[0] = '\0';
    for (size_t k = 0; key->choices[k]; k++) {
        size_t length = strlen(text);
        snprintf(text + length, size - length, "%s%s", k ? ", " : "", key->choices[k]);
    }
}

void rc_key_range_text(const rc_key *key, size_t size, char text[]) {
    char low[RC_NUMBER_SIZE], high[RC_NUMBER_SIZE];
    rc_number_print(key->low, low);
    rc_number_print(key->high, high);
    const char *from = key->low_excluded ? "above" : "from";
    if (key->type == RC_TYPE_CHOICE) {
        list_choices(key, size, text);
    } else if (key->type == RC_TYPE_NATURAL) {
        snprintf(text, size, "from 0, below 2^%d", 32 * RC_NATURAL_MAX_WORDS);
    } else if (isinf(key->low)) {
        snprintf(text, size, "%s", key->zero_excluded ? "other than 0" : "");
    } else if (isinf(key->high)) {
        snprintf(text, size, "%s %s%s", from, low, key->low_excluded ? "" : " up");
    } else {
        snprintf(text, size, "%s %s %s %s", from, low, key->low_excluded ? "up to" : "to", high);
    }
}

void rc_key_expectation(const rc_key *key, size_t size, char text[]) {
    char range[96];
    rc_key_range_text(key, sizeof range, range);
    const char *type = rc_key_type_text(key);
    bool is_list = key->type == RC_TYPE_UINT32_LIST || key->type == RC_TYPE_REAL_LIST;
    const char *article = key->type == RC_TYPE_CHOICE ? "" : type[0] == 'i' ? "an " : "a ";
    snprintf(text, size, "%s%s%s%s%s%s%s%s", article, type, range[0] ? " " : "", range, key->word ? " or " : "",
             key->word ? key->word : "", is_list ? ", such as " : "", is_list ? key->initial : "");
}
