"""What a kernel is booted with: a file system in memory that has modules, busybox and a script in it, which hands over
to this machine's own files. Written as cpio's "newc" format (initramfs: Documentation/driver-api/early-userspace)."""
import gzip
import pathlib
import re
import stat
import subprocess

BUSYBOX = pathlib.Path("/usr/bin/busybox")
MACHINE = "/machine"  # where this machine's files are, in the guest

INIT = f"""#!/bin/busybox sh
busybox mount -t proc proc /proc
busybox mount -t sysfs sysfs /sys
busybox mount -t devtmpfs dev /dev
# Nothing is loaded but what the list says.
echo > /proc/sys/kernel/modprobe
for module in $(busybox cat /modules/order); do
    busybox insmod /modules/$module || echo "not loaded: $module"
done
busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro machine {MACHINE} || busybox poweroff -f
for folder in proc sys dev; do busybox mount --bind /$folder {MACHINE}/$folder; done
for folder in run tmp var/tmp; do busybox mount -t tmpfs tmpfs {MACHINE}/$folder; done
busybox mkdir -p {MACHINE}/run/netns {MACHINE}/run/order {MACHINE}/dev/net {MACHINE}/dev/shm
busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=none order {MACHINE}/run/order
busybox mount -t tmpfs tmpfs {MACHINE}/dev/shm
busybox mount -t cgroup2 cgroup2 {MACHINE}/sys/fs/cgroup
[ -e {MACHINE}/dev/net/tun ] || busybox mknod {MACHINE}/dev/net/tun c 10 200
busybox ip link set lo up
busybox lsmod > {MACHINE}/run/order/modules
busybox uname -r > {MACHINE}/run/order/kernel
busybox chroot {MACHINE} /bin/sh /run/order/commands > {MACHINE}/run/order/output 2>&1
echo $? > {MACHINE}/run/order/status
busybox dmesg > {MACHINE}/run/order/dmesg
busybox sync
busybox poweroff -f
"""


def modules_of(tree):
    """The module files of an unpacked kernel package by their names: {"ip6_tunnel": path}."""
    return {re.sub(r"\.ko(\.\w+)?$", "", path.name).replace("-", "_"): path for path in tree.rglob("*.ko*")}


def in_order(names, files):
    """The names, each behind those that it depends on. What is no file is built into the kernel."""
    order = []

    def add(name):
        if name in order or name not in files:
            return
        for needed in needs(files[name]):
            add(needed)
        order.append(name)

    for name in names:
        add(name)
    return order


def needs(module):
    """What the module itself says, in its section .modinfo."""
    opened = {".ko": ["cat"], ".xz": ["xzcat"], ".zst": ["zstdcat"]}[module.suffix]
    octets = subprocess.run([*opened, module], capture_output=True, check=True).stdout
    found = re.search(rb"\0?depends=([^\0]*)\0", octets)
    return [name.replace("-", "_") for name in found[1].decode().split(",") if name] if found else []


def libraries_of(program):
    told = subprocess.run(["ldd", program], capture_output=True, text=True).stdout  # fails for a static one
    return [pathlib.Path(path) for path in re.findall(r"(/\S+) \(0x", told)]


def archive(entries):
    """Entries are (name, mode, octets)."""
    octets = bytearray()
    for number, (name, mode, content) in enumerate([*entries, ("TRAILER!!!", 0, b"")]):
        path = name.encode() + b"\0"
        fields = (number + 1, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(path), 0)
        octets += b"070701" + b"".join(b"%08x" % field for field in fields) + path
        octets += bytes(-len(octets) % 4)
        octets += content
        octets += bytes(-len(octets) % 4)
    return bytes(octets)


def folders_above(names):
    return sorted({str(parent) for name in names for parent in pathlib.PurePath(name).parents} - {"."})


def make(target, tree, names):
    """Writes the file system; `names` are modules to be loaded, with what they need. Those in their order."""
    files = modules_of(tree)
    order = in_order(names, files)
    content = {"bin/busybox": BUSYBOX.read_bytes(), "init": INIT.encode(),
               "modules/order": "\n".join(files[name].name for name in order).encode()}
    content |= {str(path).lstrip("/"): path.read_bytes() for path in libraries_of(BUSYBOX)}
    content |= {f"modules/{files[name].name}": files[name].read_bytes() for name in order}
    places = {*folders_above(content), "proc", "sys", "dev", MACHINE.lstrip("/")}
    entries = [(name, stat.S_IFDIR | 0o755, b"") for name in sorted(places)]
    entries += [(name, stat.S_IFREG | 0o755, octets) for name, octets in content.items()]
    target.write_bytes(gzip.compress(archive(entries), 1))
    return order
