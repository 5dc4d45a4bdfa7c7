"""A chart of tunnels beside one of them: how many times better or worse, on a logarithmic scale, whatever is measured."""
import math

from drawing import document, legend
from measures import MEASURES
from summary import median, number

WIDTH, LEFT, RIGHT, ROW, GAP, TOP = 860, 290, 40, 11, 10, 58
SPAN = 4  # doublings each way: 16 times
COLOURS = ("#2f81f7", "#8250df", "#57ab5a", "#d9822b", "#c93c37")


def x(ratio):
    doublings = min(SPAN, max(-SPAN, math.log2(ratio)))
    return round(LEFT + (WIDTH - LEFT - RIGHT) * (doublings + SPAN) / (2 * SPAN), 1)


def times_better(measure, mine, base):
    return mine / base if measure.more_is_better else base / mine


def bar(style, ratio, y):
    begin, end = sorted((x(1), x(ratio)))
    at = f'x="{end + 4}"' if ratio >= 1 else f'x="{begin - 4}" text-anchor="end"'
    return (f'<rect class="{style}" x="{begin}" y="{y}" width="{max(1, round(end - begin, 1))}" height="{ROW - 2}"/>'
            f'<text class="small" {at} y="{y + ROW - 3}">{number(ratio)}</text>')


def svg(peers, baseline):
    shown = [name for name in peers if name not in (baseline, "direct")]
    shapes, y = [], TOP
    for name, measure in MEASURES.items():
        base = median(peers[baseline], name)
        found = {who: median(peers[who], name) for who in shown}
        if not base or not any(found.values()):
            continue
        shapes.append(f'<text x="8" y="{y + ROW * len(shown) / 2 + 4:g}">{measure.title}</text>')
        for place, (who, mine) in enumerate(found.items()):
            if mine:
                shapes.append(bar(who, times_better(measure, mine, base), y + ROW * place))
        y += ROW * len(shown) + GAP
    return document(WIDTH, y + 6, f"How many times better than {baseline}", style(shown),
                    legend(shown) + scale(y, baseline) + shapes)


def scale(height, baseline):
    marks = [f'<text x="{WIDTH - RIGHT}" y="18" text-anchor="end">times better than {baseline}, to the right</text>']
    for doublings in range(-SPAN, SPAN + 1):
        at, said = x(2 ** doublings), f"{2 ** doublings}" if doublings >= 0 else f"1/{2 ** -doublings}"
        marks.append(f'<line class="grid" x1="{at}" x2="{at}" y1="46" y2="{height}"/>'
                     f'<text x="{at}" y="40" text-anchor="middle">{said}</text>')
    return marks


def style(shown):
    return "\n.small { font-size: 9px }\n" + " ".join(f".{name} {{ fill: {colour} }}" for name, colour in zip(shown, COLOURS))
