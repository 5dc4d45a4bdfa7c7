"""The tables of docs/handover.md, from what `run` measured."""
from figures import percentiles
from instrument import DIRECTIONS

HEADINGS = {"break-before-make": "One link, left before the other is joined",
            "make-before-break": "Two links, the other one preferred while both work",
            "silent": "Two links, the one in use falls silent",
            "blackout": "No link for a while"}
FOREVER = 60_000  # ms, stands for what did not end


def tables(content):
    """Markdown."""
    by_kind = {}
    for result in sorted(content["conditions"], key=order):
        by_kind.setdefault(result["kind"], []).append(result)
    unmoved = {where(result): result for result in by_kind.get("unmoved", [])}
    parts = [f"Measured {', '.join(sorted({result['at'][:10] for result in content['conditions']}))} on "
             f"{content['machine']}."]
    for kind, heading in HEADINGS.items():
        if kind in by_kind:
            parts.append(f"### {heading} (`{kind}`)\n\n" + table(kind, by_kind[kind], unmoved))
    if "restless" in by_kind:
        parts.append("### A move each half second, for a minute (`restless`)\n\n" + restless(by_kind["restless"]))
    if unmoved:
        parts.append("### No moves (`unmoved`)\n\nWhat the links, the programs and the instrument do by themselves, in "
                     "as many equal stretches.\n\n" + table("unmoved", unmoved.values(), {}))
    return "\n\n".join(parts)


def order(result):
    return result["kind"], result["delay_ms"], result["loss_percent"], result["peer"]


def where(result):
    return result["peer"], result["delay_ms"], result["loss_percent"]


def table(kind, results, unmoved):
    measures = {"break-before-make": ("from_usable", "from_lost"), "blackout": ("from_usable", "from_lost"),
                "silent": ("from_lost",)}.get(kind, ("silence",))
    names = {"from_usable": "from the address", "from_lost": "from the link's loss", "silence": "longest silence"}
    gaps = [f"{names[measure]}, {direction}" for measure in measures for direction in DIRECTIONS]
    columns = ["link", "program", *gaps, "lost", *(["of all", "unmoved", "a move"] if unmoved else []), "twice",
               "out of order", "TCP up", "TCP down"]
    return lines(columns, [row(result, measures, unmoved) for result in results])


def row(result, measures, unmoved):
    cells = [f"{result['delay_ms']:g} ms, {result['loss_percent']:g} %", result["peer"]]
    cells += [spread(sample[direction][measure] for sample in result["samples"])
              for measure in measures for direction in DIRECTIONS]
    cells += losses(result, unmoved)
    cells += [str(sum(result["total"][direction][what] for direction in DIRECTIONS))
              for what in ("duplicated", "reordered")]
    return cells + [spread((sample[f"tcp_{direction}"] for sample in result["samples"]
                            if sample[f"tcp_{direction}"] is not None), ("p50", "max")) for direction in DIRECTIONS]


def losses(result, unmoved):
    """How many datagrams, in both directions; which share of those that the system took; the share that the same links
    lose without moves; how many that makes for each move, beyond these."""
    taken, lost = taken_and_lost(result)
    if not unmoved:
        return [f"{lost} ({lost / taken:.2%})" if lost else "0"]
    control = unmoved.get(where(result))
    if not control:
        return [str(lost), f"{lost / taken:.2%}", "", ""]
    taken_unmoved, lost_unmoved = taken_and_lost(control)
    more = (lost - taken * lost_unmoved / taken_unmoved) / result["moves"]
    return [str(lost), f"{lost / taken:.2%}", f"{lost_unmoved / taken_unmoved:.2%}", f"{more:.1f}" if more else "0"]


def taken_and_lost(result):
    sums = [result["total"][direction] for direction in DIRECTIONS]
    return sum(each["sent"] - each["refused"] for each in sums), sum(each["lost"] for each in sums)


def spread(values, parts=("p50", "p95", "max")):
    found = percentiles([FOREVER if value is None else value for value in values])
    return "-" if not found else " / ".join(short(found[part]) for part in parts)


def short(value):
    return "never" if value >= FOREVER else f"{value:.1f}" if value < 10 else f"{value:.0f}"


def restless(results):
    columns = ["link", "program", "moves", "longest stall of TCP, up", "down", "lost"]
    rows = [[f"{result['delay_ms']:g} ms, {result['loss_percent']:g} %", result["peer"], str(result["moves"]),
             *(short(max(sample[f"tcp_{direction}"] or 0 for sample in result["samples"])) for direction in DIRECTIONS),
             *losses(result, {})] for result in results]
    return lines(columns, rows)


def lines(columns, rows):
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (columns, ["---"] * len(columns), *rows))
