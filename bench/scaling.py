"""script/bench scaling: what the MPI scheduler costs here, and, simulated, on machines that are not here.

Measures task times, message costs and runs on 1, 2, 4 and 8 ranks; simulates 10^2 to 10^5 ranks; draws
docs/scaling.svg and puts the tables into docs/scaling.md. Numbers are kept in bench/history/."""
import argparse
import concurrent.futures
import datetime
import json
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import common

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
PAGE = ROOT / "docs" / "scaling.md"
MPI = {  # what Open MPI wants of root and of fewer cores than ranks; other MPIs ignore it
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1",
}
RUN_RANKS = [1, 2, 4, 8]
MESSAGE_RANKS = [2, 3, 4, 8]
# 200 tasks of the published study, each a seventh as long.
RUN = ["--set", f"sessions={list(range(1, 26))}", "--set", "dynamics.duration_ms=1000", "--set", "exponents.count=0"]

# What a cluster's network and disks are taken to do; docs/scaling.md says from where.
ASSUMED = {
    "latency_us": 2.0,  # one way
    "counter_us": 1.0,  # an atomic on one address of a network card
    "ranks_per_node": 128,
    "node_gb_s": 2.0,  # one file of one node
    "store_gb_s": 100.0,  # all files together
    "sync_s": 0.1,
    "sync_each_s": 2.0,
}
RANKS = [2 + k / 4 for k in range(13)]  # log10
TASKS = [3, 4, 5, 6, 7]
TASKS_PER_RANK = 200  # as many are simulated at most; more of them only raise the share of time spent in tasks
COSTS = [-2 + k / 4 for k in range(21)]  # log10 of multiples


def mpirun(ranks, *command):
    run = subprocess.run(
        ["mpirun", "-np", str(ranks), *map(str, command)], env={**os.environ, **MPI}, capture_output=True, text=True
    )
    if run.returncode != 0:
        sys.exit(f"bench: {' '.join(map(str, command))} on {ranks} ranks failed: {run.stderr}")
    return run


# --- Measuring -----------------------------------------------------------------


def measure_tasks():
    """Of two sessions: the others are alike."""
    two = ["--set", "sessions=[1,2]"]
    return {
        "with": common.lines(BUILD / "bench/tasks", *two)[0],
        "without": common.lines(BUILD / "bench/tasks", *two, "--set", "exponents.count=0")[0],
    }


def measure_messages(n_bytes):
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        return [json.loads(mpirun(k, BUILD / "bench/messages", folder, n_bytes).stdout) for k in MESSAGE_RANKS]


def time_run(ranks):
    """Seconds until all tasks were kept, and processor time of the whole job."""
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        before = os.times()
        run = mpirun(ranks, BUILD / "rnnchaos-mpi", "run", *RUN, "--no-figure", "-o", folder)
        after = os.times()
    wall = float(re.search(r"\d+ tasks in ([\d.]+) s", run.stderr).group(1))
    return wall, after.children_user + after.children_system - before.children_user - before.children_system


def measure_runs(rounds):
    times = {k: [] for k in RUN_RANKS}
    for _ in range(rounds):
        for k in RUN_RANKS:
            times[k].append(time_run(k))
    return {str(k): {"wall_s": common.least([wall for wall, _ in t]), "cpu_s": min(cpu for _, cpu in t)}
            for k, t in times.items()}


def measure(rounds):
    tasks = measure_tasks()
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ"),
        "machine": common.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "load": os.getloadavg()[0],
        "tasks": tasks,
        "run_tasks": common.lines(BUILD / "bench/tasks", *RUN)[0],
        "messages": measure_messages(min(tasks["with"]["bytes"])),
        "runs": measure_runs(rounds),
    }


# --- Simulating ----------------------------------------------------------------


def simulate(durations, **fields):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(map(str, durations)))
        file.flush()
        command = [BUILD / "bench/simulate", f"durations={file.name}", *(f"{k}={v}" for k, v in fields.items())]
        return json.loads(common.output(*map(str, command)))


def costs(measured, ranks, counter=1, result=1):
    """Fields of sim_plan; counter and result multiply what was assumed or measured."""
    best = {key: min(m[key] for m in measured["messages"]) for key in ("payload_us", "append_us")}
    n_bytes = measured["messages"][0]["payload_bytes"]
    nodes = math.ceil(ranks / ASSUMED["ranks_per_node"])
    rate = 1e9 * min(ASSUMED["node_gb_s"], ASSUMED["store_gb_s"] / nodes)
    return {
        "latency_s": 1e-6 * ASSUMED["latency_us"],
        "counter_s": 1e-6 * ASSUMED["counter_us"] * counter,
        "send_s": 1e-6 * best["payload_us"] * result,
        "receive_s": 1e-6 * (best["payload_us"] + best["append_us"]) * result,
        "write_s": n_bytes / rate * result,
        "sync_s": ASSUMED["sync_s"],
        "sync_each_s": ASSUMED["sync_each_s"],
    }


