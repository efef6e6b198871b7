"""script/bench: runs our programs and those of others in turns, and reports the least time of each.

Other programs on the machine only ever add time, so the least of many short measurements is the steadiest; the
medians are kept beside it."""
import argparse
import json
import sys

import part_growth
import part_kernels
import part_large
import part_peers
import part_spectrum
from common import keep

PARTS = {part.NAME: part for part in (part_kernels, part_spectrum, part_large, part_peers, part_growth)}
ALL = part_kernels, part_spectrum  # without what must be downloaded, or takes minutes and gigabytes


def main():
    parser = argparse.ArgumentParser(prog="script/bench")
    parser.add_argument("part", nargs="?", default="kernels", choices=[*PARTS, "all"])
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--quick", action="store_true", help="one round, and nothing is kept: to see whether all works")
    parser.add_argument("--docs", action="store_true", help="put the tables (and figures) into README.md and docs/")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the tables")
    options = parser.parse_args()
    if options.quick and options.docs:
        parser.error("--quick measures too little for --docs")
    for part in ALL if options.part == "all" else [PARTS[options.part]]:
        data = part.measure(1 if options.quick else options.rounds)
        text = part.table(data)
        print(json.dumps(data, indent=1, ensure_ascii=False) if options.json else text)
        if not options.quick:
            print("kept in", keep(data), file=sys.stderr)
        if options.docs:
            part.write(data, text)


if __name__ == "__main__":
    main()
