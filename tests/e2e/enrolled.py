"""A home agent whose mobile nodes are invited, and join: no public key stands in any configuration file."""
import json
import time

from deployment import GODWIT, GODWIT_HA, Deployment


class Enrolled(Deployment):
    """`home_agent` changes the home agent's configuration. Mobile nodes have no files until they join."""

    def __init__(self, topology, home_agent=None):
        super().__init__(topology, home_addresses={}, home_agent={"udp_ports": [4191, 443]} | (home_agent or {}))

    def ha(self, *arguments, check=True):
        """A command of the home agent on the running daemon: what it printed; or the three, unchecked."""
        done = self.command(*arguments, "--socket", self.socket("ha"), program=GODWIT_HA, node="ha")
        if check:
            assert done[0] == 0, f"{arguments}: {done}"
        return done[1] if check else done

    def invite(self, name="mn", *options):
        """The line that makes somebody the client of this name."""
        issued = json.loads(self.ha("invite", name, "--json", *options))
        self.home_addresses[name] = issued["home_address"]
        return issued["invite"]

    def join(self, line, node="mn", configuration=None, *options):
        """(exit status, stdout, stderr) of the joining."""
        return self.command("join", line, "--config", configuration or self.directory / f"{node}.toml",
                            "--no-start", *options, program=GODWIT, node=node)

    def enrol(self, node="mn", *options):
        """Invites and joins, and lets the test look at what its daemon says. It does not run yet."""
        status, said, complaint = self.join(self.invite(node, *options), node)
        assert status == 0, said + complaint
        file = self.directory / f"{node}.toml"
        file.write_text(f'status_socket = "{self.socket(node)}"\nstate_directory = "state-{node}"\n'
                        + 'log_level = "debug"\n' + file.read_text())
        return self

    def client(self, name="mn"):
        return json.loads(self.ha("show", name, "--json"))

    def wait_event(self, kind, since=0, seconds=10):
        """The first event of this kind after `since`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for line in self.ha("events", "--json", "--once", "--since", since).splitlines():
                event = json.loads(line)
                if event["type"] == kind:
                    return event
            time.sleep(0.02)
        raise TimeoutError(f"no event {kind}\n{self.log('ha')}")
