"""What `godwit doctor` says, with the daemon and without it, and that it moves nothing."""
import json
import pathlib
import re

import pytest
from access_networks import HOME_AGENT_IP4, HOME_AGENT_NAME
from deployment import GODWIT, binding
from topology import HOME_ADDRESS, HOME_AGENT

OK, FAILED = 0, 1


def doctor(deployment, *arguments):
    """(exit status, what it found)."""
    status, said, complaint = deployment.command("doctor", "--config", deployment.directory / "mn.toml", *arguments)
    assert complaint == ""
    return status, said


def as_nobody(deployment):
    """The same of an ordinary user."""
    deployment.directory.chmod(0o755)
    executable = deployment.directory / "godwit"  # where anybody may run it
    executable.write_bytes(pathlib.Path(GODWIT).read_bytes())
    executable.chmod(0o755)
    status, said, complaint = deployment.command(
        "--reuid=65534", "--regid=65534", "--clear-groups", executable, "doctor", "--config",
        deployment.directory / "mn.toml", program="setpriv")
    assert complaint == ""
    return status, said


def lines(said, verdict, what):
    """What was found of a thing: ["ip6 over uplink, ...: 1.2 ms"]."""
    return re.findall(rf"^{verdict:7}{re.escape(what)}: (.*)$", said, re.MULTILINE)


def answered(said):
    """The paths that were, without their round trips: ["udp over uplink, ... to ... port 4191"]."""
    return [line.split(": ")[0] for line in lines(said, "ok", "path") if re.search(r": \d+\.\d ms", line)]


def where(deployment):
    """All that an asker could move by mistake."""
    bound, status = binding(deployment.status("ha"), HOME_ADDRESS), deployment.status()
    return (bound["care_of_address"], bound["sequence"], status["binding"]["sequence"], status["handovers"]["count"],
            status["path"])


def test_it_finds_nothing_wrong_where_all_is_well_and_moves_nothing(at_a):
    before = where(at_a)
    status, said = doctor(at_a)
    assert status == OK and "wrong" not in said, said
    care_of = at_a.topology.care_of_address("A")
    assert answered(said) == [f"ip6 over uplink, {care_of} to {HOME_AGENT}",
                              f"udp over uplink, {care_of} to {HOME_AGENT} port 4191"]
    assert ", in use" in lines(said, "ok", "path")[0]
    assert lines(said, "note", "path") == [
        f"udp over uplink, {care_of} to {HOME_AGENT} port 443: its machine answers, but nothing hears at that port"]
    assert lines(said, "ok", "NAT") == ["none on the path in use"]
    assert lines(said, "ok", "MTU") == [f"{at_a.status()['tunnel']['mtu']} octets inside the tunnel on the path in use"]
    assert where(at_a) == before


def test_it_says_the_same_to_programs(at_a):
    status, said = doctor(at_a, "--json")
    document = json.loads(said)
    assert status == OK and document["schema"] == 1 and document["well"]
    assert {"what", "well", "verdict", "text", "remedy"} == set(document["findings"][0])
    assert {finding["verdict"] for finding in document["findings"]} == {"ok", "note"}


def test_without_the_daemon_it_asks_all_the_same_and_registers_nothing(deploy):
    # Nothing keeps the kernel of a machine without a daemon from answering a type 2 routing header.
    deployment = deploy(allow_parameter_problems=("mn", "ha"))
    deployment.topology.plug("A")
    care_of = deployment.topology.care_of_address("A")
    deployment.start("ha")
    status, said = doctor(deployment)
    assert status == FAILED
    assert [line.split(":")[0] for line in said.splitlines() if line.startswith("wrong")] == ["wrong  daemon"]
    assert "remedy: systemctl enable --now godwit" in said
    assert answered(said) == [f"ip6 over uplink, {care_of} to {HOME_AGENT}",
                              f"udp over uplink, {care_of} to {HOME_AGENT} port 4191"]
    assert binding(deployment.status("ha"), HOME_ADDRESS) is None
    assert "godwit0" not in deployment.topology.run("mn", "ip link; ip rule; ip -6 rule")


def test_a_network_that_lets_no_udp_out_is_no_fault_as_long_as_another_path_is_there(at_a):
    at_a.topology.run("rt", "nft 'add table inet cut; add chain inet cut forward { type filter hook forward priority 0; }; "
                            "add rule inet cut forward udp dport { 443, 4191 } drop'")
    status, said = doctor(at_a)
    assert status == OK, said
    assert len(answered(said)) == 1 and answered(said)[0].startswith("ip6 over uplink")
    silent = lines(said, "note", "path")
    assert len(silent) == 2 and all(line.startswith("udp ") and line.endswith(": no answer") for line in silent), said


