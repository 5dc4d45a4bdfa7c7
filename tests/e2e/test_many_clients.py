"""That tests/bench/many_clients.py works, in small: figures are for it to tell, on a machine of its own."""
import importlib.util
import pathlib

import pytest
from topology import HERE

BENCH = HERE.parent / "bench/many_clients.py"


def measuring():
    specification = importlib.util.spec_from_file_location("many_clients", BENCH)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("up", [False, True], ids=["down", "up"])
def test_small_clients_are_answered_while_large_ones_are_busy(up, report):
    program = measuring()
    if not pathlib.Path(program.GENERATOR).exists():
        pytest.fail(f"not built: {program.GENERATOR}", pytrace=False)
    figures = program.measure(clients=20, bulk=2, each_second=5, seconds=2, rounds=1, up=up)
    assert figures["bindings"] == 22
    together = figures["rounds"][0]["together"]
    assert figures["rounds"][0]["alone"]["loss_percent"] < 50
    assert together["loss_percent"] < 100
    assert len(together["throughput_mbit"]) == 2 and all(share > 0 for share in together["throughput_mbit"])
    assert 0.5 <= together["jain"] <= 1
    report(f"jain {together['jain']}, p99 of the small ones {together['round_trip_ms']['p99']} ms")


def test_fairness_is_one_of_equals_and_least_where_one_has_all():
    jain = measuring().jain
    assert jain([5, 5, 5, 5]) == 1
    assert jain([8, 0, 0, 0]) == 0.25
    assert jain([0, 0]) == 0
