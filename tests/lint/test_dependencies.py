"""packaging/dependencies says when it does not understand, and asks nobody anything while it installs."""
import os
import pathlib
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).parents[2] / "packaging/dependencies"


def run(*words, path=None):
    return subprocess.run([SCRIPT, *words], capture_output=True, text=True, timeout=60,
                          env=os.environ | ({"PATH": path} if path else {}))


@pytest.mark.parametrize("order", ["list", "missing", "install"])
@pytest.mark.parametrize("packages", ["nothing", ""])
def test_fails_without_a_set_of_packages(order, packages):
    said = run(order, packages)
    assert said.returncode == 2
    assert "packaging/dependencies list" in said.stderr and not said.stdout


def test_fails_with_an_order_that_it_does_not_know():
    assert run("remove", "build").returncode == 2


def test_lists_a_set():
    said = run("list", "build")
    assert said.returncode == 0 and "cmake" in said.stdout.split("\n")


def program(folder, name, text):
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def test_installs_without_questions_though_sudo_drops_the_environment(tmp_path):
    told = tmp_path / "told"
    program(tmp_path, "id", "echo 1000")
    program(tmp_path, "dpkg-query", "exit 1")  # nothing is installed
    program(tmp_path, "sudo", 'exec env -i PATH="$PATH" "$@"')
    program(tmp_path, "apt-get", f'echo "$1 ${{DEBIAN_FRONTEND-}}" >> {told}')
    said = run("install", "build", path=f"{tmp_path}:{os.environ['PATH']}")
    assert said.returncode == 0, said.stderr
    assert told.read_text().splitlines()[-1] == "install noninteractive"