# As before: one task a request, always one in reserve, every result to rank 0, no journal.
BEFORE = {"blocks": 1, "n_buffers": 1, "reserve_until": 0, "write_s": 0, "sync_s": 0}
# As mpi/scheduler.c does it.
NOW = {
    "ranks_per_node": ASSUMED["ranks_per_node"],
    "n_buffers": 4,
    "first_is_given": 1,
    "chunk_most": 16,
    "reserve_until": 2,
}
# No costs at all: what is lost is the granularity's.
FREE = {"n_buffers": 1, "reserve_until": 1e9}


def busy(measured, design, log_ranks, log_tasks, mean_s, **multiples):
    ranks = round(10**log_ranks)
    fields = {} if design is FREE else costs(measured, ranks, **multiples)
    if design is BEFORE:
        fields["receive_s"] = fields["send_s"]
    fields.update(design, n_ranks=ranks, n_tasks=min(10**log_tasks, TASKS_PER_RANK * ranks), mean_s=mean_s)
    return simulate(measured["tasks"]["with"]["seconds"], **fields)["busy"]


def sweep(measured):
    """The figure's curves: panel, colour, colours, dashed, first log10 x, step, values, name."""
    plans = []
    for panel, design, mean_s in (("a", BEFORE, 0.05), ("b", NOW, 0.05), ("c", NOW, 1.0)):
        for index, tasks in enumerate(TASKS):
            name = f"10<sup>{tasks}</sup> tasks"
            if panel == "b":  # the same in every panel
                plans.append((panel, index, len(TASKS), 1, "-", [(FREE, r, tasks, mean_s, {}) for r in RANKS]))
            plans.append((panel, index, len(TASKS), 0, name, [(design, r, tasks, mean_s, {}) for r in RANKS]))
    for index, (cost, name) in enumerate((("counter", "a request"), ("result", "a result"))):
        for dashed, design, when in ((0, NOW, ""), (1, BEFORE, ", before")):
            points = [(design, 4, 6, 0.05, {cost: 10**c}) for c in COSTS]
            plans.append(("d", index, 2, dashed, name + when, points))
    curves = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        pending = [[pool.submit(busy, measured, *p[:4], **p[4]) for p in plan[5]] for plan in plans]
        for plan, points in zip(plans, pending):
            xs = COSTS if plan[0] == "d" else RANKS
            values = [point.result() for point in points]
            print(f"\r{len(curves) + 1} of {len(plans)} curves", end="", file=sys.stderr, flush=True)
            curves.append({"panel": plan[0], "index": plan[1], "of": plan[2], "dashed": plan[3], "name": plan[4],
                           "first": xs[0], "step": xs[1] - xs[0], "busy": values})
    print(file=sys.stderr)
    ideal = [c for c in curves if c["dashed"] and c["panel"] == "b"]
    return curves + [dict(c, panel=panel) for c in ideal for panel in "ac"]


def draw(curves):
    rows = [
        f"{c['panel']} {c['index']} {c['of']} {c['dashed']} {c['first']} {c['step']} {len(c['busy'])} "
        f"{' '.join(map(str, c['busy']))} {c['name']}"
        for c in curves
    ]
    subprocess.run([BUILD / "bench/scaling_figure", ROOT / "docs/scaling.svg"], input="\n".join(rows), text=True,
                   check=True)


# --- Tables --------------------------------------------------------------------


def predict(measured, ranks):
    """The same run, simulated on the cores that are here."""
    cost = costs(measured, ranks)
    tasks = measured["run_tasks"]["seconds"]
    cost.update(NOW, n_ranks=ranks, n_cores=measured["cores"], n_tasks=len(tasks), mean_s=statistics.mean(tasks),
                latency_s=1e-6 * measured["messages"][0]["fetch_us"], write_s=0,
                sync_s=1e-6 * min(m["sync_us"] for m in measured["messages"]))
    return simulate(tasks, **cost)["makespan_s"]


