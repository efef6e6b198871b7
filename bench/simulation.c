#include "simulation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "mpi/chunks.h"

/* --- Events ------------------------------------------------------------------ */

/* A binary heap, the earliest event on top. */
typedef struct {
    double time;
    uint32_t rank;
    bool is_grant; /* of a chunk; else the rank's time of waiting is over, or its task ends */
    mpi_chunk chunk;
} event;

typedef struct {
    event *events;
    size_t n, capacity;
} heap;

static rc_status heap_push(heap *h, event e) {
    if (h->n == h->capacity) {
        size_t capacity = h->capacity ? 2 * h->capacity : 1024;
        event *larger = realloc(h->events, capacity * sizeof *larger);
        if (!larger) return rc_fail(RC_NO_MEMORY, "events of the simulation: out of memory");
        h->events = larger;
        h->capacity = capacity;
    }
    size_t at = h->n++;
    for (; at > 0 && h->events[(at - 1) / 2].time > e.time; at = (at - 1) / 2) h->events[at] = h->events[(at - 1) / 2];
    h->events[at] = e;
    return RC_OK;
}

static event heap_pop(heap *h) {
    event top = h->events[0], last = h->events[--h->n];
    size_t at = 0;
    for (size_t child = 1; child < h->n; child = 2 * at + 1) {
        if (child + 1 < h->n && h->events[child + 1].time < h->events[child].time) child++;
        if (h->events[child].time >= last.time) break;
        h->events[at] = h->events[child];
        at = child;
    }
    h->events[at] = last;
    return top;
}

/* --- State ------------------------------------------------------------------- */

enum { MOST_BUFFERS = 8 };

typedef struct {
    uint64_t first, n_waiting; /* tasks in hand that are not begun */
    double sent[MOST_BUFFERS]; /* when each of the last results was taken */
    double free_at;            /* the main thread's */
    double stolen_s;           /* by messages, from the task at work */
    double done_s, running_s;  /* work done; the task at work, 0 if none */
    uint64_t n_done, n_sent;
    uint64_t remaining; /* tasks nobody had taken, when it last looked */
    uint32_t n_unsent;
    bool asking, exhausted, waking;
} member;

typedef struct {
    double free_at, busy_s, next_sync;
} server;

typedef struct {
    const sim_plan *plan;
    member *members;
    server *receivers;
    size_t n_receivers;
    heap messages, work; /* work is timed by the clock of all who share the cores */
    double now, work_clock;
    size_t n_working;
    uint64_t next_ticket;
    server counter;
    double scale, counter_wait_s, end;
    uint64_t n_requests;
} simulation;

