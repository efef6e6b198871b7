"""script/bench kernels: bench/kernels, NumPy, SciPy and plain Python, and the command in turns."""
import subprocess
import sys
import tempfile

from children import Tools
from common import COMMAND, ROOT, fill_block, header, least, lines, output, provenance, show_round, spawn, versions

NAME = "kernels"
KERNELS = str(ROOT / "build" / "bench" / "kernels")
SESSION, GAIN = "1", "16"
ONE_BY_ONE = "Python, one neuron after another"


def prepare(folder, n_threads):
    """What peers need; see bench/peers/work.py."""
    network, states = f"{folder}/network.npz", f"{folder}/states{n_threads}"
    output(COMMAND, "network", "--session", SESSION, "-o", network)
    with open(states, "wb") as file:
        subprocess.run([KERNELS, "states", SESSION, GAIN, "20", str(n_threads)], check=True, stdout=file)
    return {"network": network, "states": states, "gain": float(GAIN)}


def measure(rounds):
    kernels, runs, helps = {}, [], []
    with tempfile.TemporaryDirectory() as folder, \
            Tools(sys.executable, ("numpy", "scipy", "python"), "Steps", 1, prepare(folder, 1)) as tools:
        for number in range(rounds):
            show_round(number, rounds)
            for row in lines(KERNELS, "time", SESSION, GAIN, "30"):
                kernels.setdefault(row["kernels"], []).append(row)
            tools.turn(0.5)
            runs.append(spawn(COMMAND, "run", "-o", f"{folder}/results", "--force", "--quiet",
                              "--set", "exponents.count=0"))
            helps += [spawn(COMMAND, "--help") for _ in range(10)]
    return summary(kernels, tools, runs, helps)


def summary(kernels, tools, runs, helps):
    first = next(iter(kernels.values()))[0]
    data = {
        **header(NAME),
        "versions": versions(tools),
        "network": {"session": int(SESSION), "gain": float(GAIN), "neurons": first["neurons"],
                    "connections": first["connections"], "lanes": first["lanes"]},
        "kernels": {},
        "peers": tools.rows("state_step_ns"),
    }
    for name, rows in kernels.items():
        step, tanh, multiply_add = (least([r[key] for r in rows]) for key in
                                    ("state_step_ns", "tanh_ns", "multiply_add_ns"))
        bound = {"multiply_adds_ns": multiply_add["min"] * first["connections"], "tanh_ns": tanh["min"] * first["neurons"]}
        data["kernels"][name] = {"state_step_ns": step, "bound": bound,
                                 "share_of_bound": sum(bound.values()) / step["min"]}
    ours = min(k["state_step_ns"]["min"] for k in data["kernels"].values())
    times = {label: p["state_step_ns"]["min"] for label, p in data["peers"].items()}
    data["ratios"] = {"one_by_one": times.pop(ONE_BY_ONE) / ours, "best_peer": min(times.values()) / ours}
    data["command"] = {"run_s": least([seconds for seconds, _ in runs]), "run_peak_mb": max(mb for _, mb in runs),
                       "help_ms": least([1e3 * seconds for seconds, _ in helps]), "n_help": len(helps)}
    return data


def table(data):
    ours = min(k["state_step_ns"]["min"] for k in data["kernels"].values())
    network, machine_ = data["network"], data["machine"]
    rows = [f"One core, nanoseconds per state-step: one state of {network['neurons']} neurons "
            f"({network['connections']} connections, session {network['session']}) advanced by one step.", "",
            "| | ns | × the fastest | at the machine's speed: multiply-adds + tanh | share of that |", "|---|--:|--:|--:|--:|"]
    for name, k in sorted(data["kernels"].items(), key=lambda item: item[1]["state_step_ns"]["min"]):
        step, bound = k["state_step_ns"]["min"], k["bound"]
        rows.append(f"| **rnnchaos, {name}** | {step:,.0f} | {step / ours:,.1f} | {bound['multiply_adds_ns']:.0f} + "
                    f"{bound['tanh_ns']:.0f} | {100 * k['share_of_bound']:.0f} % |")
    for label, p in sorted(data["peers"].items(), key=lambda item: item[1]["state_step_ns"]["min"]):
        step = p["state_step_ns"]["min"]
        rows.append(f"| {label} | {step:,.0f} | {step / ours:,.1f} | | |")
    command, ratios = data["command"], data["ratios"]
    rows += ["", "| | measured | aim |", "|---|--:|--:|",
             f"| the original's way, one neuron after another, takes | {ratios['one_by_one']:,.0f} times as long | ≥ 700 |",
             f"| the best of NumPy and SciPy takes | {ratios['best_peer']:.1f} times as long | ≥ 5 |",
             f"| `rnnchaos run --set exponents.count=0`, the published study and its figure, {machine_['cores']} cores | "
             f"{command['run_s']['min']:.2f} s (median {command['run_s']['median']:.2f}) | < 4 s |",
             f"| its peak memory | {command['run_peak_mb']:.0f} MB | < 150 MB |",
             f"| `rnnchaos --help`, least of {command['n_help']} | {command['help_ms']['min']:.1f} ms "
             f"(median {command['help_ms']['median']:.1f}) | < 20 ms |", "",
             f"{provenance(data, '')} Least of many short measurements taken in "
             f"turns; {network['lanes']} states side by side everywhere (but for one neuron after another), peers on "
             "one thread, OPENBLAS_CORETYPE unset, their first 20 steps equal to the kernels' within 10⁻¹². "
             "The machine's speed: as many multiply-adds from its first-level cache, plus the kernel's tanh alone, one "
             "after the other; a step overlaps them, so that a share may pass 100 %."]
    return "\n".join(rows)


def write(data, text):
    fill_block("README.md", "bench", text)
