"""What a running daemon costs: processor time, and how often it wakes up."""
import os
import pathlib
import time

TICKS = os.sysconf("SC_CLK_TCK")


def processor_time(pid):
    """Seconds so far, of all threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def wake_ups(pid):
    """So far, by thread."""
    counts = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        status = dict(line.split(":", 1) for line in (task / "status").read_text().splitlines() if ":" in line)
        counts[f"{status['Name'].strip()} {task.name}"] = int(status["voluntary_ctxt_switches"])
    return counts


class Cost:
    """Of a process, from now on."""

    def __init__(self, pid):
        self.pid, self.began, self.before, self.woken = pid, time.monotonic(), processor_time(pid), wake_ups(pid)

    def percent(self):
        return 100 * (processor_time(self.pid) - self.before) / (time.monotonic() - self.began)

    def wake_ups(self):
        return {thread: count - self.woken.get(thread, 0) for thread, count in wake_ups(self.pid).items()}
