"""What the report notices, and how it writes it."""
import importlib.machinery
import importlib.util
import pathlib

import pytest

HERE = pathlib.Path(__file__).parent
loader = importlib.machinery.SourceFileLoader("report", str(HERE / "report"))
report = importlib.util.module_from_spec(importlib.util.spec_from_loader("report", loader))
loader.exec_module(report)

GOOD = ("rfc6275_9_5_1", "TakesTheNext", "the next number is newer", True)
TESTS = {"HomeAgent.Binds": "unit", "Moves.LoseNothing": "unit", "test_moves": "e2e", "tests/e2e/test_moves.py": "e2e"}


def faults(cases=(GOOD,), held=None):
    return list(report.faults_of(list(cases), held or {}, TESTS))


def test_is_content_with_what_is_right():
    named = ["HomeAgent.Binds", "HomeAgent.*", "Seeds/Moves.LoseNothing", "test_moves", "tests/e2e/test_moves.py"]
    assert not faults(held={"rfc6275_9_5_1": {"a rule": named}})


def test_notices_a_test_that_is_not_there():
    for name in ("HomeAgent.Bind", "Home*.Refuses", "test_move", "tests/e2e/test_move.py"):
        assert name in faults(held={"rfc6275_9_5_1": {"a rule": [name]}})[0]


def test_notices_what_a_row_of_the_page_on_security_names_and_nobody_has():
    rows = "| who | can | `HomeAgent.B…`, `Home.Bind`, `test_mo…`, `rfc6275_9_5_1.*`, `tests/conformance/report`, `tests/no.py`, `ha.toml` |\n`No.Row`"
    assert [fault.rpartition(" ")[2] for fault in report.faults_of_security(rows, [GOOD], TESTS)] == ["Home.Bind", "tests/no.py"]


def test_notices_a_case_without_a_rule_and_one_that_is_there_twice():
    assert "says no rule" in faults([("rfc6275_9_5_1", "Takes", "", True)])[0]
    assert "twice" in faults([GOOD, GOOD])[0]


def test_says_so_where_the_program_has_died():
    with pytest.raises(SystemExit, match="ended before"):
        report.run_cases("/bin/false")


def test_reads_what_googletest_makes_of_utf_8():
    assert report.as_text("RFC 5142 \u00c2\u00a74.1") == "RFC 5142 §4.1"
    assert report.as_text("RFC 5142 §4.1, √") == "RFC 5142 §4.1, √"
    assert report.as_text("plain") == "plain"


def test_finds_the_tests_of_a_source_file(tmp_path):
    source = tmp_path / "a_test.cpp"
    source.write_text("TEST(Alone, IsFound) {\nTEST_F(Fixture,\n       IsFoundToo) {\nTEST_P(Many, AreFound) {\n// TEST(Not, This)\n")
    assert report.names_in(source) == ["Alone.IsFound", "Fixture.IsFoundToo", "Many.AreFound"]
    script = tmp_path / "test_a.py"
    script.write_text("def test_one():\n    pass\nclass A:\n    def test_two(self):\n        pass\ndef helper():\n    pass\n")
    assert report.names_in(script) == ["test_one", "test_two"]


def test_puts_rfc_6275_first_and_sections_in_their_order():
    keys = ["umip", "rfc5648_6_2", "rfc6275_10_3_1", "rfc6275_9_5_1", "rfc2473_7_1"]
    assert sorted(keys, key=report.order) == ["rfc6275_9_5_1", "rfc6275_10_3_1", "rfc2473_7_1", "rfc5648_6_2", "umip"]


def test_writes_section_rule_test_and_verdict():
    cases = [GOOD, ("rfc6275_9_5_1", "RefusesTheLast", "a | b", False)]
    elsewhere = {"titles": {"rfc6275": "Mobility Support in IPv6", "rfc6275_9_5_1": "Receiving Binding Updates"},
                 "held": {"rfc6275_9_5_1": {"moves": ["test_moves", "HomeAgent.Binds"]}},
                 "left_out": {"rfc6275_11_6": {"route optimisation": "nobody asked"}}}
    text = report.page(cases, elsewhere, TESTS)
    assert "1 of 2 cases" in text
    assert "## RFC 6275: Mobility Support in IPv6\n" in text
    assert "### §9.5.1 Receiving Binding Updates (`rfc6275_9_5_1`)\n" in text
    assert "| the next number is newer | `TakesTheNext` | holds |" in text
    assert "| a \\| b | `RefusesTheLast` | **fails** |" in text
    assert "| moves | `test_moves`, `HomeAgent.Binds` | e2e, unit |" in text
    assert "| RFC 6275 §11.6 | route optimisation | nobody asked |" in text


def test_every_section_with_cases_has_a_title():
    keys = set()
    for path in HERE.glob("*_test.cpp"):
        keys |= set(report.re.findall(r"^RULE(?:_TABLE)?\(\s*(\w+),", path.read_text(), report.re.M))
    titles = report.tomllib.loads(report.ELSEWHERE.read_text())["titles"]
    # Who writes cases for a section that is new here gives it a title too, or leaves it without.
    assert {key for key in keys if report.section_of(key) is None} <= set(titles)
