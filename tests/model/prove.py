"""Runs ProVerif over handshake.pv and compares what it finds with what docs/security.md says.
Usage: prove.py [VARIANT ...]; exit status 1 where something is otherwise. PROVERIF names the program."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
PATIENCE = 900  # seconds for one variant

# Variant -> the switches of handshake.pv, and each group of queries.pv with what ProVerif is to find in it. A
# query that asks whether something can happen is "false" where it can. What an attacker with stolen keys can do
# stands here as well as what he cannot, and a fault that was put in is to be found.
VARIANTS = {
    "sound": ((), {"REACHABLE": (False, False, False, False), "SECRECY": (True, True), "ANSWER": (True,),
                   "UPDATE": (True,), "SESSION": (True, True), "OWNER": (True,)}),
    "keys stolen later": (("KEYS_STOLEN_LATER",), {"SECRECY": (True, True)}),
    "mobile node's key stolen": (("MN_KEY_STOLEN",), {"SECRECY": (True, False), "ANSWER": (True,), "UPDATE": (False,)}),
    "identity": (("HIDDEN",), {"IDENTITY": (True,)}),
    "fault: any time is taken": (("NO_FRESHNESS",), {"UPDATE": (False,)}),
    "fault: no static key agrees": (("NO_STATIC_STATIC",), {"UPDATE": (False,)}),
}


def findings(switches, group):
    with tempfile.TemporaryDirectory() as folder:
        model = pathlib.Path(folder) / "handshake.pv"
        defines = [f"-D{switch}" for switch in (*switches, group)]
        model.write_text(subprocess.run(["cpp", "-P", "-w", "-traditional-cpp", *defines, HERE / "handshake.pv"],
                                        capture_output=True, text=True, check=True).stdout)
        done = subprocess.run([os.environ.get("PROVERIF", "proverif"), model], capture_output=True, text=True,
                              timeout=PATIENCE)
    # "RESULT (but ... is true.)" tells more of the line before it.
    return tuple({"true": True, "false": False}.get(verdict) for verdict in
                 re.findall(r"^RESULT (?!\(but).* (?:is|be) (true|false|proved)\.$", done.stdout, re.M))


def main(wanted):
    wrong = 0
    for name, (switches, groups) in VARIANTS.items():
        if wanted and name not in wanted:
            continue
        for group, expected in groups.items():
            began = time.monotonic()
            found = findings(switches, group)
            wrong += found != expected
            print(f"{'ok   ' if found == expected else 'WRONG'} {name}: {group.lower()} {found}, "
                  f"{time.monotonic() - began:.1f} s", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
