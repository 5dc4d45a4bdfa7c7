"""The packages, and machines to install them on."""
import contextlib
import os

import pytest
from debian_tree import NATIVE, Debian, overlay
from machines import Machine, Provider


def pytest_terminal_summary(terminalreporter):
    """What tests have measured (record_property)."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{report.nodeid.split('::')[-1]}: {name} {value:.1f}")


def pytest_addoption(parser):
    parser.addoption("--debian", metavar="SUITE", default=NATIVE,
                     help=f"build and install the packages on this Debian, {NATIVE} by default")


@pytest.fixture(scope="session")
def debian(request):
    return Debian(request.config.getoption("--debian"))


@pytest.fixture
def native(debian):
    if debian.suite != NATIVE:
        pytest.skip(f"runs the programs here, and here is Debian {NATIVE}")


@pytest.fixture(scope="session")
def packages(debian):
    """{"godwit": file, "godwit-ha": file}, made anew."""
    if os.geteuid() != 0:
        pytest.skip("booting a tree wants root")
    return {file.name.split("_")[0]: file for file in debian.build().glob("*.deb")}


@pytest.fixture(scope="session")
def tree(debian, packages):
    """A Debian with what the packages depend on, and without them."""
    return debian.with_packages(packages.values())


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


@pytest.fixture(scope="module")
def provide_to_all(tree):
    """For machines that the stories of a file share."""
    with providing(tree) as make:
        yield make
