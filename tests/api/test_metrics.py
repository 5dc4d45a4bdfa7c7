"""What Prometheus makes of our metrics, by its own parser."""
import pathlib

from prometheus_client.parser import text_string_to_metric_families

GOLDEN = pathlib.Path(__file__).parent / "golden/metrics.txt"


def families():
    return {family.name: family for family in text_string_to_metric_families(GOLDEN.read_text())}


def test_every_line_is_read():
    lines = [line for line in GOLDEN.read_text().splitlines() if not line.startswith("#")]
    assert sum(len(family.samples) for family in families().values()) == len(lines)


def test_every_family_has_a_type_and_help():
    assert all(family.type != "unknown" and family.documentation for family in families().values())


def test_a_label_says_what_the_name_was():
    client = families()["godwit_client_bytes"]
    assert {sample.labels["name"] for sample in client.samples} == {'a "name" with a \\'}
    assert {sample.labels["direction"]: sample.value for sample in client.samples} == {
        "sent": 1_204_000_000, "received": 90}


def test_the_histogram_grows_up_to_its_count():
    gaps = families()["godwit_handover_gap_seconds"]
    buckets = [sample.value for sample in gaps.samples if sample.name.endswith("_bucket")]
    assert buckets == sorted(buckets) and buckets[-1] == 3
    assert [sample.value for sample in gaps.samples if sample.name.endswith("_count")] == [3]
