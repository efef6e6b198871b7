"""script/bench growth: how costs grow, with fitted exponents, and what share of the machine's bound spectra reach."""
import math

import sys

from common import COMMAND, ROOT, compiler, fill_block, header, least, lines, show_round, spawn

NAME = "growth"
DGEMM = [sys.executable, str(ROOT / "bench" / "dgemm.py")]
DENSE = (200, 500, 1000, 2000)  # neurons; 64 lanes
GROWTH, SPECTRUM = (str(ROOT / "build" / "bench" / name) for name in ("growth", "spectrum"))
SESSION, GAIN = "1", "22"

# What is varied, and the exponent that theory gives: of the step of all lanes, of a tangents' step, of a QR.
STEPS = {  # neurons, connections each, lanes
    "N": [(n, 20, 40) for n in (50, 100, 200, 500, 1000, 2000, 5000)],
    "K": [(500, k, 40) for k in (10, 20, 50, 100, 200, 499)],
    "lanes": [(200, 20, lanes) for lanes in (8, 16, 40, 80, 160, 400)],
}
# neurons, connections each, tangents, trials: k from 1 to N, N from 50 to 5000
SPECTRA = [(50, 10, 1, 8), (50, 10, 10, 8), (50, 10, 50, 1),
           (200, 20, 1, 8), (200, 20, 10, 8), (200, 20, 50, 1), (200, 20, 200, 1),
           (200, 199, 200, 1), (500, 499, 500, 1),
           (1000, 100, 1, 8), (1000, 100, 10, 8), (1000, 100, 100, 1), (1000, 100, 1000, 1),
           (2000, 100, 100, 1), (2000, 100, 2000, 1),
           (5000, 100, 10, 8), (5000, 100, 100, 1), (5000, 100, 5000, 1)]
BEYOND = 3e6  # elements of a frame: measured once, its steps few


