"""What a kernel is booted with, without a kernel: the archive as another program reads it, and the modules' order."""
import gzip
import os
import subprocess

import first_programs
import pytest


@pytest.fixture
def tree(tmp_path):
    """A kernel package with modules that say what they need, as real ones do."""
    folder = tmp_path / "lib/modules/6.1.0/kernel/net"
    folder.mkdir(parents=True)
    for name, needed in (("tunnel6", ""), ("ip6_tunnel", "tunnel6"), ("xfrm6-tunnel", "tunnel6,xfrm_ipcomp"), ("xfrm_ipcomp", "")):
        (folder / f"{name}.ko").write_bytes(b"\x7fELF\0license=GPL\0depends=" + needed.encode() + b"\0name=x\0")
    return tmp_path


def test_a_module_comes_behind_those_that_it_needs(tree):
    files = first_programs.modules_of(tree)
    assert first_programs.in_order(("xfrm6_tunnel", "ip6_tunnel"), files) == [
        "tunnel6", "xfrm_ipcomp", "xfrm6_tunnel", "ip6_tunnel"]


def test_what_is_built_in_is_left_out(tree):
    assert first_programs.in_order(("af_packet", "ip6_tunnel"), first_programs.modules_of(tree)) == ["tunnel6", "ip6_tunnel"]


def test_busybox_reads_the_archive(tree, tmp_path):
    order = first_programs.make(tmp_path / "initrd", tree, ("ip6_tunnel",))
    assert order == ["tunnel6", "ip6_tunnel"]
    place = tmp_path / "unpacked"
    place.mkdir()
    subprocess.run(["busybox", "cpio", "-i"], input=gzip.decompress((tmp_path / "initrd").read_bytes()), cwd=place, check=True,
                   capture_output=True)
    assert (place / "modules/order").read_text().split() == ["tunnel6.ko", "ip6_tunnel.ko"]
    assert (place / "modules/ip6_tunnel.ko").read_bytes().startswith(b"\x7fELF")
    assert (place / "init").stat().st_mode & 0o111
    if os.geteuid():
        return
    done = subprocess.run(["chroot", place, "/bin/busybox", "sh", "-n", "/init"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), "its shell runs from these files alone, and understands the script"
