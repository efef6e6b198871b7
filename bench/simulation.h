/* The MPI scheduler as a discrete-event simulation, for more ranks than any machine at hand has.
 *
 * Each rank computes one task after another and, on the same core, sends messages. Tasks are handed out by one
 * counter (a queue with one server), results go to a receiver (another such queue): rank 0, or one for each node. */
#ifndef RC_BENCH_SIMULATION_H
#define RC_BENCH_SIMULATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rnnchaos/status.h>

typedef struct sim_plan {
    size_t n_ranks, n_tasks;
    size_t ranks_per_node;      /* one receiver for each node; 0: rank 0 is the only one */
    size_t n_cores;             /* shared evenly by all ranks at work; 0: one for each rank */
    const double *durations_s;  /* of tasks, drawn at random; NULL: exponential with this mean: */
    size_t n_durations;         /* */
    double mean_s;              /* durations are scaled to this mean */
    double latency_s;           /* one way, any message */
    double counter_s;           /* the counter's time for one request */
    double send_s;              /* a sender's time for one result */
    double receive_s;           /* a receiver's time for one result, without writing */
    double write_s;             /* until it is written; costs no processor time */
    double sync_s, sync_each_s; /* how long and how often the receiver waits for the disk */
    size_t n_buffers;           /* results on their way from one rank */
    bool blocks;                /* a rank that sends does nothing else until its result is taken */
    bool first_is_given;        /* rank r begins with task r, without asking */
    uint64_t chunk_most;        /* the largest chunk of mpi_chunk_of(); 0: a request is always for one task */
    double reserve_until;       /* a rank asks while it still computes if remaining >= this * ranks */
    uint64_t seed;
} sim_plan;

typedef struct sim_result {
    double makespan_s;     /* until the last result is written */
    double busy;           /* share of the ranks' time that was spent in tasks */
    double counter_load;   /* share of the time that the counter was at work */
    double receiver_load;  /* the same of the busiest receiver */
    double counter_wait_s; /* mean time of a request in the counter's queue, without its own service */
    double sum_of_tasks_s; /* work done */
    uint64_t n_requests;
} sim_result;

/* Runs it. Errors: RC_NO_MEMORY. Cost: O((tasks + requests) log(ranks)), about 0.5 us a task for 10^4 ranks. */
rc_status sim_run(const sim_plan *plan, sim_result *result);

#endif
