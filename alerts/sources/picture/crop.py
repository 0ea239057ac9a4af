"""Which part of a picture is shown. Runs in cells only.

By a rule that can be explained: the part with the most edges, near where eyes look first. Edges are where
detail is; skies, walls and water have few. The window only moves along one side, since it is as large as
the picture allows, and each step away from the preferred place must be earned by more detail: the middle
from side to side, and the upper third from top to bottom in an upright picture, where faces are. An editor
who knows better names the point (`--image-focus`).
"""

from collections.abc import Sequence

from PIL import Image, ImageFilter

from alerts.domain.picture import Focus

_LOOK = 128  # pixels of the longer side at which edges are looked for
_PULL = 0.4  # the share of all detail that a move by the whole picture must gain
_QUIET = (
    24  # the edges of a pixel below which they are noise: where nothing stands out, nothing pulls
)
_LOUD = bytes(max(0, value - _QUIET) for value in range(256))
_MIDDLE, _UPPER_THIRD, _ABOVE_MIDDLE = 0.5, 0.36, 0.46

Box = tuple[int, int, int, int]


def part_of(pixels: Image.Image, ratio: tuple[int, int], focus: Focus | None) -> Box:
    """The largest part with that ratio of width to height (left, top, right, bottom)."""
    width, height = pixels.size
    across = width * ratio[1] >= height * ratio[0]  # too wide: the window moves from side to side
    whole = width if across else height
    length = (
        min(width, round(height * ratio[0] / ratio[1]))
        if across
        else min(height, round(width * ratio[1] / ratio[0]))
    )
    if focus is not None:
        centre = focus[0 if across else 1] / 100 * whole
        start = round(centre - length / 2)
    else:
        preferred = _MIDDLE if across else _UPPER_THIRD if height > width else _ABOVE_MIDDLE
        start = round(_best(_detail(pixels, across=across), length / whole, preferred) * whole)
    start = max(0, min(whole - length, start))
    return (start, 0, start + length, height) if across else (0, start, width, start + length)


def _detail(pixels: Image.Image, *, across: bool) -> Sequence[int]:
    """The amount of edges in each column (or row) of the picture, seen small."""
    scale = _LOOK / max(pixels.size)
    size = (max(3, round(pixels.width * scale)), max(3, round(pixels.height * scale)))
    small = pixels.convert("L").resize(size, Image.Resampling.BOX)
    edges = small.filter(ImageFilter.FIND_EDGES)
    width, height = size
    octets = edges.tobytes().translate(_LOUD)
    rows = [octets[n * width + 1 : (n + 1) * width - 1] for n in range(1, height - 1)]
    return [sum(column) for column in zip(*rows, strict=True)] if across else [*map(sum, rows)]


def _best(detail: Sequence[int], share: float, preferred: float) -> float:
    """Where the window of that share of the whole begins, from 0 to 1."""
    steps, total = len(detail), max(1, sum(detail))
    length = max(1, round(share * steps))
    starts = range(steps - length + 1)

    def worth(start: int) -> tuple[float, float]:
        away = abs((start + length / 2) / steps - preferred)
        return sum(detail[start : start + length]) / total - _PULL * away, -away

    return max(starts, key=worth) / steps
