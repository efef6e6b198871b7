"""script/bench spectrum: bench/spectrum, NumPy and SciPy in turns, on three problems."""
import subprocess
import sys
import tempfile

from children import Tools
from common import ROOT, fill_block, header, least, lines, provenance, show_round, versions

NAME = "spectrum"
SPECTRUM = str(ROOT / "build" / "bench" / "spectrum")
SESSION, GAIN = "1", "22"

# neurons, connections each, tangents, trials; compared over n blocks of so many steps; rounds, seconds a round
PROBLEMS = {
    "full": {"size": (200, 20, 200, 1), "compare": (100, 3), "rounds": None, "seconds": 1.0, "aim": 7},
    "leading": {"size": (200, 20, 10, 8), "compare": (100, 3), "rounds": None, "seconds": 0.5, "aim": 15},
    "dense": {"size": (500, 499, 500, 1), "compare": (20, 2), "rounds": 2, "seconds": 3.0, "aim": None},
    "large": {"size": (2000, 100, 2000, 1), "compare": (5, 1), "rounds": 1, "seconds": 5.0, "aim": None},
}


def save(path, *command):
    with open(path, "wb") as file:
        subprocess.run(command, check=True, stdout=file)
    return path


def prepare(size, compare, gain, folder, n_threads):
    """The arguments of bench/spectrum; what peers need, see bench/peers/work.py. size, compare: as in PROBLEMS."""
    neurons, connections, tangents, trials = size
    steps, blocks = compare
    ours = [str(neurons), str(connections), SESSION, gain, str(tangents), str(trials)]
    network = save(f"{folder}/network", SPECTRUM, "network", *ours)
    start = save(f"{folder}/start{n_threads}", SPECTRUM, "start", *ours, str(steps), str(blocks), str(n_threads))
    return ours, {"network": network, "start": start, "gain": float(gain), "tangents": tangents, "trials": trials,
                  "n_steps": steps, "n_blocks": blocks}


def collect(rows, key):
    return least([row[key] for row in rows])


def summarise(problem, kernels, single, tools):
    first = next(iter(kernels.values()))[0]
    neurons, _, tangents, trials = problem["size"]
    frame_mb = 8e-6 * neurons * tangents
    data = {"neurons": neurons, "connections": first["connections"], "tangents": tangents, "trials": trials,
            "kernels": {}, "peers": {}}
    for name, rows in kernels.items():
        times = {key: collect(rows, key) for key in ("step_ns", "bare_step_ns", "qr_ns", "multiply_add_ns")}
        bound = times["multiply_add_ns"]["min"] * first["connections"] * (tangents + 1)
        data["kernels"][name] = {**times, "block_steps": rows[0]["block_steps"], "bound_ns": bound, "share_of_bound": bound / times["step_ns"]["min"],
                                 "peak_mb": max(row["peak_mb"] for row in rows),
                                 "frames_held": max(row["peak_mb"] for row in rows) / frame_mb}
    data["single"] = {key: collect(single, key) for key in ("step_ns", "qr_ns")}
    bound = min(k["bound_ns"] for k in data["kernels"].values())
    data["single"]["block_steps"] = single[0]["block_steps"]
    data["single"]["share_of_bound"] = bound / 2 / data["single"]["step_ns"]["min"]
    for label, row in tools.rows("step_ns").items():
        data["peers"][label] = {"share_of_bound": bound / row["step_ns"]["min"], **row}
    ours = min(k["step_ns"]["min"] for k in data["kernels"].values())
    data["ratios"] = {label: p["step_ns"]["min"] / ours for label, p in data["peers"].items()}
    return data


def run(problem, rounds, folder, best):
    """best: the fastest kernels' name, where the others take too long; None: all."""
    arguments, of_peers = prepare(problem["size"], problem["compare"], GAIN, folder, 1)
    kernels, single = {}, []
    with Tools(sys.executable, ("numpy", "scipy"), "Spectrum", 1, of_peers) as tools:
        for number in range(rounds):
            show_round(number, rounds)
            for row in lines(SPECTRUM, "time", *arguments, str(problem["seconds"]), "1", *([best] if best else [])):
                kernels.setdefault(row["kernels"], []).append(row)
            single += lines(SPECTRUM, "time", *arguments, str(problem["seconds"]), "1", "best", "single")
            tools.turn(problem["seconds"])
    return kernels, single, tools


