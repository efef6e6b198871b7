"""script/bench: runs bench/kernels, bench/peers.py and the command in turns, and reports the least time of each.

Other programs on the machine only ever add time, so the least of many short measurements is the steadiest; the
medians are kept beside it. This file imports nothing large: a child's peak memory is never below its parent's."""
import argparse
import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = str(ROOT / "build" / "rnnchaos")
KERNELS = str(ROOT / "build" / "bench" / "kernels")
SESSION, GAIN = "1", "16"
ONE_BY_ONE = "Python, one neuron after another"


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def lines(*command):
    return [json.loads(line) for line in output(*command).splitlines()]


def least(rows):
    """The least of the least, the median of the medians."""
    times = [row if isinstance(row, dict) else {"min": row, "median": row} for row in rows]
    return {"min": min(t["min"] for t in times), "median": statistics.median(t["median"] for t in times)}


def spawn(*command):
    """Wall time in seconds and peak memory in MB (10^6 bytes)."""
    quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
    start = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(child, 0)
    elapsed = time.perf_counter() - start
    if status != 0:
        sys.exit(f"bench: {' '.join(command)} failed")
    return elapsed, usage.ru_maxrss * 1024 / 1e6


def compiler():
    return output("cc", "--version").splitlines()[0]


def machine():
    fields = {}
    for line in output("lscpu").splitlines():
        key, _, value = line.partition(":")
        fields[key.strip()] = value.strip()
    return {
        "processor": fields.get("Model name", "?"),
        "family_model": f"{fields.get('CPU family', '?')}/{fields.get('Model', '?')}",
        "cores": os.cpu_count(),
        "caches": {k: v for k, v in fields.items() if k.endswith("cache")},
        "system": f"{platform.system()} {platform.release()}",
        "hypervisor": fields.get("Hypervisor vendor"),
    }


def measure(rounds):
    kernels, peers, runs, helps = {}, {}, [], []
    with tempfile.TemporaryDirectory() as folder:
        network, states = f"{folder}/network.npz", f"{folder}/states"
        output(COMMAND, "network", "--session", SESSION, "-o", network)
        with open(states, "wb") as file:
            subprocess.run([KERNELS, "states", SESSION, GAIN, "20"], check=True, stdout=file)
        for number in range(rounds):
            if sys.stderr.isatty():
                print(f"\rround {number + 1} of {rounds}", end="", file=sys.stderr, flush=True)
            for row in lines(KERNELS, "time", SESSION, GAIN, "30"):
                kernels.setdefault(row["kernels"], []).append(row)
            for row in lines(sys.executable, str(ROOT / "bench" / "peers.py"), network, states, GAIN, "0.5"):
                peers.setdefault(row["peer"], []).append(row)
            runs.append(spawn(COMMAND, "run", "-o", f"{folder}/results", "--force", "--quiet",
                              "--set", "exponents.count=0"))
            helps += [spawn(COMMAND, "--help") for _ in range(10)]
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return kernels, peers, runs, helps


def summary(kernels, peers, runs, helps):
    first = next(iter(kernels.values()))[0]
    peer = next(iter(peers.values()))[0]
    data = {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": output("git", "-C", str(ROOT), "describe", "--always", "--dirty").strip(),
        "machine": machine(),
        "load": os.getloadavg()[1],
        "versions": {"compiler": compiler(), **peer["versions"], "blas": peer["blas"]},
        "network": {"session": int(SESSION), "gain": float(GAIN), "neurons": first["neurons"],
                    "connections": first["connections"], "lanes": first["lanes"]},
        "kernels": {},
        "peers": {},
    }
    for name, rows in kernels.items():
        step, tanh, multiply_add = (least([r[key] for r in rows]) for key in
                                    ("state_step_ns", "tanh_ns", "multiply_add_ns"))
        bound = {"multiply_adds_ns": multiply_add["min"] * first["connections"], "tanh_ns": tanh["min"] * first["neurons"]}
        data["kernels"][name] = {"state_step_ns": step, "bound": bound,
                                 "share_of_bound": sum(bound.values()) / step["min"]}
    for label, rows in peers.items():
        data["peers"][label] = {"state_step_ns": least([r["state_step_ns"] for r in rows]),
                                "largest_gap": max(r["largest_gap"] for r in rows)}
    ours = min(k["state_step_ns"]["min"] for k in data["kernels"].values())
    times = {label: p["state_step_ns"]["min"] for label, p in data["peers"].items()}
    data["ratios"] = {"one_by_one": times.pop(ONE_BY_ONE) / ours, "best_peer": min(times.values()) / ours}
    data["command"] = {"run_s": least([seconds for seconds, _ in runs]), "run_peak_mb": max(mb for _, mb in runs),
                       "help_ms": least([1e3 * seconds for seconds, _ in helps]), "n_help": len(helps)}
    return data


def table(data):
    ours = min(k["state_step_ns"]["min"] for k in data["kernels"].values())
    network, machine_, versions = data["network"], data["machine"], data["versions"]
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
             f"Measured by `script/bench` on {data['date'][:10]}: {machine_['processor']} (family/model "
             f"{machine_['family_model']}), {machine_['cores']} cores"
             f"{', virtual' if machine_['hypervisor'] else ''}, load {data['load']:.1f}; {versions['compiler']}, NumPy {versions['numpy']}, "
             f"SciPy {versions['scipy']}, {', '.join(versions['blas'])}. Least of many short measurements taken in "
             f"turns; {network['lanes']} states side by side everywhere (but for one neuron after another), peers on "
             "one thread, OPENBLAS_CORETYPE unset, their first 20 steps equal to the kernels' within 10⁻¹². "
             "The machine's speed: as many multiply-adds from its first-level cache, plus the kernel's tanh alone, one "
             "after the other; a step overlaps them, so that a share may pass 100 %."]
    return "\n".join(rows)


def fill_readme(text):
    readme = ROOT / "README.md"
    old = readme.read_text(encoding="utf-8") if readme.exists() else ""
    block = re.compile(r"(<!-- bench -->\n).*?(<!-- /?bench -->)", re.DOTALL)
    if not block.search(old):
        sys.exit("bench: README.md has no <!-- bench --> block")
    readme.write_text(block.sub(lambda m: m[1] + text + "\n" + m[2], old, count=1), encoding="utf-8")


def keep(data):
    folder = ROOT / "bench" / "history"
    folder.mkdir(exist_ok=True)
    path = folder / (re.sub(r"[-:]", "", data["date"]) + ".json")
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path.relative_to(ROOT)


def main():
    parser = argparse.ArgumentParser(prog="script/bench")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--readme", action="store_true", help="put the table into README.md")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    options = parser.parse_args()
    data = summary(*measure(options.rounds))
    text = table(data)
    print(json.dumps(data, indent=1, ensure_ascii=False) if options.json else text)
    print("kept in", keep(data), file=sys.stderr)
    if options.readme:
        fill_readme(text)


if __name__ == "__main__":
    main()
