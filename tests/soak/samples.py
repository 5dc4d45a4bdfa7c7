"""What a daemon holds, sample by sample, for each of its lives."""
import statistics
import time

from faults import daemon_pid, open_files, resident

WINDOW = 6  # samples, of which the median counts


class Life:
    def __init__(self, process):
        self.process, self.began, self.samples = process, time.monotonic(), []

    def sample(self):
        try:
            pid = daemon_pid(self.process)
            self.samples.append((time.monotonic() - self.began, resident(pid) / 1024, open_files(pid)))
        except (OSError, TypeError):  # it has just ended
            pass

    def settled(self):
        """Without the first tenth, in which everything is used for the first time."""
        return self.samples[len(self.samples) // 10:]

    def first(self, column):
        return statistics.median(sample[column] for sample in self.settled()[:WINDOW])

    def last(self, column):
        return statistics.median(sample[column] for sample in self.samples[-WINDOW:])

    def most(self, column):
        return max(sample[column] for sample in self.samples)

    @property
    def is_long(self):
        return len(self.settled()) >= 2 * WINDOW
