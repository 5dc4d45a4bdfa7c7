"""What a measurement stands on: built programs, installed commands, and namespaces that it may make."""
import os
import shutil
import signal
import sys

import preflight
from deployment import programs_missing


def prepare(*commands):
    """Ends with a message about what is missing. Whoever is not root goes on in a user namespace of his own."""
    if programs := programs_missing():
        sys.exit(f"not built: {', '.join(programs)}\n"
                 "cmake --preset release && cmake --build --preset release --target godwit godwit-ha")
    if lacks := [name for name in commands if not shutil.which(name)]:
        sys.exit(f"not installed: {', '.join(lacks)}\npackaging/dependencies install test")
    if os.geteuid() != 0:
        os.execvp("unshare", ["unshare", "-Urnm", sys.executable, "-B", *sys.argv])
    if lacks := list(preflight.missing()):
        sys.exit("\n".join(f"missing: {what}" for what in lacks))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))  # an exception, so that all is cleaned up
