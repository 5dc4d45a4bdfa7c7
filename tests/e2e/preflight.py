#!/usr/bin/python3
"""Says at once what this machine lacks for the network of the tests and of the show. Exit status 1 if anything."""
import os
import shutil
import subprocess
import sys

import topology

COMMANDS = ("ip", "nft", "ping", "ethtool")


def missing():
    yield from (f"the command {name}" for name in COMMANDS if not shutil.which(name))
    try:
        topology.own_run_directory()
        name = f"gw{os.getpid()}-preflight"
        subprocess.run(["ip", "netns", "add", name], check=True, capture_output=True, text=True)
        subprocess.run(["ip", "netns", "del", name], check=True, capture_output=True)
    except PermissionError as error:
        yield str(error)
    except subprocess.CalledProcessError as error:
        yield ("network namespaces: " + (error.stderr or "").strip() + " (as an ordinary user: unshare -Urnm COMMAND; "
               "Debian's kernel allows that, some others forbid user namespaces by sysctl or AppArmor)")
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except FileNotFoundError:
        yield "/dev/net/tun: as root, modprobe tun"
    except OSError as error:
        yield f"/dev/net/tun: {error.strerror}; it is open to all on Debian: as root, chmod 666 /dev/net/tun"


if __name__ == "__main__":
    lacks = list(missing())
    for what in lacks:
        print("missing:", what, file=sys.stderr)
    sys.exit(1 if lacks else 0)
