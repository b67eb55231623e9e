"""The depth of the queue over time, as a picture."""

import io
from collections.abc import Sequence

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def depth(samples: Sequence[tuple[float, int]]) -> bytes:
    """PNG bytes; `samples` are (seconds, waiting questions)."""
    figure = Figure(figsize=(8, 3.5), layout="constrained")
    axes = figure.add_subplot()
    axes.fill_between([at for at, _ in samples], [depth for _, depth in samples], step="post")
    axes.set(xlabel="seconds", ylabel="questions waiting", title="The queue", ylim=(0, None))
    axes.grid(alpha=0.3)
    out = io.BytesIO()
    FigureCanvasAgg(figure).print_png(out)  # type: ignore[no-untyped-call]
    return out.getvalue()