def run_table(measured):
    cores, runs = measured["cores"], {int(k): v for k, v in measured["runs"].items()}
    rows = ["| ranks | s, least | s, median | times as fast as 1 | per core | simulated s | processor time, s |",
            "|--:|--:|--:|--:|--:|--:|--:|"]
    for k, t in runs.items():
        wall = t["wall_s"]
        faster = runs[1]["wall_s"]["min"] / wall["min"]
        rows.append(f"| {k} | {wall['min']:.2f} | {wall['median']:.2f} | {faster:.2f} "
                    f"| {100 * faster / min(k, cores):.0f} % | {predict(measured, k):.2f} | {t['cpu_s']:.2f} |")
    tasks = sum(measured["run_tasks"]["seconds"])
    return rows + ["", f"The tasks alone take {tasks:.2f} s of processor time."]


def cost_table(measured):
    rows = ["| ranks | a request alone, µs | a request among all, µs | a result sent and taken, µs |",
            "|--:|--:|--:|--:|"]
    for m in measured["messages"]:
        rows.append(f"| {m['ranks']} | {m['fetch_us']:.1f} | {m['fetch_together_us']:.1f} | {m['payload_us']:.0f} |")
    return rows


def limit_table(measured, curves):
    rows = ["| ranks | 10³ tasks | 10⁴ | 10⁵ | 10⁶ | 10⁷ |", "|--:|--:|--:|--:|--:|--:|"]
    for log_ranks in (2, 3, 4, 5):
        row = []
        for index in range(len(TASKS)):
            pair = [
                next(c["busy"][RANKS.index(log_ranks)] for c in curves
                     if c["panel"] == panel and c["index"] == index and not c["dashed"])
                for panel in "ab"
            ]
            row.append(" → ".join(f"{100 * b:.1f}" for b in pair))
        rows.append(f"| 10{'⁰¹²³⁴⁵'[log_ranks]} | " + " | ".join(row) + " |")
    return rows


def describe(measured):
    cpu = measured["machine"]
    return (f"Measured by `script/bench scaling` on {measured['date'][:4]}-{measured['date'][4:6]}-{measured['date'][6:8]}:"
            f" {cpu['processor']}, {measured['cores']} cores, load {measured['load']:.1f} at the start.")


def task_row(name, tasks):
    seconds = tasks["seconds"]
    mean, deviation = statistics.mean(seconds), statistics.pstdev(seconds)
    return (f"| {name} | {1000 * mean:.0f} | {100 * deviation / mean:.0f} % | {max(seconds) / mean:.2f} "
            f"| {min(tasks['bytes']) / 1000:.0f} |")


def task_table(measured):
    return [
        "| a task of the published study | mean, ms | deviation | longest / mean | result, kB |",
        "|---|--:|--:|--:|--:|",
        task_row("with exponents", measured["tasks"]["with"]),
        task_row("without", measured["tasks"]["without"]),
    ]


def write_page(measured, curves):
    text = PAGE.read_text()
    parts = {
        "runs": run_table(measured) + ["", describe(measured)],
        "costs": cost_table(measured),
        "tasks": task_table(measured),
        "simulated": limit_table(measured, curves),
    }
    for name, rows in parts.items():
        block = f"<!-- {name} -->\n" + "\n".join(rows) + f"\n<!-- /{name} -->"
        text, n = re.subn(rf"<!-- {name} -->.*?<!-- /{name} -->", lambda _: block, text, flags=re.DOTALL)
        if n != 1:
            sys.exit(f"bench: {PAGE} has no place for '{name}'")
    PAGE.write_text(text)


def keep(path, measured):
    """A line for each part."""
    path.write_text("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in measured.items()) + "\n}\n")


def latest():
    files = sorted((ROOT / "bench/history").glob("*-scaling.json"))
    if not files:
        sys.exit("bench: nothing was measured yet: run script/bench scaling")
    return files[-1]


def main():
    parser = argparse.ArgumentParser(prog="script/bench scaling", description=__doc__.splitlines()[0])
    parser.add_argument("--simulate-only", action="store_true", help="use the last measurement in bench/history/")
    parser.add_argument("--runs-only", action="store_true", help="time the runs anew, keep all else of that measurement")
    parser.add_argument("--rounds", type=int, default=5, help="how often every run is timed")
    arguments = parser.parse_args()
    if arguments.simulate_only or arguments.runs_only:
        path = latest()
        measured = json.loads(path.read_text())
        if arguments.runs_only:
            measured.update(load=os.getloadavg()[0], runs=measure_runs(arguments.rounds))
    else:
        measured = measure(arguments.rounds)
        path = ROOT / f"bench/history/{measured['date']}-scaling.json"
    keep(path, measured)
    curves = measured["curves"] if arguments.runs_only else sweep(measured)
    measured["curves"] = curves
    keep(path, measured)
    draw(curves)
    write_page(measured, curves)
    print("\n".join(run_table(measured) + [""] + limit_table(measured, curves)))


if __name__ == "__main__":
    main()
