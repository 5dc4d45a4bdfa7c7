"""When an address appears, from the kernel's own notifications."""
import contextlib
import ipaddress
import os
import struct
import time

SLOWNESS = float(os.environ.get("GODWIT_E2E_SLOWNESS", "1"))  # of this machine: 10 for an emulated one


class AddressWatch:
    NEW_ADDRESS, TENTATIVE, OPTIMISTIC, GROUPS = 20, 0x40, 0x04, 0x100 | 0x10  # addresses of IPv6 and of IPv4

    def __init__(self, netlink):
        self.netlink = netlink
        self.netlink.bind((0, self.GROUPS))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.netlink.close()

    def wait(self, *prefixes, seconds=10 * SLOWNESS):
        """The first usable address of any of the prefixes, and the moment it came to be."""
        networks = [ipaddress.ip_network(prefix) for prefix in prefixes]
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.netlink.settimeout(left)
            with contextlib.suppress(TimeoutError):
                for address, flags in self._news(self.netlink.recv(65536)):
                    usable = not flags & self.TENTATIVE or flags & self.OPTIMISTIC
                    if usable and any(address in network for network in networks):
                        return str(address), time.time()
        raise TimeoutError(f"no address of {prefixes} within {seconds} s")

    def _news(self, message):
        while len(message) >= 16:
            length, kind = struct.unpack_from("=IH", message)
            attributes, found, flags = message[24:length], None, message[18]
            while len(attributes) >= 4:
                size, attribute = struct.unpack_from("=HH", attributes)
                if attribute == 1:                 # IFA_ADDRESS
                    found = ipaddress.ip_address(attributes[4:size])
                if attribute == 8:                 # IFA_FLAGS
                    flags, = struct.unpack_from("=I", attributes, 4)
                attributes = attributes[(size + 3) & ~3 or 4:]
            if kind == self.NEW_ADDRESS and found:
                yield found, flags
            message = message[(length + 3) & ~3 or 16:]
