"""Tables of what tests/bench/run measured, in Markdown: the form of docs/performance.md."""
import statistics

from measures import MEASURES, OF_TUNNELS


def table(peers, baseline):
    """A row for each measure, a column for each peer: median [least-most], and its ratio to the baseline's median."""
    rows = [["", *peers], ["---"] * (len(peers) + 1)]
    for name, measure in MEASURES.items():
        if any(peer["samples"].get(name) for peer in peers.values()):
            base = median(peers[baseline], name)
            rows.append([str(measure), *(cell(peer, name, None if who in (baseline, "direct") else base)
                                         for who, peer in peers.items())])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def median(peer, name):
    samples = peer["samples"].get(name)
    return statistics.median(samples) if samples else None


def cell(peer, name, base):
    samples = peer["samples"].get(name)
    if not samples:
        return "" if name in OF_TUNNELS else "failed" if peer["failures"] else "-"
    middle = statistics.median(samples)
    spread = f" [{number(min(samples))}–{number(max(samples))}]" if len(samples) > 1 else ""
    return number(middle) + spread + (f", {number(middle / base)}×" if base else "")


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def page(run):
    """All of a run. `run` is what the JSON file holds."""
    parts = [f"Measured {run['at']} on {run['machine']}; iperf3 for {run['seconds']} s each, rounds of interleaved peers: "
             f"{run['rounds']}; load before them {', '.join(f'{load:.1f}' for load in run['load'])}. Median [least–most], "
             f"ratio to {run['baseline']}; ↑: more is better, ↓: less is."]
    for offload, peers in run["offload"].items():
        parts += [f"Links with offloads {offload}:", table(peers, run["baseline"]),
                  "\n".join(f"- {name}: {peer['about']}" for name, peer in peers.items() if peer["about"])]
        failures = [f"- {name} failed: {failure}" for name, peer in peers.items() for failure in peer["failures"]]
        parts += ["\n".join(failures)] if failures else []
    return "\n\n".join(parts) + "\n"
