"""Does the work of bench/kernels or bench/spectrum as one tool does it:

    serve.py {"tool": NAME, "work": "Steps" or "Spectrum", "n_threads": N, "arguments": {…}}

arguments: what the class of that name in work.py is made from. Prints a JSON line with the tool's version and, for
each way of doing it (a peer), how far its results are from ours; nothing is timed that is too far. Then, for each line
SECONDS on the standard input, measures all of them in turn and prints {peer: [nanoseconds, …]}: processor time if
there is one thread, else time on the clock. {"missing": REASON} if the tool is not to be had."""
import importlib
import json
import os
import sys
import time

MEASURED_NS = 5e6  # at least, about


def restrict(n_threads):
    """Before any library is loaded: so many threads, and the code path that each picks for this processor."""
    for name in ("OPENBLAS", "OMP", "MKL", "BLIS", "NUMBA"):
        os.environ[name + "_NUM_THREADS"] = str(n_threads)
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        os.environ.pop(name, None)
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", os.path.join(sys.prefix, "torchinductor"))
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={n_threads}" if n_threads > 1 else \
        "--xla_cpu_multi_thread_eigen=false"
    if n_threads == 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def keep_output():
    """What a tool prints goes to the error output; the returned file is for our own lines alone."""
    own = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return own


def taker(n_threads):
    clock = time.process_time_ns if n_threads == 1 else time.perf_counter_ns

    def taken(call):
        start = clock()
        call()
        return clock() - start

    return taken


def first_line(error):
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"[:200]


def prepare(kinds, work, taken, limits):
    """The peers that can be had, checked and warm: {label: (measure once, limit of threads)}, and what to say of each."""
    ready, peers = {}, {}
    for kind in kinds:
        limit = getattr(kind, "library_threads", work.n_threads)
        with limits(limit):
            try:
                peer = kind(work)
                gap = work.gap(peer)
            except Exception as error:  # whatever a tool may raise: told in the notes of the table
                peers[kind.label] = {"missing": first_line(error)}
                continue
            if not gap <= work.allowed:
                sys.exit(f"serve.py: {kind.label} is {gap:.1e} away from rnnchaos, expected at most {work.allowed:.0e}")
            ready[kind.label] = work.measure(peer, taken, MEASURED_NS), limit
            peers[kind.label] = {"gap": gap, **({"qr": peer.qr.__name__} if hasattr(peer, "qr") else {})}
    return ready, peers


def measure(once, seconds):
    times, end = [], time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        times.append(once())
    return times


def main(options):
    own = keep_output()
    restrict(options["n_threads"])
    import threadpoolctl
    try:
        tool = importlib.import_module("with_" + options["tool"])
    except (ImportError, OSError) as error:
        print(json.dumps({"missing": first_line(error)}), file=own)
        return
    import work as works
    work = getattr(works, options["work"])(**options["arguments"], n_threads=options["n_threads"])
    limits = lambda n: threadpoolctl.threadpool_limits(n, user_api="blas")  # noqa: E731
    ready, peers = prepare(tool.kinds(work), work, taker(work.n_threads), limits)
    blas = threadpoolctl.threadpool_info()
    if work.n_threads == 1 and any(library["num_threads"] != 1 for library in blas):
        sys.exit(f"serve.py: a library of {options['tool']} uses more than one thread")
    print(json.dumps({"peers": peers, "versions": {**works.python_version(), **tool.versions()}, "blas": sorted(
        {f"{b['internal_api']} {b['version']} ({b.get('architecture', '?')})" for b in blas if b["user_api"] == "blas"})}),
        file=own)
    for line in sys.stdin:
        times = {}
        for label, (once, limit) in ready.items():
            with limits(limit):
                times[label] = measure(once, float(line))
        print(json.dumps(times), file=own)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
