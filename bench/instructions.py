"""Instructions of our own code in fixed workloads, counted by callgrind: not disturbed by anything else on the machine.

    script/bench instructions            prints them, beside those kept
    script/bench instructions --keep     keeps them in bench/instructions.json
    script/check instructions            fails if one has grown by more than TOLERANCE

Valgrind knows no AVX-512: the kernels are those of AVX2. Libraries are left out, since their counts depend on the
processor. Another compiler makes other code: with one, nothing is compared."""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

from common import COMMAND, ROOT, compiler

KEPT = ROOT / "bench" / "instructions.json"
TOLERANCE = 0.02
TANGENTS = str(ROOT / "build" / "bench" / "spectrum")  # `start`: 2000 steps of the states, then blocks of 100 and one QR
STUDY = ["200", "20", "1", "16"]  # neurons, connections of each, session, gain
WORKLOADS = {
    "a network of the study": [COMMAND, "network", "--session", "1", "-o", "FOLDER/network.npz"],
    "20 trials and their twins, 300 steps": [
        COMMAND, "run", "--set", "sessions=[1]", "--set", "gains=[16]", "--set", "exponents.count=0", "--set",
        "dynamics.duration_ms=300", "--set", "record.duration_ms=10", "--no-figure", "--threads", "1", "--kernels",
        "avx2", "-o", "FOLDER/out"],
    "3 tangents of 8 trials, 1000 steps": [TANGENTS, "start", *STUDY, "3", "8", "100", "10"],
    "10 tangents of 8 trials, 1000 steps": [TANGENTS, "start", *STUDY, "10", "8", "100", "10"],
    "200 tangents of one trial, 200 steps": [TANGENTS, "start", *STUDY, "200", "1", "100", "2"],
}  # fmt: skip


def own_instructions(path, program):
    """The self cost of a program without its libraries, from a file of callgrind: lines `position cost`; the line after `calls=` is what
    the called function cost, and no self cost."""
    own = called = False
    names, total = {}, 0
    for line in path:
        name = re.match(r"ob=\((\d+)\)(?: (.*))?", line)
        if name:
            if name.group(2):
                names[name.group(1)] = name.group(2).strip()
            own = names[name.group(1)] == program
        elif line.startswith("cob="):  # names may appear here first
            name = re.match(r"cob=\((\d+)\) (.*)", line)
            if name:
                names[name.group(1)] = name.group(2).strip()
        elif line.startswith("calls="):
            called = True
        elif line[0] in "+-*0123456789":
            total += int(line.split()[1]) if own and not called else 0
            called = False
    return total


def count(arguments, folder):
    out = f"{folder}/callgrind"
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"} | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}",
                           *(word.replace("FOLDER", folder) for word in arguments)],
                          env=environment, capture_output=True)  # fmt: skip
    if done.returncode != 0:
        sys.exit(f"instructions: {' '.join(arguments)} failed:\n{done.stderr.decode()[-2000:]}")
    with open(out) as file:
        return own_instructions(file, arguments[0])


def main():
    parser = argparse.ArgumentParser(prog="script/bench instructions")
    parser.add_argument("--keep", action="store_true", help="keep the counts")
    parser.add_argument("--check", action="store_true", help="fail if one has grown")
    options = parser.parse_args()
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {"compiler": None, "instructions": {}}
    with tempfile.TemporaryDirectory() as folder:
        counts = {name: count(arguments, folder) for name, arguments in WORKLOADS.items()}
    same = kept["compiler"] == compiler()
    grown = []
    for name, n in counts.items():
        old = kept["instructions"].get(name)
        change = f"{100 * (n / old - 1):+.2f} %" if old and same else ""
        print(f"{n / 1e6:10.1f} M  {change:>9}  {name}")
        if old and same and n > old * (1 + TOLERANCE):
            grown.append(name)
    if not same:
        print(f"compiled by {compiler()}, kept are counts of {kept['compiler']}: nothing is compared")
    if options.keep:
        KEPT.write_text(json.dumps({"compiler": compiler(), "command": "script/bench instructions --keep",
                                    "instructions": counts}, indent=1) + "\n")  # fmt: skip
    if options.check and grown:
        sys.exit(f"more than {100 * TOLERANCE:g} % more instructions: {'; '.join(grown)}")


if __name__ == "__main__":
    main()
