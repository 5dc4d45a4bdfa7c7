"""The packages, and machines to install them on."""
import contextlib
import os
import subprocess

import pytest
from debian_tree import NATIVE, ROOT, Debian, overlay
from machines import Machine, Provider


def pytest_terminal_summary(terminalreporter):
    """What tests have measured (record_property)."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{report.nodeid.split('::')[-1]}: {name} {value:.1f}")


@pytest.fixture(scope="session")
def packages():
    """{"godwit": file, "godwit-ha": file}, made anew."""
    if os.geteuid() != 0:
        pytest.skip("booting a tree wants root")
    subprocess.run([ROOT / "packaging/build-deb"], check=True, stdout=subprocess.DEVNULL, timeout=3600)
    files = (ROOT / "build/package/packages").glob("*.deb")
    return {file.name.split("_")[0]: file for file in files}


@pytest.fixture(scope="session")
def tree(packages):
    """A Debian with what the packages depend on, and without them."""
    return Debian(NATIVE).with_packages(packages.values())


@contextlib.contextmanager
def providing(tree):
    """Makes machines at a provider that gives this shape of IPv6, and boots them: make("routed", "vps", "laptop")."""
    with contextlib.ExitStack() as stack:
        def make(shape, *nodes):
            network = stack.enter_context(Provider(shape))
            machines = [Machine(network, node, stack.enter_context(overlay(tree))) for node in nodes]
            for machine in machines:
                stack.enter_context(machine.booting())
            for machine in machines:
                machine.wait_up()
            return machines
        yield make


@pytest.fixture
def provide(tree):
    with providing(tree) as make:
        yield make
