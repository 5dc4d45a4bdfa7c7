"""What the charts of the documentation share: an SVG file that needs nothing else, and is read on light and dark pages."""
import html

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #7d8590 } .title { font-weight: 600 }
.grid { stroke: #7d8590; stroke-opacity: .25 }
@media (prefers-color-scheme: dark) { text { fill: #9ca3af } .grid { stroke: #9ca3af } }"""


def document(width, height, label, style, shapes):
    """`label` says what is seen to whoever does not see; `style` is CSS beside STYLE."""
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{html.escape(label)}">\n'
            f"<style>{STYLE}{style}\n</style>\n" + "\n".join(shapes) + "\n</svg>\n")


def legend(names):
    """A mark and a word for each, in a row at the top; the names are CSS classes too."""
    return [f'<rect class="{name}" x="{8 + 130 * place}" y="8" width="12" height="12"/>'
            f'<text x="{25 + 130 * place}" y="18">{name}</text>' for place, name in enumerate(names)]
