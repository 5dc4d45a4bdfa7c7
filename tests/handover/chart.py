"""A chart of every move's gap: a strip for each condition, on a logarithmic scale, the programs side by side."""
import math

from drawing import document, legend
from figures import percentiles
from instrument import DIRECTIONS
from moves import KINDS

WIDTH, LEFT, RIGHT, ROW, TOP = 860, 190, 70, 15, 58
LEAST, MOST = 1, 20_000  # ms: the ends of the scale
TITLES = {"break-before-make": "one link, break before make: from the new address", "blackout": "no link for a while: "
          "from the new address", "make-before-break": "two links, make before break: longest silence",
          "silent": "two links, one falls silent: from its silence"}
STYLE = """
.godwit { stroke: #2f81f7; fill: #2f81f7 } .wireguard-go { stroke: #d9822b; fill: #d9822b }
.tick { stroke-width: 1.5; stroke-opacity: .5 } .median { stroke-width: 3 }"""


def x(milliseconds):
    part = math.log(min(MOST, max(LEAST, milliseconds)) / LEAST) / math.log(MOST / LEAST)
    return round(LEFT + part * (WIDTH - LEFT - RIGHT), 1)


def worst(sample, measure):
    """Of both directions; what never ended is at the end of the scale."""
    return max(MOST if sample[direction][measure] is None else sample[direction][measure] for direction in DIRECTIONS)


def strip(result, y):
    values = [worst(sample, KINDS[result["kind"]].measure) for sample in result["samples"]]
    median, peer = percentiles(values)["p50"], result["peer"]
    said = f"{median:.{1 if median < 10 else 0}f} ms" if median < MOST else "never"
    return [*(stroke(f"tick {peer}", value, y, 5) for value in values), stroke(f"median {peer}", median, y, 6),
            f'<text x="{WIDTH - RIGHT + 8}" y="{y + 4}">{said}</text>']


def stroke(style, value, y, reach):
    return f'<line class="{style}" x1="{x(value)}" x2="{x(value)}" y1="{y - reach}" y2="{y + reach}"/>'


def svg(content):
    shapes, y = [], TOP
    for kind, title in TITLES.items():
        results = sorted((result for result in content["conditions"] if result["kind"] == kind),
                         key=lambda result: (result["delay_ms"], result["loss_percent"], result["peer"]))
        if not results:
            continue
        shapes.append(f'<text class="title" x="8" y="{y + 12}">{title}</text>')
        y, before = y + 30, None
        for result in results:
            where = f"{result['delay_ms']:g} ms, {result['loss_percent']:g} % lost"
            if where != before:
                y += 4 if before else 0
                shapes.append(f'<text x="8" y="{y + 4}">{where}</text>')
            before = where
            shapes += strip(result, y)
            y += ROW
        y += 10
    peers = {result["peer"] for result in content["conditions"]} & {"godwit", "wireguard-go"}
    return frame(shapes, y, sorted(peers))


def frame(shapes, height, peers):
    marks = legend(peers)
    marks.append(f'<text x="{16 + 130 * len(peers)}" y="18">a thin line for each move, in the worse direction; a thick '
                 'one for the median</text>')
    for decade in range(int(math.log10(LEAST)), int(math.log10(MOST)) + 1):
        at = x(10 ** decade)
        marks.append(f'<line class="grid" x1="{at}" x2="{at}" y1="46" y2="{height}"/>'
                     f'<text x="{at}" y="40" text-anchor="middle">{10 ** decade} ms</text>')
    return document(WIDTH, height + 6, "The gap of every move", STYLE, marks + shapes)