def slope(points):
    """Of ln y over ln x, by least squares, and its largest step between neighbours."""
    logs = [(math.log(x), math.log(y)) for x, y in points]
    x0, y0 = (sum(values) / len(logs) for values in zip(*logs))
    fitted = sum((x - x0) * (y - y0) for x, y in logs) / sum((x - x0) ** 2 for x, _ in logs)
    return fitted, max((b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(logs, logs[1:]))


def measure_spectrum(size):
    row = lines(SPECTRUM, "time", *map(str, size[:2]), SESSION, GAIN, *map(str, size[2:]), "1")[-1]
    neurons, _, tangents, trials = size
    step, qr, fma = (row[key]["min"] for key in ("bare_step_ns", "qr_ns", "multiply_add_ns"))
    bound = fma * row["connections"] * (tangents + 1)
    return {"neurons": neurons, "connections": row["connections"], "tangents": tangents, "trials": trials,
            "step_ns": step, "qr_ns": qr, "bound_ns": bound, "kernels": row["kernels"]}


def merge(old, new):
    if old is None:
        return new
    return {**new, **{key: min(old[key], new[key]) for key in ("step_ns", "qr_ns")}}


def measure(rounds):
    data = header(NAME)
    machine = {"bandwidth": {}, "tanh_ns": math.inf}
    steps, spectra, threads, dense = {}, {}, {}, {n: {"ns": math.inf, "dgemm_ns": math.inf} for n in DENSE}
    for number in range(max(1, rounds // 3)):
        show_round(number, max(1, rounds // 3))
        for row in lines(GROWTH, "bandwidth"):
            size = str(row["bytes"])
            machine["bandwidth"][size] = max(row["gb_per_s"], machine["bandwidth"].get(size, 0))
        machine["tanh_ns"] = min(machine["tanh_ns"], lines(GROWTH, "tanh")[0]["ns"])
        for sizes in STEPS.values():
            for size in sizes:
                ns = lines(GROWTH, "step", *map(str, size))[0]["ns"]
                steps[size] = min(ns, steps.get(size, math.inf))
        for size in SPECTRA:
            if number == 0 or size[0] * size[2] < BEYOND:
                spectra[size] = merge(spectra.get(size), measure_spectrum(size))
        for n, row in dense.items():
            row["ns"] = min(row["ns"], lines(GROWTH, "step", str(n), str(n - 1), "64")[0]["ns"])
            gemm = lines(*DGEMM, str(n), "64")[0]
            row["dgemm_ns"] = min(row["dgemm_ns"], gemm["ns"])
        for n in (1, 2, 4):
            threads.setdefault(n, []).append(spawn(COMMAND, "run", "-o", str(ROOT / "build" / "bench-growth"), "--force",
                                                   "--quiet", "--no-figure", "--threads", str(n), "--set",
                                                   "exponents.count=0")[0])
    data.update(machine_speed=machine, compiler=compiler(), blas=gemm["blas"], numpy=gemm["numpy"], dense=dense, spectra=list(spectra.values()),
                steps={what: [{"size": size, "ns": steps[size]} for size in sizes] for what, sizes in STEPS.items()},
                threads={str(n): least(times) for n, times in threads.items()})
    data["fits"] = fits(data)
    return data


def fits(data):
    """{what: [against, theory, fitted, steepest]}"""
    step = {what: [(row["size"][("N", "K", "lanes").index(what)], row["ns"]) for row in rows]
            for what, rows in data["steps"].items()}
    spectra = data["spectra"]
    full = [s for s in spectra if s["tangents"] == s["neurons"] and s["connections"] < 0.5 * s["neurons"] ** 2]
    leading = [s for s in spectra if s["neurons"] == 1000]
    found = {f"states: a step against {what}": (1, *slope(points)) for what, points in step.items()}
    found["tangents: a step and connection of full spectra, against N (= k)"] = \
        (1, *slope([(s["neurons"], s["step_ns"] / s["connections"]) for s in full]))
    found["tangents: a step against k + 1, N = 1000"] = (1, *slope([(s["tangents"] + 1, s["step_ns"]) for s in leading]))
    found["QR of a full frame against N (= k)"] = (3, *slope([(s["neurons"], s["qr_ns"]) for s in full]))
    return found


def time_text(ns):
    return f"{ns:,.0f} ns" if ns < 1e4 else f"{ns / 1e3:,.0f} µs" if ns < 1e7 else f"{ns / 1e6:,.0f} ms"


def bytes_text(n):
    return f"{n >> 20} MB" if n >= 1 << 20 else f"{n >> 10} KB"


def table(data):
    speed, threads = data["machine_speed"], {int(n): t["min"] for n, t in data["threads"].items()}
    rows = ["**The machine.** One thread reads "
            + ", ".join(f"{gb:.0f} GB/s from {bytes_text(int(n))}" for n, gb in speed["bandwidth"].items())
            + f"; tanh in bulk takes {speed['tanh_ns']:.2f} ns a value.", "",
            "| what | theory | fitted exponent | steepest between neighbours |", "|---|--:|--:|--:|"]
    for what, (theory, fitted, steepest) in data["fits"].items():
        rows.append(f"| {what} | {theory} | {fitted:.2f} | {steepest:.2f} |")
    one = threads[1]
    rows.append("| the study without exponents against threads | −1 | "
                + ", ".join(f"{one / t:.2f} × with {n}" for n, t in threads.items() if n > 1) + " | |")
    rows += ["", "| dense W, 64 lanes: N | a step | of which tanh | OpenBLAS's W @ R alone takes | of the rest of the step |",
             "|--:|--:|--:|--:|--:|"]
    for n, row in data["dense"].items():
        tanh = speed["tanh_ns"] * 64 * int(n)
        rows.append(f"| {n} | {time_text(row['ns'])} | {time_text(tanh)} | {time_text(row['dgemm_ns'])} | "
                    f"{100 * row['dgemm_ns'] / (row['ns'] - tanh):.0f} % |")
    rows += ["", "| N | connections | k | trials | a step and trial | share of the multiply-add bound | QR, every 100 steps |",
             "|--:|--:|--:|--:|--:|--:|--:|"]
    for s in data["spectra"]:
        rows.append(f"| {s['neurons']} | {s['connections']:,} | {s['tangents']} | {s['trials']} | {time_text(s['step_ns'])} | "
                    f"{100 * s['bound_ns'] / s['step_ns']:.0f} % | {time_text(s['qr_ns'])} |")
    about = data["machine"]
    rows += ["", f"Measured by `script/bench growth` on {data['date'][:10]}: {about['processor']} (family/model "
             f"{about['family_model']}), {about['cores']} cores{', virtual' if about['hypervisor'] else ''}, load "
             f"{data['load']:.1f}; {data['compiler']}, NumPy {data['numpy']}, {data['blas']}; {data['spectra'][0]['kernels']}. Processor time of one thread, the "
             "least of many. The bound is one multiply-add for each connection and each of k + 1 vectors, with operands in the "
             "first-level cache."]
    return "\n".join(rows)


def write(_, text):
    fill_block("docs/performance.md", "growth", text)
