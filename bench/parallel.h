/* One piece of work on each of several threads, timed. */
#ifndef RC_BENCH_PARALLEL_H
#define RC_BENCH_PARALLEL_H

enum { MOST_THREADS = 256 };

/* Processor time of this thread: what else the machine does is not counted. */
double thread_ns(void);

/* Runs work(each[t]) on thread t of n_threads and waits for all. One thread: this one, and its processor time;
 * more: the time on the clock, with what starting and joining them takes. Ends the program if a thread cannot be had.
 */
double parallel_ns(unsigned n_threads, void (*work)(void *), void **each);

#endif
