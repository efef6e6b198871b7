"""script/bench: runs our programs and those of others in turns, and reports the least time of each.

Other programs on the machine only ever add time, so the least of many short measurements is the steadiest; the
medians are kept beside it."""
import argparse
import json
import sys

import part_kernels
import part_spectrum
from common import fill_block, keep

PARTS = {part.NAME: part for part in (part_kernels, part_spectrum)}


def main():
    parser = argparse.ArgumentParser(prog="script/bench")
    parser.add_argument("part", nargs="?", default="kernels", choices=[*PARTS, "all"])
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--docs", action="store_true",
                        help="put the tables into " + " and ".join(p.DOCUMENT for p in PARTS.values()))
    parser.add_argument("--json", action="store_true", help="print JSON instead of the tables")
    options = parser.parse_args()
    for part in PARTS.values() if options.part == "all" else [PARTS[options.part]]:
        data = part.measure(options.rounds)
        text = part.table(data)
        print(json.dumps(data, indent=1, ensure_ascii=False) if options.json else text)
        print("kept in", keep(data), file=sys.stderr)
        if options.docs:
            fill_block(part.DOCUMENT, part.BLOCK, text)


if __name__ == "__main__":
    main()