static uint64_t mix(uint64_t x) { /* splitmix64 (Steele, Lea, Flood 2014, doi:10.1145/2714064.2660195) */
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static double duration_of(const simulation *s, uint64_t task) {
    uint64_t random = mix(task ^ mix(s->plan->seed));
    if (s->plan->durations_s) return s->scale * s->plan->durations_s[random % s->plan->n_durations];
    return -s->plan->mean_s * log(((double)(random >> 11) + 0.5) * 0x1p-53);
}

/* How fast the work clock runs. */
static double speed_of(const simulation *s) {
    size_t n_cores = s->plan->n_cores;
    return n_cores == 0 || s->n_working <= n_cores ? 1 : (double)n_cores / (double)s->n_working;
}

/* --- Results ----------------------------------------------------------------- */

static rc_status wake_at(simulation *s, uint32_t rank, double time) {
    if (s->members[rank].waking) return RC_OK;
    s->members[rank].waking = true;
    return heap_push(&s->messages, (event){.time = time, .rank = rank});
}

/* The time from which the receiver has it. */
static double receive(simulation *s, uint32_t rank) {
    const sim_plan *plan = s->plan;
    size_t node = plan->ranks_per_node ? rank / plan->ranks_per_node : 0;
    server *receiver = &s->receivers[node];
    member *leader = &s->members[node * plan->ranks_per_node];
    double latency = leader == &s->members[rank] ? 0 : plan->latency_s;
    double begin = fmax(s->now + latency, receiver->free_at), busy = plan->receive_s + plan->write_s;
    if (plan->sync_s > 0 && begin >= receiver->next_sync) {
        begin += plan->sync_s;
        receiver->next_sync = begin + plan->sync_each_s;
    }
    receiver->free_at = begin + busy;
    receiver->busy_s += busy;
    leader->stolen_s += plan->receive_s;
    s->end = fmax(s->end, receiver->free_at);
    return receiver->free_at;
}

static rc_status send_results(simulation *s, uint32_t rank) {
    member *m = &s->members[rank];
    for (; m->n_unsent > 0; m->n_unsent--) {
        double *slot = &m->sent[m->n_sent % s->plan->n_buffers];
        if (*slot > s->now) return wake_at(s, rank, *slot);
        *slot = receive(s, rank);
        m->n_sent++;
        m->stolen_s += s->plan->send_s;
        if (s->plan->blocks) m->free_at = *slot;
    }
    return RC_OK;
}

/* --- Tasks ------------------------------------------------------------------- */

/* The scheduler's own rule, or one task a ticket. */
static mpi_chunk next_chunk(simulation *s) {
    const sim_plan *plan = s->plan;
    uint64_t ticket = s->next_ticket++;
    if (plan->chunk_most > 0) return mpi_chunk_of(plan->n_tasks, plan->n_ranks, plan->chunk_most, ticket);
    return (mpi_chunk){ticket < plan->n_tasks ? ticket : plan->n_tasks, ticket < plan->n_tasks};
}

static rc_status ask(simulation *s, uint32_t rank) {
    member *m = &s->members[rank];
    mpi_chunk chunk = next_chunk(s);
    double arrival = s->now + s->plan->latency_s, begin = fmax(arrival, s->counter.free_at);
    s->counter.free_at = begin + s->plan->counter_s;
    s->counter.busy_s += s->plan->counter_s;
    s->counter_wait_s += begin - arrival;
    s->n_requests++;
    m->asking = true;
    double answer = s->counter.free_at + s->plan->latency_s;
    return heap_push(&s->messages, (event){.time = answer, .rank = rank, .is_grant = true, .chunk = chunk});
}

static void take_grant(simulation *s, uint32_t rank, mpi_chunk chunk) {
    member *m = &s->members[rank];
    m->asking = false;
    m->remaining = s->plan->n_tasks - chunk.first - chunk.n;
    m->exhausted = m->remaining == 0;
    m->first = chunk.first;
    m->n_waiting = chunk.n;
}

static rc_status start_task(simulation *s, uint32_t rank) {
    member *m = &s->members[rank];
    if (m->running_s > 0 || m->n_waiting == 0) return RC_OK;
    m->running_s = duration_of(s, m->first++);
    m->n_waiting--;
    s->n_working++;
    return heap_push(&s->work, (event){.time = s->work_clock + m->running_s, .rank = rank});
}

/* Whatever the rank can do now. */
static rc_status act(simulation *s, uint32_t rank) {
    member *m = &s->members[rank];
    rc_status status = start_task(s, rank);
    if (status == RC_OK) status = send_results(s, rank);
    if (status != RC_OK || m->asking || m->exhausted || m->n_unsent > 0 || m->n_waiting > 0) return status;
    bool reserves = (double)m->remaining >= s->plan->reserve_until * (double)s->plan->n_ranks;
    if (m->running_s > 0 && !reserves) return RC_OK;
    return m->free_at > s->now ? wake_at(s, rank, m->free_at) : ask(s, rank);
}

static rc_status end_task(simulation *s, uint32_t rank) {
    member *m = &s->members[rank];
    if (m->stolen_s > 0) { /* messages have held it up */
        double later = s->work_clock + m->stolen_s;
        m->stolen_s = 0;
        return heap_push(&s->work, (event){.time = later, .rank = rank});
    }
    m->done_s += m->running_s;
    m->running_s = 0;
    m->n_done++;
    m->n_unsent++;
    s->n_working--;
    s->end = fmax(s->end, s->now);
    return act(s, rank);
}

/* --- All --------------------------------------------------------------------- */

static rc_status begin(simulation *s) {
    rc_status status = RC_OK;
    const sim_plan *plan = s->plan;
    double sum = 0;
    for (size_t i = 0; i < plan->n_durations; i++) sum += plan->durations_s[i];
    s->scale = plan->n_durations ? plan->mean_s * (double)plan->n_durations / sum : 1;
    s->n_receivers = plan->ranks_per_node ? (plan->n_ranks - 1) / plan->ranks_per_node + 1 : 1;
    RC_TRY(RC_ARRAY(s->members, plan->n_ranks, "ranks"));
    RC_TRY(RC_ARRAY(s->receivers, s->n_receivers, "receivers"));
    for (size_t r = 0; r < plan->n_ranks; r++) {
        s->members[r].remaining = plan->n_tasks;
        if (plan->first_is_given) take_grant(s, (uint32_t)r, next_chunk(s));
    }
    for (size_t k = 0; k < s->n_receivers; k++) /* they do not all sync at once */
        s->receivers[k].next_sync = plan->sync_each_s * (double)(mix(k) >> 11) * 0x1p-53;
    for (uint32_t r = 0; r < plan->n_ranks; r++) RC_TRY(act(s, r));
done:
    return status;
}

/* When the next task ends, by the common clock. */
static double next_end(const simulation *s) {
    return s->work.n ? s->now + (s->work.events[0].time - s->work_clock) / speed_of(s) : INFINITY;
}

static rc_status step(simulation *s) {
    double end = next_end(s), message = s->messages.n ? s->messages.events[0].time : INFINITY;
    double next = fmin(end, message);
    s->work_clock += (next - s->now) * speed_of(s);
    s->now = next;
    if (end <= message) {
        event e = heap_pop(&s->work);
        s->work_clock = e.time;
        return end_task(s, e.rank);
    }
    event e = heap_pop(&s->messages);
    if (e.is_grant)
        take_grant(s, e.rank, e.chunk);
    else
        s->members[e.rank].waking = false;
    return act(s, e.rank);
}

static void conclude(const simulation *s, sim_result *result) {
    *result = (sim_result){.makespan_s = s->end, .n_requests = s->n_requests};
    for (size_t r = 0; r < s->plan->n_ranks; r++) result->sum_of_tasks_s += s->members[r].done_s;
    size_t n_cores = s->plan->n_cores && s->plan->n_cores < s->plan->n_ranks ? s->plan->n_cores : s->plan->n_ranks;
    result->busy = result->sum_of_tasks_s / (s->end * (double)n_cores);
    result->counter_load = s->counter.busy_s / s->end;
    result->counter_wait_s = s->n_requests ? s->counter_wait_s / (double)s->n_requests : 0;
    for (size_t k = 0; k < s->n_receivers; k++)
        result->receiver_load = fmax(result->receiver_load, s->receivers[k].busy_s / s->end);
}

rc_status sim_run(const sim_plan *plan, sim_result *result) {
    rc_status status = RC_OK;
    simulation s = {.plan = plan};
    if (plan->n_ranks == 0 || plan->n_tasks == 0 || plan->n_buffers == 0 || plan->n_buffers > MOST_BUFFERS)
        return rc_fail(RC_INVALID, "a simulation needs ranks, tasks and 1 to %d buffers", MOST_BUFFERS);
    RC_TRY(begin(&s));
    while (s.work.n + s.messages.n > 0) RC_TRY(step(&s));
    conclude(&s, result);
done:
    free(s.members);
    free(s.receivers);
    free(s.messages.events);
    free(s.work.events);
    return status;
}
