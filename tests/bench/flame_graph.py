"""A flame graph: the stacks of a profile as rectangles, callers below what they call, as wide as their part of the time.
The whole name and the part show when the pointer rests on one. Everything is in the one file, without scripts."""
import html

from drawing import document

WIDTH, ROW, TOP, LETTER, LEAST = 1200, 17, 34, 6.3, 0.003  # pixels; of LEAST: the part of all below which nothing is drawn
CLASSES = {"the daemon": "own", "kernel": "kernel", "libcrypto, libsodium": "aead", "other libraries": "library"}
STYLE = """
.own { fill: #7cb7ff } .kernel { fill: #f0b37e } .aead { fill: #c9a6ff } .library { fill: #8fd19e } .all { fill: #c8cdd3 }
rect { stroke: #fff; stroke-width: .5 } .in { font-size: 10.5px; fill: #1b1f24; pointer-events: none }"""


class Node:
    def __init__(self, name, style):
        self.name, self.style, self.seconds, self.called = name, style, 0.0, {}

    def child(self, name, style):
        return self.called.setdefault((name, style), Node(name, style))


def style_of(frame):
    return ("kernel" if "kernel" in frame.place else "aead" if "libcrypto" in frame.place or "libsodium" in frame.place
            else "library" if ".so" in frame.place else "own")


def tree(samples, names):
    """Of all samples, the processes side by side; `names` is {pid: name}."""
    root = Node("both daemons", "all")
    for sample in samples:
        stack = [(names[sample.pid], "all"), *((frame.name, style_of(frame)) for frame in reversed(sample.frames))]
        node = root
        node.seconds += sample.seconds
        for number, (name, style) in enumerate(stack):
            if number and stack[number - 1] == (name, style):  # recursion, and rows of nameless functions
                continue
            node = node.child(name, style)
            node.seconds += sample.seconds
    return root


def svg(samples, names, title):
    root = tree(samples, names)
    if not root.seconds:
        raise ValueError("no samples")
    boxes = list(layout(root, root.seconds, 0, 0))
    height = TOP + ROW * (1 + max(depth for _, depth, _ in boxes)) + 6
    return document(WIDTH, height, title, STYLE, [*heading(title), *(box(node, root, depth, x, height)
                                                                     for node, depth, x in boxes)])


def layout(node, whole, depth, x):
    """(node, depth, where it begins in pixels), as far as it is worth drawing; the widest first."""
    yield node, depth, x
    for called in sorted(node.called.values(), key=lambda each: (-each.seconds, each.name)):
        if called.seconds >= LEAST * whole:
            yield from layout(called, whole, depth + 1, x)
            x += WIDTH * called.seconds / whole


def heading(title):
    marks = [f'<text class="title" x="8" y="18">{html.escape(title)}</text>']
    for place, (name, style) in enumerate(CLASSES.items()):
        x = WIDTH - 160 * (len(CLASSES) - place)
        marks.append(f'<rect class="{style}" x="{x}" y="8" width="12" height="12"/><text x="{x + 17}" y="18">{name}</text>')
    return marks


def box(node, root, depth, x, height):
    width, y = WIDTH * node.seconds / root.seconds, height - 6 - ROW * (depth + 1)
    room = int((width - 6) / LETTER)
    name = node.name if len(node.name) <= room else node.name[:room - 1] + "…"
    text = f'<text class="in" x="{x + 3:.1f}" y="{y + 12}">{html.escape(name)}</text>' if room >= 4 else ""
    return (f'<g><title>{html.escape(node.name)}: {node.seconds / root.seconds:.1%}</title><rect class="{node.style}" '
            f'x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 1}"/>{text}</g>')
