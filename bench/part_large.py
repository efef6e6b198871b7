"""script/bench large: drawing large networks and advancing them, beside what bounds either."""
from common import ROOT, compiler, fill_block, header, lines, show_round

NAME, DOCUMENT, BLOCK = "large", "docs/performance.md", "large"
LARGE = str(ROOT / "build" / "bench" / "large")

IN_DEGREE, SIZES, LANES, THREADS = 100, (10**5, 10**6), (8, 40), (1, 2)
SECONDS = {10**5: 1, 10**6: 4}  # of each measurement, in every round


def least_of(old, new):
    """Times are the least of all, sizes the largest."""
    if old is None:
        return new
    return {key: (min if key.endswith("_s") else max)(old[key], new[key]) for key in new}


def measure(rounds):
    data, builds, steps = {**header(NAME), "compiler": compiler()}, {}, {}
    rounds = max(2, rounds // 2)
    for number in range(rounds):
        show_round(number, rounds)
        for neurons in SIZES:
            for threads in THREADS:
                given = [str(neurons), str(IN_DEGREE)], [str(threads), str(SECONDS[neurons])]
                key = neurons, threads
                builds[key] = least_of(builds.get(key), lines(LARGE, "build", *given[0], *given[1])[0])
                for lanes in LANES:
                    row = lines(LARGE, "step", *given[0], str(lanes), *given[1])[0]
                    steps[key, lanes] = least_of(steps.get((key, lanes)), row)
    data["builds"] = [{**row, "share_of_generator": row["draw_s"] / row["build_s"]} for row in builds.values()]
    data["steps"] = [{**row, **bounds(row)} for row in steps.values()]
    return data


def bounds(row):
    """Each weight and column is read once, each state read and written once; each connection fetches a state."""
    moved = 12 * row["connections"] + 16 * row["neurons"] * row["lanes"]
    bandwidth = 12 * row["connections"] / row["read_s"]
    return {"bandwidth": bandwidth, "moved": moved, "share_of_bandwidth": moved / bandwidth / row["step_s"],
            "share_of_gather": row["gather_s"] / row["step_s"]}


def power(n):
    return f"10{'⁵⁶'[len(str(n)) - 6]}"


def table(data):
    about, least = data["machine"], min(data["steps"], key=lambda row: row["share_of_gather"])
    rows = [f"**Drawing** a network, {IN_DEGREE} connections a neuron, `network.streams: row`.", "",
            "| N | threads | seconds | million connections a second | a uniform and a normal each would take | peak bytes a "
            "connection |", "|--:|--:|--:|--:|--:|--:|"]
    for row in data["builds"]:
        rows.append(f"| {power(row['neurons'])} | {row['threads']} | {row['build_s']:.2f} | "
                    f"{1e-6 * row['connections'] / row['build_s']:.0f} | {100 * row['share_of_generator']:.0f} % of that | "
                    f"{row['bytes'] / row['connections']:.1f} |")
    rows += ["", "**A step** of the same networks.", "",
             "| N | lanes | threads | ms a step | ns a connection and lane | share of the bound by random reads | share of the "
             "bandwidth bound | bytes a connection |", "|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for row in data["steps"]:
        each = 1e9 * row["step_s"] / row["connections"] / row["lanes"]
        rows.append(f"| {power(row['neurons'])} | {row['lanes']} | {row['threads']} | {1e3 * row['step_s']:.0f} | {each:.2f} | "
                    f"{100 * row['share_of_gather']:.0f} % | {100 * row['share_of_bandwidth']:.0f} % of "
                    f"{row['bandwidth'] / 1e9:.0f} GB/s | {row['bytes'] / row['connections']:.1f} |")
    rows += ["", "Random reads: one word of every cache line of the states that connections read, found by W's columns, fetched "
             f"ahead as the step does it, and nothing computed; that alone takes {100 * least['share_of_gather']:.0f} % of a "
             "step or more. The bandwidth bound: 12 bytes a connection, 16 a neuron "
             "and lane, at the speed at which W is read in order. Bytes are memory in use, states left out.", "",
             f"Measured by `script/bench large` on {data['date'][:10]}: {about['processor']} (family/model "
             f"{about['family_model']}), {about['cores']} cores{', virtual' if about['hypervisor'] else ''}, load "
             f"{data['load']:.1f}; {data['compiler']}. The least time of many turns."]
    return "\n".join(rows)


def write(_, text):
    fill_block(DOCUMENT, BLOCK, text)
