"""What the parts of script/bench share. Nothing large is imported: a child's peak memory is never below its
parent's."""
import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = str(ROOT / "build" / "rnnchaos")


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


def versions(tools):
    """Ours and those of the peers, see children.py."""
    return {"compiler": compiler(), **tools.versions, "blas": sorted(tools.blas)}


def header(part):
    return {
        "part": part,
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": output("git", "-C", str(ROOT), "describe", "--always", "--dirty").strip(),
        "machine": machine(),
        "load": os.getloadavg()[1],
    }


def provenance(data, part):
    """When, where and with what."""
    machine_, with_ = data["machine"], data["versions"]
    return (f"Measured by `script/bench{part}` on {data['date'][:10]}: {machine_['processor']} (family/model "
            f"{machine_['family_model']}), {machine_['cores']} cores{', virtual' if machine_['hypervisor'] else ''}, "
            f"load {data['load']:.1f}; {with_['compiler']}, NumPy {with_['numpy']}, SciPy {with_['scipy']}, "
            f"{', '.join(with_['blas'])}.")


def show_round(number, rounds):
    if sys.stderr.isatty():
        print(f"\rround {number + 1} of {rounds}", end="\n" if number + 1 == rounds else "", file=sys.stderr, flush=True)


def fill_block(document, name, text):
    """Puts a table between a document's <!-- name --> and <!-- /name -->."""
    path = ROOT / document
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not block.search(old):
        sys.exit(f"bench: {document} has no <!-- {name} --> block")
    path.write_text(block.sub(lambda m: m[1] + text + "\n" + m[2], old, count=1), encoding="utf-8")


def keep(data):
    folder = ROOT / "bench" / "history"
    folder.mkdir(exist_ok=True)
    path = folder / f"{re.sub(r'[-:]', '', data['date'])}-{data['part']}.json"
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path.relative_to(ROOT)
