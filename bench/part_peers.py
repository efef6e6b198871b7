"""script/bench peers: rnnchaos and every tool that does the same work, on one thread and on all, in turns.

On all threads every thread has as much of its own as the one thread had: as many lanes, or trials. That is how
`rnnchaos run` shares out its work, and larger batches suit the peers; each may split the whole as it likes."""
import json
import os
import subprocess
import sys
import tempfile

import part_kernels
import part_spectrum
from children import Tools
from common import ROOT, fill_block, header, least, lines, show_round, versions
from part_kernels import KERNELS, SESSION
from part_spectrum import SPECTRUM

NAME = "peers"
PYTHON = str(ROOT / ".venv-peers" / "bin" / "python")
FIGURE = "docs/peers.svg"
GAIN = part_kernels.GAIN
SECONDS = 0.3  # of one peer in one round

TOOLS = {"numpy": "NumPy", "scipy": "SciPy", "numba": "Numba", "jax": "JAX", "torch": "PyTorch", "nest": "NEST",
         "lyapax": "lyapax", "python": "Python"}
TANGENTS = ("numpy", "scipy", "numba", "jax", "torch", "lyapax")

# unit: of the tables, and how many ns it is; key: of bench/kernels and bench/spectrum; size: as in part_spectrum, trials
# for each thread.
PROBLEMS = {
    "steps": {
        "short": "trajectories", "title": "Trajectories, 40 states a thread", "unit": ("ns per state-step", 1),
        "key": "state_step_ns", "work": "Steps", "tools": ("numpy", "scipy", "numba", "jax", "torch", "nest", "python")},
    "full": {
        "short": "full spectrum", "title": "Full spectrum, one trial a thread", "unit": ("µs per step and trial", 1e3),
        "key": "step_ns", "work": "Spectrum", "tools": TANGENTS, "size": (200, 20, 200, 1)},
    "leading": {
        "short": "leading 10", "title": "Leading 10 exponents, 8 trials a thread", "unit": ("µs per step and trial", 1e3),
        "key": "step_ns", "work": "Spectrum", "tools": TANGENTS, "size": (200, 20, 10, 8)},
}  # fmt: skip


def prepare(problem, folder, n_threads):
    """The command that times ours, and what peers need."""
    if problem["work"] == "Steps":
        return [KERNELS, "time", SESSION, GAIN, "30", str(n_threads)], part_kernels.prepare(folder, n_threads)
    *network, trials = problem["size"]
    ours, of_peers = part_spectrum.prepare((*network, trials * n_threads), (100, 3), GAIN, folder, n_threads)
    return [SPECTRUM, "time", *ours, str(SECONDS), str(n_threads)], of_peers


def run(problem, n_threads, rounds, folder):
    ours, of_peers = prepare(problem, folder, n_threads)
    kernels = {}
    with Tools(PYTHON, problem["tools"], problem["work"], n_threads, of_peers) as tools:
        for number in range(rounds):
            show_round(number, rounds)
            for row in lines(*ours):
                kernels.setdefault(row["kernels"], []).append(row[problem["key"]])
            tools.turn(SECONDS)
    return {name: {problem["key"]: least(rows)} for name, rows in kernels.items()}, tools


def best_of_tools(peers, key):
    """{tool: the label of its fastest peer}, the fastest first."""
    best = {}
    for label, peer in sorted(peers.items(), key=lambda item: item[1][key]["min"]):
        best.setdefault(peer["tool"], label)
    return best


def measure(rounds):
    n_cores = len(os.sched_getaffinity(0))
    data = {**header(NAME), "gain": float(GAIN), "session": int(SESSION), "problems": {}, "missing": {}}
    known, blas = {}, set()
    for name, problem in PROBLEMS.items():
        data["problems"][name] = {}
        for n_threads in sorted({1, n_cores}):
            with tempfile.TemporaryDirectory() as folder:
                kernels, tools = run(problem, n_threads, rounds, folder)
            peers, key = tools.rows(problem["key"]), problem["key"]
            ours = min(k[key]["min"] for k in kernels.values())
            data["problems"][name][str(n_threads)] = {
                "kernels": kernels, "peers": peers, "best": best_of_tools(peers, key),
                "ratios": {label: p[key]["min"] / ours for label, p in peers.items()}}
            data["missing"].update(tools.missing)
            known.update(versions(tools))
            blas |= tools.blas
    data["versions"] = {**known, "blas": sorted(blas)}
    return data


def shown(name, ns):
    value = ns / PROBLEMS[name]["unit"][1]
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def fastest_kernels(group, key):
    return min(group["kernels"].items(), key=lambda item: item[1][key]["min"])


def threads_of(data):
    return sorted(next(iter(data["problems"].values())), key=int)


def words(n_threads):
    return "1 thread" if n_threads == "1" else f"{n_threads} threads"


def cell(data, name, n_threads, tool):
    group, key = data["problems"][name][n_threads], PROBLEMS[name]["key"]
    if tool is None:
        return f"**{shown(name, fastest_kernels(group, key)[1][key]['min'])}**"
    label = group["best"].get(tool)
    return f"{shown(name, group['peers'][label][key]['min'])} ({group['ratios'][label]:,.1f}×)" if label else ""


