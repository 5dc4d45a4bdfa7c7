"""Debian trees to install the packages in: one is bootstrapped and kept, each test gets it as the lower half of an
overlay, and what it writes is gone afterwards."""
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

# systemd, for the units; what a test looks with. The packages' own dependencies come with them.
INCLUDED = "systemd,systemd-sysv,dbus,iproute2,iputils-ping,nftables,procps"
NATIVE = "bookworm"  # what the packages are built on, and the mirror is known for
ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
# Units that would change what namespaces do not keep apart, or wait for what is not there.
MASKED = ("systemd-sysctl.service", "systemd-modules-load.service", "systemd-remount-fs.service", "getty.target",
          "systemd-udevd.service", "sys-kernel-debug.mount", "sys-kernel-tracing.mount", "sys-fs-fuse-connections.mount",
          "systemd-binfmt.service", "proc-sys-fs-binfmt_misc.automount", "systemd-networkd.service", "apt-daily.timer",
          "apt-daily-upgrade.timer", "systemd-logind.service", "modprobe@.service", "dev-hugepages.mount")
QUIETLY = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}


def mirror():
    """Where this machine's apt gets Debian from."""
    for file in sorted(pathlib.Path("/etc/apt").glob("sources.list*")) + sorted(
            pathlib.Path("/etc/apt/sources.list.d").glob("*.sources")):
        if not file.is_file():
            continue
        for stanza in re.split(r"\n\s*\n", file.read_text()):
            uris, suites = (re.search(rf"^{key}:\s*(.*)$", stanza, re.M) for key in ("URIs", "Suites"))
            if uris and suites and NATIVE in suites[1].split():
                return uris[1].split()[0]
            if line := re.search(rf"^deb\s+(?:\[.*?\]\s+)?(\S+)\s+{NATIVE}\s", stanza, re.M):
                return line[1]
    raise RuntimeError(f"apt knows no source of Debian {NATIVE}")


class Debian:
    """Trees of one suite."""

    def __init__(self, suite):
        self.suite, self.cache = suite, CACHE / "godwit" / suite

    def base(self):
        """The bootstrapped tree. Made beside its place and moved there, so that it is whole or not there."""
        if not (self.cache / "tree").exists():
            self.cache.mkdir(parents=True, exist_ok=True)
            fresh = pathlib.Path(tempfile.mkdtemp(prefix="new-", dir=self.cache))
            try:
                self._bootstrap(fresh / "tree")
                (fresh / "tree").rename(self.cache / "tree")
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
        return self.cache / "tree"

    def with_packages(self, packages):
        """The tree with these packages' dependencies in it, kept for as long as those are the same."""
        wanted = sorted(set(re.split(r",\s*", ", ".join(
            subprocess.run(["dpkg-deb", "-f", package, "Depends"], check=True, capture_output=True, text=True).stdout.strip()
            for package in packages))))
        stamp = self.cache / "dependencies"
        if not stamp.exists() or stamp.read_text().split("\n") != wanted:
            install(self.base(), {re.split(r"[ (|]", want)[0] for want in wanted} - {"systemd"})
            stamp.write_text("\n".join(wanted))
        return self.base()

    def _bootstrap(self, tree):
        subprocess.run(["debootstrap", "--variant=minbase", f"--include={INCLUDED}", self.suite, tree, mirror()],
                       check=True, stdout=subprocess.DEVNULL, timeout=900)
        for unit in MASKED:
            (tree / "etc/systemd/system" / unit).symlink_to("/dev/null")
        (tree / "etc/machine-id").write_text("uninitialized\n")


def install(tree, names):
    shutil.copy("/etc/resolv.conf", tree / "etc/resolv.conf")
    for command in (["update"], ["-y", "--no-install-recommends", "install", *sorted(names)]):
        subprocess.run(["chroot", tree, "apt-get", "-qq", *command], check=True, stdout=subprocess.DEVNULL, timeout=900,
                       env=QUIETLY)


@contextlib.contextmanager
def overlay(lower):
    """A tree of one's own over that one, in memory."""
    place = pathlib.Path(tempfile.mkdtemp(prefix="godwit-tree-"))
    subprocess.run(["mount", "-t", "tmpfs", "godwit-tree", place], check=True)
    for name in ("upper", "work", "tree"):
        (place / name).mkdir()
    try:
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o",
                        f"lowerdir={lower},upperdir={place / 'upper'},workdir={place / 'work'}", place / "tree"], check=True)
        yield place / "tree"
    finally:
        for mount in (place / "tree", place):
            subprocess.run(["umount", "-l", mount], stderr=subprocess.DEVNULL)
        place.rmdir()
