"""The comparison with other tunnels and the profile, as far as they can be had without measuring for long."""
import json
import subprocess
import sys
import xml.etree.ElementTree

import pytest
from deployment import programs_missing
from topology import HERE, SLOWNESS

BENCH = HERE.parent / "bench"
FOLDERS = [str(BENCH), str(HERE.parent / "handover")]  # for these imports alone: other stories have modules of the same names
sys.path[:0] = FOLDERS
import bars  # noqa: E402
import flame_graph  # noqa: E402
import samples  # noqa: E402
import summary  # noqa: E402
from measures import MEASURES  # noqa: E402

for folder in FOLDERS:
    sys.path.remove(folder)

SVG = "{http://www.w3.org/2000/svg}"
PERF_SCRIPT = """\
godwit  1053/1054     1000000\x20
\tffffffff81baf3f4 _copy_from_iter ([kernel.kallsyms])
\tffffffff81000130 entry_SYSCALL_64_after_hwframe ([kernel.kallsyms])
\t          10b106 __sendmmsg (/usr/lib/x86_64-linux-gnu/libc.so.6)
\t          2ac365 godwit::runtime::OutboundTunnelWorker::run (/usr/bin/godwit (deleted))
\t           d44a2 [unknown] (/usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30)
\t          1098eb clone3 (/usr/lib/x86_64-linux-gnu/libc.so.6)

godwit  1053/1054     1000000\x20
\t          16da1f __strcmp_evex (/usr/lib/x86_64-linux-gnu/libc.so.6)
\t          243ec2 [unknown] (/usr/lib/x86_64-linux-gnu/libcrypto.so.3)
\t          2fdd5f godwit::datapath::(anonymous namespace)::protect<int, (anonymous namespace)::Kind> (/usr/bin/godwit)

godwit-ha  1048/1048     2000000\x20
\tffffffff82300000 do_syscall_64 ([kernel.kallsyms])
\tffffffff81000130 entry_SYSCALL_64_after_hwframe ([kernel.kallsyms])
\t          34df22 godwit::platform::TunnelBatch::receive (/usr/bin/godwit-ha)

"""
NAMES = {1053: "mobile node", 1048: "home agent"}


@pytest.fixture
def profile():
    return list(samples.parse(PERF_SCRIPT))


def test_every_measure_gives_a_number(tmp_path):
    if missing := programs_missing():
        pytest.fail(f"not built: {', '.join(missing)}", pytrace=False)
    done = subprocess.run([BENCH / "run", "--smoke", "--out", tmp_path], capture_output=True, text=True,
                          timeout=300 * SLOWNESS)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "peers.json").read_text())["offload"]["on"]["godwit-udp"]
    assert not found["failures"]
    assert set(found["samples"]) == set(MEASURES)
    assert "| TCP up, Mbit/s ↑ |" in (tmp_path / "peers.md").read_text()


def test_a_peer_that_cannot_start_is_a_result(tmp_path):
    broken = tmp_path / "wireguard-go"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    done = subprocess.run([BENCH / "run", "--wireguard-go", broken, "--peers", "godwit-udp,wireguard-go", "--smoke", "--out",
                           tmp_path], capture_output=True, text=True, timeout=300 * SLOWNESS)
    if "not here" in done.stderr:
        pytest.skip("wg is not here")
    assert done.returncode == 1
    found = json.loads((tmp_path / "peers.json").read_text())["offload"]["on"]
    assert found["wireguard-go"]["failures"] and not found["wireguard-go"]["samples"]
    assert set(found["godwit-udp"]["samples"]) == set(MEASURES)


def peers(**samples_of):
    return {name.replace("_", "-"): {"about": "", "samples": figures, "failures": []} for name, figures in samples_of.items()}


def test_the_table_has_medians_spreads_and_ratios():
    measured = peers(direct={"tcp_up": [9000, 9500, 9100]}, wireguard_go={"tcp_up": [700, 720, 710], "first_answer": [20.0]},
                     godwit_udp={"tcp_up": [2130, 2100, 2200], "first_answer": [41.25]})
    lines = summary.table(measured, "wireguard-go").splitlines()
    assert lines[0] == "|  | direct | wireguard-go | godwit-udp |"
    assert lines[2] == "| TCP up, Mbit/s ↑ | 9100 [9000–9500] | 710 [700–720] | 2130 [2100–2200], 3× |"
    assert lines[3] == "| client start to first answer, ms ↓ |  | 20 | 41.2, 2.06× |"


def test_bars_go_to_the_right_where_it_is_better():
    measured = peers(wireguard_go={"tcp_up": [700], "first_answer": [20]}, godwit_udp={"tcp_up": [1400], "first_answer": [40]})
    root = xml.etree.ElementTree.fromstring(bars.svg(measured, "wireguard-go"))
    _, more, slower = root.findall(f"{SVG}rect[@class='godwit-udp']")
    assert float(more.get("x")) == bars.x(1) and float(more.get("width")) == pytest.approx(bars.x(2) - bars.x(1), abs=0.2)
    assert float(slower.get("x")) == bars.x(0.5)


def test_a_sample_is_the_work_that_its_innermost_telling_frame_does(profile):
    assert [samples.kind_of(sample) for sample in profile] == [
        "copies between kernel and daemon", "AEAD", samples.CROSSING]


def test_a_frame_has_a_short_name_and_no_thread_library_below_it(profile):
    assert [frame.name for frame in profile[0].frames] == [
        "_copy_from_iter", "entry_SYSCALL_64_after_hwframe", "__sendmmsg", "runtime::OutboundTunnelWorker::run"]
    assert profile[1].frames[-1].name == "datapath::protect"


def test_shares_are_of_all_and_of_each_daemon(profile):
    lines = samples.shares(profile, NAMES).splitlines()
    assert lines[0] == "| where the time goes | both | mobile node | home agent |"
    assert f"| {samples.CROSSING} | 50.0% | 0.0% | 100.0% |" in lines
    assert "| AEAD | 25.0% | 50.0% | 0.0% |" in lines


def test_a_flame_graph_is_as_wide_as_the_time_spent(profile):
    root = xml.etree.ElementTree.fromstring(flame_graph.svg(profile, NAMES, "a <title>"))
    width = {box.find(f"{SVG}title").text: float(box.find(f"{SVG}rect").get("width")) for box in root.iter(f"{SVG}g")}
    assert width["both daemons: 100.0%"] == flame_graph.WIDTH
    assert width["home agent: 50.0%"] == width["mobile node: 50.0%"] == flame_graph.WIDTH / 2
    assert width["libcrypto: 25.0%"] == flame_graph.WIDTH / 4
