"""Each check of lint.py finds the fault that it is there for."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import lint  # noqa: E402


def faults(check, path, text):
    return list(lint.CHECKS[check](path, text))


def test_finds_a_file_that_is_not_formatted():
    assert faults("format", "shared/wire/a.cpp", "int  a ;\n")
    assert not faults("format", "shared/wire/a.cpp", "int a;\n")


def test_finds_a_layer_that_looks_upwards():
    assert faults("includes", "shared/wire/a.cpp", '#include "shared/mobility/path.hpp"\n')
    assert faults("includes", "client/core/a.cpp", '#include "shared/security/keys.hpp"\n')
    assert faults("includes", "client/daemon.cpp", '#include "server/core/home_agent.hpp"\n')
    assert not faults("includes", "client/daemon.cpp", '#include "client/core/mobile_node.hpp"\n')


def test_finds_a_library_out_of_its_folder():
    assert faults("includes", "client/daemon.cpp", "#include <sodium.h>\n")
    assert faults("includes", "shared/runtime/a.cpp", "#include <linux/if_tun.h>\n")
    assert faults("includes", "client/core/a.cpp", "#include <boost/asio.hpp>\n")
    assert faults("includes", "client/daemon.cpp", "#include <CLI/CLI.hpp>\n")
    assert not faults("includes", "client/main.cpp", "#include <CLI/CLI.hpp>\n")


def test_finds_a_standard_header_that_is_not_included():
    assert faults("headers", "client/a.cpp", "int a = std::max(1, 2);\n")
    assert not faults("headers", "client/a.cpp", "#include <algorithm>\nint a = std::max(1, 2);\n")
    through_another = '#include "shared/wire/address.hpp"\nstd::optional<int> a;\n'
    assert not faults("headers", "client/a.cpp", through_another)


def test_finds_a_file_and_a_function_that_are_too_long():
    assert faults("sizes", "a.cpp", "\n" * 401)
    body = "    run();\n" * 60
    assert faults("sizes", "a.cpp", "void run() {\n" + body + "}\n")
    assert not faults("sizes", "a.cpp", "void run() {\n" + body[: 58 * 11] + "}\n")


def test_finds_a_clock():
    assert faults("clocks", "client/core/a.cpp", "auto t = std::chrono::steady_clock::now();\n")
    assert not faults("clocks", "shared/runtime/clock.hpp", "return Clock::now();\n")


def test_finds_unfinished_work():
    assert faults("words", "a.cpp", "// TO" + "DO later\n")


def test_finds_a_secret_compared_in_the_ordinary_way():
    for line in ("if (std::memcmp(mac.data(), other.data(), 16) == 0) {", "return std::ranges::equal(cookie, other);",
                 "return std::equal(tag.begin(), tag.end(), other.begin());", "if (given == token) {",
                 "if (mac1 != other) {", "return join->proof == right;", "one.preshared_key.octets() == other;"):
        assert faults("secrets", "shared/security/a.cpp", line + "\n"), line
        assert not faults("secrets", "shared/wire/a.cpp", line + "\n")
    for line in ("if (::sodium_memcmp(tag.data(), other.data(), 16) == 0) {", "if (secret == nullptr) {",
                 "return found != cookies_.end() ? 1 : 0;", "if (token.size() == 0) {", "// tag == 1"):
        assert not faults("secrets", "shared/security/a.cpp", line + "\n"), line