def measure(rounds):
    data, best = header(NAME), None
    data["problems"] = {}
    for name, problem in PROBLEMS.items():
        with tempfile.TemporaryDirectory() as folder:
            few = problem["rounds"]
            kernels, single, tools = run(problem, few or rounds, folder, best if few else None)
        data["problems"][name] = summarise(problem, kernels, single, tools)
        data["versions"] = versions(tools)
        best = list(data["problems"][name]["kernels"])[-1]
    return data


def microseconds(ns):
    return f"{ns / 1e3:,.1f}" if ns < 1e6 else f"{ns / 1e3:,.0f}"


def problem_table(problem):
    ours = min(k["step_ns"]["min"] for k in problem["kernels"].values())
    rows = ["| | µs a step and trial | median | × the fastest | of which QR | share of the multiply-add bound |",
            "|---|--:|--:|--:|--:|--:|"]
    own = {**problem["kernels"], "tangent vectors in single precision": problem["single"]}
    entries = [(f"**rnnchaos, {name}**", k, f"{k['qr_ns']['min'] / k['block_steps'] / 1e3:,.2f}") for name, k in own.items()]
    entries += [(label, p, "") for label, p in problem["peers"].items()]
    for label, entry, qr in sorted(entries, key=lambda e: e[1]["step_ns"]["min"]):
        step = entry["step_ns"]
        qr = microseconds(1e3 * float(qr.replace(",", ""))) if qr else ""
        rows.append(f"| {label} | {microseconds(step['min'])} | {microseconds(step['median'])} | {step['min'] / ours:.1f} | "
                    f"{qr} | {100 * entry['share_of_bound']:.0f} % |")
    return rows


def title(problem):
    tangents, neurons, trials = problem["tangents"], problem["neurons"], problem["trials"]
    what = "full spectrum" if tangents == neurons else f"leading {tangents}"
    return f"**N = {neurons}, {problem['connections']} connections, {what}, " + \
        (f"{trials} trials side by side.**" if trials > 1 else "one trial.**")


def best_of(problem, start):
    return min((ratio, label) for label, ratio in problem["ratios"].items() if start in label)


def table(data):
    problems = data["problems"]
    rows = []
    for problem in problems.values():
        rows += [title(problem), "", *problem_table(problem), ""]
    full, leading, large = (problems[name] for name in ("full", "leading", "large"))
    held = next(iter(large["kernels"].values()))
    singly, together = best_of(leading, "a trial at a time"), best_of(leading, "all trials")
    rows += ["| the better of NumPy and SciPy takes | times as long | aim |", "|---|--:|--:|",
             f"| full spectrum | {best_of(full, '')[0]:.1f} | ≥ {PROBLEMS['full']['aim']} |",
             f"| leading 10, against a trial at a time | {singly[0]:.1f} | ≥ {PROBLEMS['leading']['aim']} |",
             f"| leading 10, against all trials in one product | {together[0]:.1f} | |",
             f"| dense W, N = 500, full spectrum | {best_of(problems['dense'], '')[0]:.1f} | |",
             f"| N = 2000, full spectrum | {best_of(large, '')[0]:.1f} | |", "",
             f"For N = 2000 the process takes {held['peak_mb']:.0f} MB at most: {held['frames_held']:.1f} arrays of N × k.", "",
             f"{provenance(data, ' spectrum')} Processor time of one thread, the least (and the median) of many blocks of "
             "100 steps and one QR taken in turns; OPENBLAS_CORETYPE unset. Before it is timed every peer has found the "
             "same sums of ln R_ii from the same W, states and frame: "
             f"{max(p['gap'] for q in problems.values() for p in q['peers'].values()):.0e} apart at most. "
             "The bound is one multiply-add for each connection and each of k + 1 vectors at the speed that this "
             "processor has in its first-level cache (peers: with the fastest kernels' speed, and as if they did no more); "
             "in single precision it is half as long, and frames are orthonormalised as often as they need it: "
             f"{', '.join('every ' + str(q['single']['block_steps']) for q in problems.values())} steps."]
    return "\n".join(rows)


def write(data, text):
    fill_block("docs/performance.md", "spectrum", text)