def overview(data):
    """One row a tool, the fastest way of each."""
    columns = [(name, n_threads) for name in PROBLEMS for n_threads in threads_of(data)]
    rows = ["The fastest way of each tool; trajectories in ns per state-step, spectra in µs per step and trial; in brackets "
            "how many times ours.", "",
            "| | " + " | ".join(f"{PROBLEMS[name]['short']}, {words(n)}" for name, n in columns) + " |",
            "|---|" + "--:|" * len(columns)]
    first = threads_of(data)[0]
    groups = [data["problems"][name][first] for name in PROBLEMS]

    def rank(tool):
        return min(group["ratios"][group["best"][tool]] for group in groups if tool in group["best"])

    found = {tool for group in groups for tool in group["best"]}
    for tool in [None, *sorted(found, key=rank)]:
        title = TOOLS[tool] if tool else "**rnnchaos**"
        rows.append(f"| {title} | " + " | ".join(cell(data, name, n, tool) for name, n in columns) + " |")
    best = [min(data["problems"][name][n]["ratios"].values()) for name, n in columns]
    return [*rows, "| the fastest of them, times ours | " + " | ".join(f"**{ratio:.1f}**" for ratio in best) + " |"]


def all_ways(data, name):
    """Every peer of one problem."""
    problem, groups, key = PROBLEMS[name], data["problems"][name], PROBLEMS[name]["key"]
    labels = {}
    for n_threads in threads_of(data):
        fastest, entry = fastest_kernels(groups[n_threads], key)
        labels.setdefault(f"**rnnchaos, {fastest}**", {})[n_threads] = entry[key], 1.0
        for label, peer in groups[n_threads]["peers"].items():
            labels.setdefault(label, {})[n_threads] = peer[key], groups[n_threads]["ratios"][label]
    rows = [f"**{problem['title']}, {problem['unit'][0]}.**", "",
            "| | " + " | ".join(f"{words(n)} | median | × ours" for n in threads_of(data)) + " |",
            "|---|" + "--:|--:|--:|" * len(threads_of(data))]
    for label, times in sorted(labels.items(), key=lambda item: min(ratio for _, ratio in item[1].values())):
        cells = [f"{shown(name, times[n][0]['min'])} | {shown(name, times[n][0]['median'])} | {times[n][1]:,.1f}"
                 if n in times else " | | " for n in threads_of(data)]
        rows.append(f"| {label} | " + " | ".join(cells) + " |")
    return [*rows, ""]


def notes(data):
    machine_, with_ = data["machine"], data["versions"]
    tools = ", ".join(f"{TOOLS[tool]} {with_[tool]}" for tool in TOOLS if tool in with_)
    gaps = [max(peer["gap"] for group in data["problems"][name].values() for peer in group["peers"].values())
            for name in PROBLEMS]
    missing = "".join(f" Not to be had: {label} ({reason})." for label, reason in data["missing"].items())
    return (f"Measured by `script/bench peers` on {data['date'][:10]}: {machine_['processor']} (family/model "
            f"{machine_['family_model']}), {machine_['cores']} cores{', virtual' if machine_['hypervisor'] else ''}, load "
            f"{data['load']:.1f}; {with_['compiler']}, {tools}, {', '.join(with_['blas'])}. The network of session "
            f"{data['session']} at g = {data['gain']:g}, N = 200, float64 everywhere; QR every 100 steps. Least of many short "
            "measurements taken in turns; processor time on one thread, time on the clock on more. Before it is timed "
            f"every peer has taken the same steps from the same states with the same W: states {gaps[0]:.0e} apart at most "
            f"after 20 steps, sums of ln R_ii {max(gaps[1:]):.0e} after 300.{missing}")


def table(data):
    ways = [line for name in PROBLEMS for line in all_ways(data, name)]
    return "\n".join([*overview(data), "", *ways, notes(data)])


def draw(data):
    panels = [{"title": problem["title"], "unit": problem["unit"][0], "groups": [
        {"threads": words(n), "times": {
            "rnnchaos": fastest_kernels(group, problem["key"])[1][problem["key"]]["min"] / problem["unit"][1],
            **{TOOLS[tool]: group["peers"][label][problem["key"]]["min"] / problem["unit"][1]
               for tool, label in group["best"].items()}}} for n, group in data["problems"][name].items()]}
        for name, problem in PROBLEMS.items()]
    subprocess.run([PYTHON, str(ROOT / "bench" / "peers" / "figure.py"), str(ROOT / FIGURE)], check=True, text=True,
                   input=json.dumps(panels))


def write(data, text):
    draw(data)
    fill_block("README.md", NAME, "\n".join([f"![Time that each tool takes, as bars on a log scale]({FIGURE})", "",
                                             *overview(data), "", notes(data)]))
    fill_block("docs/performance.md", NAME, "\n".join([f"![The figure]({os.path.basename(FIGURE)})", "", text]))


def main():
    """part_peers.py HISTORY.json: the figure and the tables from what is kept."""
    with open(sys.argv[1], encoding="utf-8") as file:
        data = json.load(file)
    write(data, table(data))


if __name__ == "__main__":
    main()
