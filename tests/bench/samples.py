"""What `perf script` prints of a profile: where each sample was, and what kind of work that is."""
import collections
import re
from typing import NamedTuple

FIELDS = "comm,pid,tid,period,ip,sym,dso"
ROOTS = {"clone3", "start_thread", "__libc_start_main", "_start"}

# What kind of work a frame says it is, by its name and the file that it is from. Of a stack the innermost that says
# anything counts: what frees memory of a packet is network stack, what compares strings for libcrypto is AEAD.
KINDS = [
    ("AEAD", "", "libcrypto|libsodium"),
    ("AEAD", "ipsec-mb|.*_by_vaes", "godwit"),
    ("copies between kernel and daemon", "_*copy_(from|to)_(iter|user)|copy_(iovec|msghdr|page|user)|__check_object_size|"
                                         "rep_movs", "kernel"),
    ("checksums", ".*(csum|checksum|InternetSum)", ""),
    ("copies in the daemon", "_*mem(cpy|move|set)", "libc[.-]"),
    ("waiting and waking", "_*(schedule|finish_task_switch|try_to_wake_up|wake_up|pick_next|ttwu)|.*(futex|poll)",
                           "kernel"),
    ("network stack of the kernel", ".*(skb|udp|tcp|ip6|ip_|ipv6|sock|netif|veth|tun_|napi|neigh|fib6|rt6|nf_|nft_|qdisc|"
                                    "packet_|gso|gro_|_xmit|dev_|net_|softirq|sendm|recvm|virtio)|sk_", "kernel"),
    ("segmenting and merging", ".*(Segmentation|Coalescer|TunnelBatch)", "godwit"),
    ("keeping what may be sent again", ".*(Resend|OutboundTunnels::keep)", "godwit"),
    ("tables, headers, the rest of Godwit", "", "godwit"),
    ("the rest of wireguard-go", "", "wireguard"),
]
CROSSING, OTHER = "into the kernel and back, interrupts", "other"
COMPILED = [(kind, re.compile(name), re.compile(place)) for kind, name, place in KINDS]


class Frame(NamedTuple):
    name: str
    place: str  # the file that it is from, [kernel.kallsyms]


class Sample(NamedTuple):
    pid: int
    tid: int
    seconds: float
    frames: tuple  # innermost first


def parse(text):
    """The samples of `perf script -F FIELDS`."""
    for block in text.split("\n\n"):
        lines = block.strip("\n").splitlines()
        head = re.search(r"(\d+)/(\d+)\s+(\d+)\s*$", lines[0]) if lines else None
        if head:
            yield Sample(int(head[1]), int(head[2]), int(head[3]) / 1e9, tuple(frames(lines[1:])))


def frames(lines):
    for text in lines:
        found = re.match(r"\s*[0-9a-f]+ (.+) \(([^()]+)(?: \(deleted\))?\)$", text)
        if found and found[1] not in ROOTS and found[2] != "[unknown]" and "libstdc++" not in found[2]:
            yield Frame(short(found[1], found[2]), found[2])


def short(name, place):
    """Without templates' arguments and what all names begin with; the file's name for whom nobody knows."""
    if name == "[unknown]":
        return re.sub(r"\.so.*", "", place.rsplit("/", 1)[-1])
    if re.match(r"\.\.@|aes_|ghash", name):
        return "ipsec-mb"  # which is linked in; the labels of its assembler are no functions
    while name != (less := re.sub(r"<[^<>]*>", "", name)):
        name = less
    return name.replace("(anonymous namespace)::", "").replace("godwit::", "")


def kind_of(sample):
    for frame, caller in zip(sample.frames, (*sample.frames[1:], None)):
        for kind, name, place in COMPILED:
            if place.search(frame.place) and name.match(frame.name):
                return kind
        if is_kernel(frame) and not (caller and is_kernel(caller)):
            return CROSSING
    return OTHER


def is_kernel(frame):
    return "kernel" in frame.place


def shares(samples, names):
    """Markdown: the part of each kind of work in all of the time, and in that of each process of `names` ({pid: name})."""
    spent = collections.defaultdict(collections.Counter)
    for sample in samples:
        for column in ("both", names[sample.pid]):
            spent[column][kind_of(sample)] += sample.seconds
    columns = ["both", *names.values()]
    rows = [["where the time goes", *columns], ["---"] * (len(columns) + 1)]
    for kind, _ in spent["both"].most_common():
        rows.append([kind, *(f"{spent[column][kind] / max(1e-9, spent[column].total()):.1%}" for column in columns)])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
