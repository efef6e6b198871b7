"""Counts the tests of JUnit reports: "N passed, N failed"; exit status 1 if any failed or none ran.

Meson's reports have one case a program; the tests inside are read from what cmocka printed."""

import os
import re
import sys
import xml.etree.ElementTree

passed, failed, skipped = [], [], []


def count_case(case):
    name = f"{case.get('classname', '')} {case.get('name')}"
    printed = "".join(case.itertext())
    inside = {
        mark: [f"{name} / {test}" for test in re.findall(rf"^\[ +{mark} \] (\w+)$", printed, re.MULTILINE)]
        for mark in ("OK", "FAILED", "SKIPPED")
    }
    is_failed = case.find("failure") is not None or case.find("error") is not None
    is_skipped = case.find("skipped") is not None
    passed.extend(inside["OK"] or [name] * (not is_failed and not is_skipped))
    failed.extend(sorted(set(inside["FAILED"])) or [name] * is_failed)
    skipped.extend(sorted(set(inside["SKIPPED"])) or [name] * is_skipped)


for path in sys.argv[1:]:
    if not os.path.exists(path):
        failed.append(f"{path} was not written")
        continue
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        count_case(case)

for name in failed:
    print("failed:", name)
for name in skipped:
    print("skipped:", name)
print(f"{len(passed)} passed, {len(failed)} failed")
sys.exit(bool(failed) or not passed)
