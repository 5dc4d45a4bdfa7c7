"""Has Maude search every order of events of bindings.maude, within bounds, for one in which an update is taken after
a newer one was: none with the rules as they are, and one for each rule that is switched off, else the search would
show nothing. Exit status 1 where it is otherwise."""
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
PATIENCE = 240  # seconds for one search
RULES = {"ledger-is-kept": "true", "handshake-is-fresh": "true", "number-is-newer": "true", "handshake-ends-session": "true", "sessions-go-with-entry": "true",
         "never-goes-back": "true", "leap": "10"}
# Updates sent, restarts of the mobile node and of the home agent, ends of the entry.
BOUNDS = ((5, 1, 0, 0), (4, 1, 1, 1), (4, 0, 2, 1), (6, 0, 0, 0))
# A rule -> what it is in its absence, and bounds within which that shows.
FAULTS = {"ledger-is-kept": ("false", (4, 0, 2, 1)), "handshake-is-fresh": ("false", (2, 0, 1, 0)),
          "number-is-newer": ("false", (3, 0, 0, 0)), "handshake-ends-session": ("false", (3, 0, 1, 0)),
          "sessions-go-with-entry": ("false", (3, 0, 0, 1)), "never-goes-back": ("false", (6, 0, 0, 0)),
          "leap": ("0", (5, 1, 0, 0))}


def search(rules, bounds):
    """Whether an older update is taken in the end, and how many states were looked at."""
    equations = "\n".join(f"  eq {rule} = {value} ." for rule, value in rules.items())
    world = f"world(mn(0, 10, 0, 0, 0), ha(0, 0, empty, 0), none, {', '.join(str(bound) for bound in bounds)})"
    program = f"{(HERE / 'bindings.maude').read_text()}\nmod RUN is\n  including BINDINGS .\n{equations}\nendm\n" \
              f"search [1] {world} =>* OLDER-UPDATE-TAKEN .\nquit\n"
    done = subprocess.run(["maude", "-no-banner", "-no-advise"], input=program, capture_output=True, text=True,
                          timeout=PATIENCE, check=True)
    states = re.search(r"states: (\d+)", done.stdout)
    if states is None or "Warning" in done.stderr:
        raise SystemExit(done.stdout + done.stderr)
    return "No solution." not in done.stdout, int(states[1])


def main():
    wrong = 0
    began = time.monotonic()
    for bounds in BOUNDS:
        is_taken, states = search(RULES, bounds)
        wrong += is_taken
        print(f"{'WRONG' if is_taken else 'ok   '} as it is: none in {states} states of {bounds}", flush=True)
    for fault, (value, bounds) in FAULTS.items():
        is_taken, states = search(RULES | {fault: value}, bounds)
        wrong += not is_taken
        print(f"{'ok   ' if is_taken else 'WRONG'} {fault} = {value}: {'found' if is_taken else 'not found'} in "
              f"{states} states of {bounds}", flush=True)
    print(f"{time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
