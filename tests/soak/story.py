"""What happens in a soak, and what it has been like."""
import contextlib
import os
import shutil
import signal
import threading
import time

from conversations import Conversation
from deployment import PATIENCE, Deployment
from samples import Life
from topology import CORRESPONDENT, HOME_ADDRESS, SLOWNESS, Topology
from test_sessions import serve

SAMPLE_EACH = 2  # seconds
SANITIZERS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:", "WARNING: ThreadSanitizer")


class Story:
    def __init__(self, random):
        self.random, self.counts, self.worst, self.failures = random, {}, {}, []
        self.over = threading.Event()

    def __enter__(self):
        self.network = Topology(impair={"A": "--delay 10 --seed 1", "B": "--delay 25 --seed 2"})
        self.network.__enter__()
        self.deployment = Deployment(self.network, mobile_node={"interface": "godwit0", "lifetime": 60, "log_level": "info"},
                                     home_agent={"log_level": "info"})
        self.lives = {"ha": [], "mn": []}
        self.network.plug("A")
        for node in ("ha", "mn"):
            self.start(node)
        self.wait_served()
        serve(self.network, "cn", "echo", CORRESPONDENT, 7007)
        serve(self.network, "mn", "echo", HOME_ADDRESS, 7007)
        self.conversations = [Conversation(self.network, f"{node} to {address}, {number}", node, address, 7007)
                              for number in (1, 2) for node, address in (("mn", CORRESPONDENT), ("cn", HOME_ADDRESS))]
        self.sampler = threading.Thread(target=self._sample, daemon=True)
        self.sampler.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for conversation in getattr(self, "conversations", ()):
            conversation.close()
        self.network.__exit__(None, None, None)

    def start(self, node):
        self.deployment.start(node)
        self.lives[node].append(Life(self.deployment.daemons[node]))

    def _sample(self):
        while not self.over.wait(SAMPLE_EACH):
            for lives in self.lives.values():
                lives[-1].sample()

    # Telling

    def tell(self, until):
        began = time.monotonic()
        killing_until = began + (until - began) / 4
        while time.monotonic() < until and not self.failures:
            acts = self.mild() + (self.deadly() if time.monotonic() < killing_until else [])
            self.act(*self.random.choice(acts))
            time.sleep(self.random.uniform(0, 2))

    def act(self, name, do):
        self.counts[name] = self.counts.get(name, 0) + 1
        began = time.monotonic()
        do()
        done = time.monotonic()
        try:
            self.wait_served()
        except (TimeoutError, AssertionError) as error:
            self.failures.append(f"after {name}: {str(error).splitlines()[0][:300]}")
            return
        for conversation in self.conversations:
            # TCP's own patience grows with what it was cut off for.
            if not conversation.wait_for_answer(60 * SLOWNESS + 2 * (done - began)):
                self.failures.append(f"{conversation.name} lost, {name}: {conversation.loss or 'nothing comes back'}")
        self.worst[name] = max(self.worst.get(name, 0), time.monotonic() - done)

    def wait_served(self):
        if self.network.at["mn", "uplink"] == "home":
            self.deployment.wait("mn", lambda status: status["state"] == "home", 3 * PATIENCE)
        else:
            self.deployment.wait_attached()

    def mild(self):
        return [("move", self.move)] * 6 + [
            ("unplugged for a while", self.unplug), ("loss", self.lose), ("black hole", self.black_hole), ("both stand still", self.stand_still),
            ("meddling", self.meddle), ("questions at the status socket", self.ask),
            ("short connections", self.short_connections), ("switches swapped", self.swap)]

    def deadly(self):
        return [("kill -9 of the mobile node", lambda: self.kill("mn")), ("kill -9 of the home agent", lambda: self.kill("ha")),
                ("restart of the home agent", self.restart_home_agent)]

    # Acts

    def move(self):
        self.network.move(self.random.choice([link for link in ("home", "A", "B") if link != self.network.at["mn", "uplink"]]))

    def unplug(self):
        self.network.unplug()
        time.sleep(self.random.uniform(0, 5))
        self.network.plug(self.random.choice(("home", "A", "B")))

    def lose(self):
        for link in ("A", "B"):
            self.network.change(link, f"loss {self.random.choice((5, 10, 20))}")
        self.move()
        time.sleep(self.random.uniform(1, 5))
        for link in ("A", "B"):
            self.network.change(link, "loss 0")

    def black_hole(self):
        for link in ("A", "B"):
            self.network.change(link, "blackhole on")
        time.sleep(self.random.uniform(0.5, 4))
        for link in ("A", "B"):
            self.network.change(link, "blackhole off")

    def stand_still(self):
        for daemon in self.deployment.daemons.values():
            os.kill(daemon.pid, signal.SIGSTOP)
        time.sleep(self.random.uniform(0.5, 4))
        for daemon in self.deployment.daemons.values():
            os.kill(daemon.pid, signal.SIGCONT)

    def meddle(self):
        self.network.run("mn", self.random.choice((
            "ip -6 rule flush; ip -6 rule add from all lookup main priority 32766", "ip -6 route flush table 4191; ip -6 route flush table 4192",
            "ip link set godwit0 down", "ip link set godwit0 mtu 9000")), check=False)
        time.sleep(1 * SLOWNESS)

    def restart_home_agent(self):
        self.deployment.stop("ha")
        self.start("ha")

    def kill(self, node):
        self.deployment.crash(node)
        time.sleep(self.random.uniform(0, 2))
        self.start(node)

    def ask(self):
        for _ in range(100):
            for node in ("mn", "ha"):
                self.deployment.status(node)

    def short_connections(self):
        for _ in range(20):
            with contextlib.suppress(OSError):
                Conversation(self.network, "short", "mn", CORRESPONDENT, 7007).close()

    def swap(self):
        """Behind the host's back."""
        self.network.swap_switches(self.random.choice(("A", "B")))

    # The end

    def end(self, growth, files):
        for node in ("mn", "ha"):
            life = self.lives[node][-1]
            if not life.is_long:
                self.failures.append(f"{node}: only {len(life.samples)} samples; too short a soak says nothing")
                continue
            if life.last(1) - life.first(1) > growth:
                self.failures.append(f"{node}: grew from {life.first(1):.1f} to {life.last(1):.1f} MiB")
            if life.last(2) - life.first(2) > files:
                self.failures.append(f"{node}: {life.first(2):.0f} open files became {life.last(2):.0f}")
        self.over.set()
        self.sampler.join()
        for conversation in self.conversations:
            if conversation.loss:
                self.failures.append(f"{conversation.name}: {conversation.loss}")
            conversation.close()
        try:
            self.deployment.stop("mn", "ha")
        except AssertionError as error:
            self.failures.append(str(error).splitlines()[0])
        for node in ("mn", "ha"):
            said = (self.deployment.directory / f"{node}.log").read_text(errors="replace")
            self.failures += [f"{node}: {line}" for line in said.splitlines() if any(word in line for word in SANITIZERS)]
        return self.failures

    def keep_logs(self, directory):
        directory.mkdir(parents=True, exist_ok=True)
        for log in self.deployment.directory.glob("*.log"):
            shutil.copy(log, directory)

    def table(self):
        lines = ["", f"{'what happened':36} {'times':>6} {'longest until all was well, s':>30}"]
        lines += [f"{name:36} {count:6} {self.worst.get(name, 0):30.1f}" for name, count in sorted(self.counts.items())]
        lines += ["", f"{'connection':36} {'said':>6} {'MB back':>8} {'longest silence, s':>20}"]
        lines += [f"{one.name:36} {one.sent:6} {one.received / 1e6:8.1f} {one.longest:20.1f}" for one in self.conversations]
        lines += ["", f"{'daemon':8} {'lives':>6} {'the last, s':>12} {'MiB at first':>13} {'at last':>9} {'at most':>9} {'files at first':>15} {'at last':>8}"]
        for node, lives in self.lives.items():
            life = lives[-1]
            if life.samples:
                lines.append(f"{node:8} {len(lives):6} {life.samples[-1][0]:12.0f} {life.first(1):13.1f} {life.last(1):9.1f} {life.most(1):9.1f} "
                             f"{life.first(2):15.0f} {life.last(2):8.0f}")
        return "\n".join(lines + [""])
