"""The API of a real home agent, as its commands and others ask it."""
import json
import re
import subprocess

import pytest
from deployment import GODWIT_HA, UnixConnection
from test_sessions import assert_echoes, connect, serve
from topology import CORRESPONDENT, HOME_ADDRESS


def get(deployment, target, method="GET"):
    connection = UnixConnection(deployment.socket("ha"))
    try:
        connection.request(method, target)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.fixture
def moved(at_a):
    """A mobile node that went from A to B with an open connection."""
    serve(at_a.topology, "cn", "echo", CORRESPONDENT, 7007)
    connection = connect(at_a.topology, "mn", CORRESPONDENT, 7007)
    assert_echoes(connection, b"before")
    at_a.move("B")
    assert_echoes(connection, b"after")
    return at_a


def ha(deployment, *arguments):
    return deployment.command(*arguments, "--socket", deployment.socket("ha"), program=GODWIT_HA, node="ha")


def test_events_tell_of_the_registration_and_of_the_move(moved):
    moved.wait("ha", lambda _: "\"moved\"" in get(moved, "/v1/events?follow=false")[1])
    code, output, errors = ha(moved, "events", "--json", "--once")
    events = [json.loads(line) for line in output.splitlines()]
    assert (code, errors, [event["type"] for event in events]) == (0, "", ["registered", "moved"])
    registered, move = events
    assert registered["name"] == "mn" and registered["home_address"] == HOME_ADDRESS
    assert move["from"] == registered["care_of_address"] and move["to"] == moved.topology.care_of_address("B")
    assert move["cause"] == "address-lost", "as the mobile node says"
    assert 0 <= move["gap_ms"] < 10_000 and move["id"] == registered["id"] + 1
    assert ha(moved, "events", "--json", "--once", "--since", registered["id"])[1].splitlines() == output.splitlines()[1:]
    assert re.search(r" mn moved from .* to .* \(address-lost, ", ha(moved, "events", "--once")[1])


def test_metrics_count_the_move(moved):
    moved.wait("ha", lambda _: "godwit_handover_gap_seconds_count 1" in get(moved, "/metrics")[1])
    metrics = get(moved, "/metrics")[1]
    assert "godwit_bindings 1\n" in metrics
    assert f'godwit_client_bytes_total{{name="mn",home_address="{HOME_ADDRESS}",direction="sent"}}' in metrics


def test_events_end_with_the_home_agent(at_a):
    follower = subprocess.Popen([*at_a.topology.within("ha"), GODWIT_HA, "events", "--socket", at_a.socket("ha")], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert " mn registered from " in follower.stdout.readline()
    at_a.stop("ha")
    assert follower.wait(10) == 4 and "has ended" in follower.stderr.read()


def test_only_the_privileged_change_something(at_a):
    status, body = get(at_a, "/v1/clients/mn", "DELETE")
    assert (status, json.loads(body)["error"]["code"]) == (409, "is-configured")
    at_a.directory.chmod(0o711)
    as_nobody = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "curl", "-s", "-X", "DELETE",
                                "--unix-socket", at_a.socket("ha"), "http://localhost/v1/clients/mn"], text=True,
                               capture_output=True)
    if "setpriv" in as_nobody.stderr:
        pytest.skip("a user namespace of one user: " + as_nobody.stderr)
    assert json.loads(as_nobody.stdout)["error"]["code"] == "not-privileged"
