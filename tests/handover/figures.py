"""What the moves cost, from what the flows wrote down. All times are seconds of time.time(), all results milliseconds.

A move is a dict: `lost`, when the old link went (or was asked to be left); `usable`, when the new one had an address;
`recovered`, when packets sent after that were seen to arrive in both directions, or None."""
import bisect
import math

LEAD = 0.1  # seconds: a packet sent so long before a link is lost, and the delay of the link, is past it


def percentiles(values):
    ordered = sorted(values)
    return {name: round(ordered[min(len(ordered) - 1, int(len(ordered) * part))], 2)
            for name, part in (("p50", 0.5), ("p95", 0.95), ("max", 1.0))} if ordered else None


def silence(times, begin, end):
    """The longest silence between two sorted arrivals of which the second is after `begin` and the first before
    `end`: (when it began, when it ended). The end is infinite if nothing arrived any more."""
    first = max(0, bisect.bisect_right(times, begin) - 1)
    last = bisect.bisect_left(times, end)
    around = times[first:last + 1] + ([math.inf] if last >= len(times) else [])
    return max(zip(around, around[1:]), key=lambda pair: pair[1] - pair[0], default=(begin, math.inf))


def fates(direction):
    """Of each number that was sent: (when, refused by the system?, copies that arrived, reordered?)."""
    copies, late, newest = {}, set(), -1
    for datagram in direction.received:
        copies[datagram.number] = copies.get(datagram.number, 0) + 1
        if datagram.number < newest and copies[datagram.number] == 1:
            late.add(datagram.number)
        newest = max(newest, datagram.number)
    return [(at, error != 0, copies.get(number, 0), number in late) for at, number, error in direction.sent]


def count(some):
    return {"sent": len(some), "refused": sum(refused for _, refused, _, _ in some),
            "lost": sum(not refused and not copies for _, refused, copies, _ in some),
            "duplicated": sum(max(0, copies - 1) for _, _, copies, _ in some),
            "reordered": sum(late for _, _, _, late in some)}


def of_direction(direction, moves, delay, settle):
    """A dict for each move, and one of the whole flow. A packet belongs to the move that came next after it was sent,
    if that came within the link's delay, else to the one before."""
    every = fates(direction)
    sent = [at for at, *_ in every]
    times = sorted(datagram.at for datagram in direction.received)
    cuts = [bisect.bisect_left(sent, move["lost"] - LEAD - delay) for move in moves] + [len(sent)]
    samples = []
    for move, begin, end, after in zip(moves, cuts, cuts[1:], [*moves[1:], None]):
        horizon = (min(move["recovered"] + settle, times[-1]) if move["recovered"] else
                   after["lost"] if after else sent[-1])
        began, ended = silence(times, move["lost"], horizon)
        samples.append({"silence": milliseconds(ended - began), "from_lost": milliseconds(ended - move["lost"]),
                        "from_usable": milliseconds(max(0.0, ended - move["usable"]))} | count(every[begin:end]))
    return samples, count(every) | {"dropped_by_receiver": direction.dropped}


def of_stream(times, moves, end):
    """For each move the longest silence of a TCP receiver that began with it or later, before the next move; `end` is
    when the sender stopped. None if it was silent since an earlier move: each silence counts once."""
    begins = [move["lost"] - LEAD for move in moves] + [end]
    around = [*(time for time in times if time < end), end]
    longest = [None] * len(moves)
    for one, other in zip(around, around[1:]):
        place = bisect.bisect_right(begins, one) - 1
        if 0 <= place < len(moves):
            longest[place] = max(longest[place] or 0, milliseconds(other - one))
    return longest


def milliseconds(seconds):
    """None: for ever."""
    return round(seconds * 1e3, 3) if math.isfinite(seconds) else None
