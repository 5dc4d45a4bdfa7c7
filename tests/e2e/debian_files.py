"""Programs of Debian packages that must not be installed where the tests run, such as systemd-resolved, which takes
/etc/resolv.conf over: fetched and unpacked into ~/.cache/godwit, once."""
import os
import pathlib
import subprocess
import tempfile

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "godwit" / "unpacked"


def unpacked(package, like=None):
    """The folder with the files of a package; of the version that the package `like` is installed in, whose libraries
    it wants."""
    version = ""
    if like:
        version = "=" + subprocess.run(["dpkg-query", "-W", "-f", "${Version}", like], check=True, text=True,
                                       capture_output=True).stdout
    folder = CACHE / (package + version)
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as fresh:
            subprocess.run(["apt-get", "-qq", "download", package + version], cwd=fresh, check=True)
            archive, = pathlib.Path(fresh).glob("*.deb")
            subprocess.run(["dpkg", "-x", archive, f"{fresh}/files"], check=True)
            try:
                os.rename(f"{fresh}/files", folder)
            except OSError:
                if not folder.exists():  # another process was not quicker either
                    raise
    return folder
