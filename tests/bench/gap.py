#!/usr/bin/python3
"""The gap of break-before-make moves between two links of 20 ms delay: from the instant the new address is usable to the
first answer of a ping that never stops. Prints a line of JSON.  gap.py [MOVES] [--plain]"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import silence  # noqa: E402
from deployment import Deployment  # noqa: E402
from topology import Topology  # noqa: E402

DELAY = 20  # ms, one way
silence.RATE = 500  # echo requests a second: the answer's time is known to 2 ms


def percentile(values, part):
    return round(sorted(values)[min(len(values) - 1, int(len(values) * part))], 1)


def main(moves, protection):
    with Topology(impair={"A": f"--delay {DELAY}", "B": f"--delay {DELAY}"}) as topology:
        deployment = Deployment(topology, protection=protection)
        topology.plug("A")
        deployment.start_all()
        deployment.wait_registered(topology.care_of_address("A"))
        pinger = silence.Pinger(topology).under_way()
        felt, told = [], []
        for move in range(moves):
            moved = deployment.move("BA"[move % 2])
            felt.append(pinger.gap(moved, settle=0.3)[1])
            told.append(moved["status"]["handovers"]["last"]["gap_ms"])
        pinger.stop()
        deployment.stop("mn", "ha")
    figures = {name: {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95), "max": round(max(values), 1)}
               for name, values in (("gap_ms", felt), ("registration_ms", told))}
    print(json.dumps({"moves": moves, "round_trip_ms": 2 * DELAY, "protection": protection} | figures))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    main(numbers[0] if numbers else 100, "plain" if "--plain" in sys.argv else "sealed")
