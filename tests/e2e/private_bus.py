"""A D-Bus of a test's own, and logind as far as Godwit knows it."""
import contextlib
import subprocess
import time

import dbus
import dbus.bus
import dbus.lowlevel

POLICY = """<busconfig><type>custom</type><listen>unix:path={socket}</listen><policy context='default'>
<allow user='*'/><allow send_destination='*'/><allow receive_sender='*'/><allow eavesdrop='true'/><allow own='*'/>
</policy></busconfig>"""


@contextlib.contextmanager
def private_bus(directory):
    """Its address, while it runs."""
    socket, configuration = directory / "bus", directory / "bus.conf"
    configuration.write_text(POLICY.format(socket=socket))
    daemon = subprocess.Popen(["dbus-daemon", "--nofork", "--nopidfile", f"--config-file={configuration}"],
                              stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while not socket.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        yield f"unix:path={socket}"
    finally:
        daemon.terminate()
        daemon.wait()


class FakeLogind:
    def __init__(self, address):
        self.bus = dbus.bus.BusConnection(address)
        self.bus.request_name("org.freedesktop.login1")

    def prepare_for_sleep(self, is_before):
        signal = dbus.lowlevel.SignalMessage("/org/freedesktop/login1", "org.freedesktop.login1.Manager",
                                             "PrepareForSleep")
        signal.append(bool(is_before), signature="b")
        self.bus.send_message(signal)
        self.bus.flush()
