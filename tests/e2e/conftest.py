"""What the stories share."""
import pytest

_figures = []


@pytest.fixture
def report(request):
    """Prints a figure in the summary, beside the name of the test that measured it."""
    return lambda text: _figures.append(f"{request.node.name}: {text}")


def pytest_terminal_summary(terminalreporter):
    if _figures:
        terminalreporter.section("figures")
    for figure in _figures:
        terminalreporter.write_line(figure)
