#!/usr/bin/python3
"""boot.py TREE: becomes systemd of that tree, as process 1. To be run inside `unshare --mount --pid --fork --cgroup
--uts --ipc` in a network namespace; what it needs of the machine is there, and nothing else."""
import os
import pathlib
import stat
import subprocess
import sys

DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "net/tun")


def mount(*words):
    subprocess.run(["mount", *words], check=True)


def main(tree):
    os.umask(0)  # devices are open to all, as udev makes these
    mount("--make-rprivate", "/")
    mount("--bind", tree, tree)
    os.chdir(tree)
    mount("-t", "proc", "proc", "proc")
    mount("-t", "sysfs", "sysfs", "sys")
    for directory in ("run", "tmp"):
        mount("-t", "tmpfs", "-o", "mode=1777" if directory == "tmp" else "mode=755", "tmpfs", directory)
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", "dev")
    for directory in ("dev/pts", "dev/shm", "dev/net"):
        pathlib.Path(directory).mkdir()
    for device in DEVICES:
        os.mknod(f"dev/{device}", stat.S_IFCHR | 0o666, os.stat(f"/dev/{device}").st_rdev)
    mount("-t", "devpts", "-o", "newinstance,ptmxmode=666", "devpts", "dev/pts")
    os.symlink("pts/ptmx", "dev/ptmx")  # without it no unit has private devices
    os.symlink("/proc/self/fd", "dev/fd")
    mount("-t", "cgroup2", "cgroup2", "sys/fs/cgroup")  # all of it that this machine has is its own group
    os.umask(0o022)
    os.symlink("/run/console", "dev/console")
    pathlib.Path("run/console").touch()
    pathlib.Path("old").mkdir(exist_ok=True)
    subprocess.run(["pivot_root", ".", "old"], check=True)
    os.chroot(".")
    subprocess.run(["umount", "-l", "/old"], check=True)
    os.execve("/lib/systemd/systemd", ["systemd", "--log-target=journal"],
              {"container": "godwit-test", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})


main(sys.argv[1])
