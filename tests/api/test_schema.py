"""The golden files, which the code's output is compared with, are what docs/api says; and docs/api says all that is in
them."""
import copy
import json
import pathlib
import subprocess

import jsonschema
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = {path.name: json.loads(path.read_text()) for path in (ROOT / "docs/api").glob("*.schema.json")}
GOLDEN = pathlib.Path(__file__).parent / "golden"
STATUS = ROOT / "tests/runtime/golden"


def closed(schema):
    """The same schema, but nothing may be in a document that it does not name."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: closed(part) for key, part in schema.items()}
    if "properties" in schema:
        schema.setdefault("additionalProperties", False)
    return schema


def validate(document, name):
    for schemas in (SCHEMAS, closed(copy.deepcopy(SCHEMAS))):
        jsonschema.Draft202012Validator(
            schemas[f"{name}.schema.json"], resolver=jsonschema.RefResolver("", {}, store=schemas),
            format_checker=jsonschema.FormatChecker()).validate(document)


@pytest.mark.parametrize("name", SCHEMAS)
def test_is_a_schema(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("path", sorted(STATUS.glob("server_*.json")), ids=lambda path: path.stem)
def test_the_status_is_as_documented(path):
    status = json.loads(path.read_text())
    validate(status, "status")
    validate({"schema": status["schema"], "bindings": status["bindings"]}, "bindings")


@pytest.mark.parametrize("name", ["clients", "invite", "error"])
def test_a_document_is_as_documented(name):
    validate(json.loads((GOLDEN / f"{name}.json").read_text()), name)


@pytest.mark.parametrize("path", sorted(STATUS.glob("client_*.json")), ids=lambda path: path.stem)
def test_the_mobile_nodes_status_is_as_documented(path):
    validate(json.loads(path.read_text()), "mobile-node-status")


@pytest.mark.parametrize("path, name", [(GOLDEN / "events.ndjson", "event"),
                                        (STATUS / "client_events.ndjson", "mobile-node-event")],
                         ids=["home_agent", "mobile_node"])
def test_events_are_as_documented(path, name):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        validate(line, name)
    documented = {kind["properties"]["type"]["const"] for kind in SCHEMAS[f"{name}.schema.json"]["oneOf"]}
    assert {line["type"] for line in lines} == documented - {"missed"}


def test_what_was_documented_once_stays():
    """Additive only, in comparison with the last release; before the first there is nothing to compare with."""
    tags = subprocess.run(["git", "tag", "--list", "v*", "--sort=-version:refname"], cwd=ROOT, text=True,
                          capture_output=True, check=True).stdout.split()
    if not tags:
        return
    for name in SCHEMAS:
        before = subprocess.run(["git", "show", f"{tags[0]}:docs/api/{name}"], cwd=ROOT, text=True, capture_output=True)
        if before.returncode == 0:
            missing = paths(json.loads(before.stdout)) - paths(SCHEMAS[name])
            assert not missing, f"{name}: no longer has {sorted(missing)}"


def paths(schema, at=""):
    """Each property with its type and whether it is required."""
    found = set()
    if isinstance(schema, dict):
        for key, part in schema.get("properties", {}).items():
            found.add((f"{at}/{key}", json.dumps(part.get("type") if isinstance(part, dict) else None)))
        found |= {(at, "required " + key) for key in schema.get("required", []) if isinstance(key, str)}
        for key, part in schema.items():
            found |= paths(part, f"{at}/{key}")
    elif isinstance(schema, list):
        for part in schema:
            found |= paths(part, at)
    return found
