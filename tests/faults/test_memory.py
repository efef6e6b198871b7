"""Memory runs out, at one allocation or for good."""

import pytest
from laboratory import LIBRARY_DEATHS, Fault

ROWS = [
    ("an allocation of ours fails", "own-memory", 1, 10**9, 250, ()),
    ("all allocations of ours fail from one on", "own-memory", 0, 250, 40, ()),
    ("an allocation inside a library fails", "library-memory", 1, 200, 40, LIBRARY_DEATHS),
]


@pytest.mark.parametrize("text, call, times, most, most_of_others, deaths", ROWS, ids=["own-one", "own-all", "library"])
def test_an_allocation_fails(text, call, times, most, most_of_others, deaths, lab, scenes, counts, table):
    cases = []
    for name, scene in scenes.items():
        ns = range(1, counts[name][call] + 1)
        cases += [(scene, n) for n in lab.choose(ns, most if name == "run" else most_of_others, 2)]
    jobs = [
        lambda scene=scene, n=n, k=k: lab.try_fault(scene, Fault(call, n, "ENOMEM", times), k, deaths)
        for k, (scene, n) in enumerate(lab.choose(cases, short=6))
    ]
    table.add(text, lab.try_all(jobs))