def test_behind_a_nat_without_ipv6(deploy_roaming):
    deployment = deploy_roaming(("nat44",))
    status, said = doctor(deployment)
    assert status == OK, said
    own = deployment.status()["path"]["local"]
    assert answered(said) == [f"udp over uplink, {own} to {HOME_AGENT_IP4} port 4191"]
    assert lines(said, "note", "IPv6") == ["this network gives none that leads out; IPv4 carries the tunnel"]
    assert lines(said, "ok", "NAT") == [f"the home agent sees another address or port than {own}: keepalives hold its mapping"]
    assert HOME_AGENT_IP4 in lines(said, "ok", "name")[0] and HOME_AGENT_NAME in lines(said, "ok", "name")[0]


def test_it_tells_whether_a_nat_maps_by_the_destination(deploy_roaming):
    deployment = deploy_roaming(("nat44",), home_agent={"udp_ports": [4191, 443]})
    status, said = doctor(deployment)
    assert status == OK and lines(said, "ok", "NAT mapping")[0].endswith(": another one for each destination"), said
    deployment.topology.run(deployment.topology.gateways_of("nat44")[-1], "nft flush chain ip nat translate; nft add rule ip nat translate oifname wan masquerade")
    status, said = doctor(deployment)
    assert status == OK and "from all 2 places that were asked" in lines(said, "ok", "NAT mapping")[0], said


def test_a_lockdown_holds_back_what_an_ordinary_user_asks_and_is_blamed(deploy):
    deployment = deploy(mobile_node={"lockdown": True})
    deployment.topology.plug("A")
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    status, said = doctor(deployment)
    assert status == OK and len(answered(said)) == 2, said
    assert lines(said, "ok", "lockdown") == ["in force: nothing leaves outside the tunnel"]
    status, said = as_nobody(deployment)
    assert status == OK and not answered(said), said
    assert len(re.findall("not asked: the lockdown lets root ask", said)) == 2, said


def test_without_a_link_it_says_so(deploy):
    deployment = deploy()
    status, said = doctor(deployment)
    assert status == FAILED
    assert lines(said, "wrong", "paths") == ["no interface has an address with a route to the home agent"]


def test_it_finds_a_key_that_others_can_read(at_a):
    key = at_a.directory / "mn.key"
    key.chmod(0o644)
    status, said = doctor(at_a)
    assert status == FAILED
    assert lines(said, "wrong", "key") == [f"{key} is open to others"]
    assert f"remedy: chmod 600 {key}" in said
    assert len(re.findall("^wrong", said, re.MULTILINE)) == 1, said


def test_it_finds_that_the_home_agent_does_not_run(at_a):
    at_a.crash("ha")
    status, said = doctor(at_a)
    assert status == FAILED
    assert answered(said) == []
    assert lines(said, "wrong", "home agent") == ["its machine answers, but nothing hears at its ports"]


def test_it_finds_that_the_home_agents_machine_is_gone(at_a):
    at_a.topology.run("ha", "ip link set wan down")
    status, said = doctor(at_a)
    assert status == FAILED
    assert answered(said) == []
    assert len(lines(said, "wrong", "home agent")) == 1 and "godwit-ha doctor" in said, said


def test_it_finds_a_rule_that_comes_first(at_a):
    at_a.topology.run("mn", "ip -6 rule add priority 77 from 2001:db8:99::/64 table 77")
    status, said = doctor(at_a)
    assert status == FAILED
    assert lines(said, "wrong", "other VPN") == ["a rule of IPv6 at priority 77, table 77, comes before Godwit's"]


def test_it_finds_that_there_is_no_configuration(network):
    done = network.run("mn", f"{GODWIT} doctor --config {network.directory}/none.toml --socket {network.directory}/s", check=False)
    assert f"wrong  configuration: there is no {network.directory}/none.toml" in done
    assert "remedy: godwit join" in done and "daemon:" not in done


@pytest.mark.parametrize("started", [True, False])
def test_an_ordinary_user_learns_what_his_rights_allow(deploy, started):
    deployment = deploy()
    deployment.topology.plug("A")
    care_of = deployment.topology.care_of_address("A")
    deployment.start("ha")
    if started:
        deployment.start("mn")
        deployment.wait_registered(care_of)
    status, said = as_nobody(deployment)
    assert status == (OK if started else FAILED), said
    assert f"udp over uplink, {care_of} to {HOME_AGENT} port 4191" in answered(said), said
    assert lines(said, "note", "rights")
    assert started or lines(said, "note", "path")[0].endswith("not asked: that takes root")


@pytest.mark.parametrize("arguments", [["--what"], ["now"]])
def test_a_wrong_command_line_is_told(network, arguments):
    done = network.run("mn", f"{GODWIT} doctor {' '.join(arguments)} 2>&1; echo $?", check=False)
    assert done.splitlines()[-1] == "2"
