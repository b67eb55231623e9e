"""Series to PNG bytes, to be read on a phone in a dark chat: large type, few lines, dark ground.

matplotlib is imported at the first picture, and drawn in a thread: the bot stays light and quick.
"""

import asyncio
import io
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from doctor_llama.learning import Run, Share
from doctor_llama.stats import Daily, Depth, Percentiles

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT, DPI = 6.4, 4.4, 150  # inches and dots: 960 x 660, sharp on a phone
GROUND, GRID, INK, FAINT = "#17212b", "#2b3a4a", "#f2f5f8", "#9fb2c4"
BLUE, ORANGE, GREEN = "#64b5f6", "#ffb74d", "#81c784"  # told apart also by the colour-blind
STYLE: Any = {
    "figure.facecolor": GROUND,
    "axes.facecolor": GROUND,
    "axes.edgecolor": GRID,
    "axes.labelcolor": INK,
    "figure.titlesize": 17,
    "figure.constrained_layout.w_pad": 0.12,
    "figure.constrained_layout.h_pad": 0.1,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": GRID,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelsize": 14,
    "ytick.labelsize": 14,
    "legend.fontsize": 14,
    "legend.labelcolor": INK,
    "legend.frameon": False,
    "font.size": 14,
    "text.color": INK,
}


_ONE_AT_A_TIME = threading.Lock()  # matplotlib's settings are those of the whole process


async def draw(title: str, paint: Callable[["Axes"], None]) -> bytes:
    """A picture with this title, painted by one of the functions below."""
    return await asyncio.to_thread(_draw, title, paint)


def _draw(title: str, paint: Callable[["Axes"], None]) -> bytes:
    import matplotlib  # noqa: PLC0415 - see above
    from matplotlib.figure import Figure  # noqa: PLC0415

    with _ONE_AT_A_TIME, matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, layout="constrained")
        axes = figure.subplots()
        figure.suptitle(title, x=0.02, horizontalalignment="left")
        paint(axes)
        picture = io.BytesIO()
        figure.savefig(picture, format="png")
    return picture.getvalue()


def questions(series: Daily, labels: tuple[str, str]) -> Callable[["Axes"], None]:
    """Bars a day, and the people behind them as a line."""

    def paint(axes: "Axes") -> None:
        places = range(len(series.days))
        axes.bar(places, series.counts, color=BLUE, width=0.8, label=labels[0])
        axes.plot(places, series.people, color=ORANGE, linewidth=3, label=labels[1])
        _ticks(axes, [day.strftime("%d.%m.") for day in series.days])
        _whole_numbers(axes, max(series.counts, default=0))
        axes.grid(False, axis="x")
        axes.legend(loc="upper left")

    return paint


def ratings(shares: Sequence[Share]) -> Callable[["Axes"], None]:
    """The share of 👍 by adapter with its 95 % interval, the latest on top."""

    def paint(axes: "Axes") -> None:
        for place, one in enumerate(shares):
            percent = [100 * value for value in (one.low, one.share, one.high)]
            axes.plot(percent[::2], [place, place], color=BLUE, linewidth=5, solid_capstyle="round")
            axes.plot(percent[1], place, "o", color=INK, markersize=11)
        axes.set_yticks(range(len(shares)), [_short(one.adapter) for one in shares])
        axes.set_xlim(0, 100)
        axes.set_ylim(-0.6, max(len(shares), 2) - 0.4)
        axes.set_xticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"])
        axes.grid(False, axis="y")

    return paint


def curve(points: Sequence[tuple[int, float]]) -> Callable[["Axes"], None]:
    """The loss of a training by step; on a logarithmic scale where it fell a hundredfold."""

    def paint(axes: "Axes") -> None:
        steps, losses = [step for step, _ in points], [loss for _, loss in points]
        axes.plot(steps, losses, color=BLUE, linewidth=3)
        if min(losses) > 0 and max(losses) > 100 * min(losses):
            axes.set_yscale("log")
        else:
            axes.set_ylim(bottom=0)

    return paint


def counts(rows: Sequence[tuple[str, int]]) -> Callable[["Axes"], None]:
    """A bar for each number, with the number on it."""

    def paint(axes: "Axes") -> None:
        bars = axes.barh(range(len(rows)), [n for _, n in rows], color=BLUE, height=0.6)
        axes.bar_label(bars, padding=4)
        axes.set_yticks(range(len(rows)), [label for label, _ in rows])
        axes.invert_yaxis()
        axes.margins(x=0.15)
        axes.grid(False, axis="y")
        axes.set_xticks([])

    return paint


def gains(runs: Sequence[Run], labels: tuple[str, str]) -> Callable[["Axes"], None]:
    """For each run what it gained above the line and what it lost below."""

    def paint(axes: "Axes") -> None:
        places = range(len(runs))
        axes.bar(places, [run.gained for run in runs], color=GREEN, label=labels[0])
        axes.bar(places, [-run.lost for run in runs], color=ORANGE, label=labels[1])
        axes.axhline(0, color=FAINT, linewidth=1)
        axes.set_xticks(places, [str(run.number) for run in runs])
        axes.margins(y=0.3)
        axes.grid(False, axis="x")
        axes.legend(loc="upper left", ncols=2)

    return paint


def latency(rows: Sequence[tuple[str, Percentiles]]) -> Callable[["Axes"], None]:
    """Three bars for each of the three times."""

    def paint(axes: "Axes") -> None:
        for number, (colour, mark) in enumerate(
            ((GREEN, "50 %"), (BLUE, "90 %"), (ORANGE, "99 %"))
        ):
            heights = [(one.half, one.nine, one.most)[number] for _, one in rows]
            places = [place + (number - 1) * 0.27 for place in range(len(rows))]
            bars = axes.bar(places, heights, width=0.25, color=colour, label=mark)
            axes.bar_label(bars, fmt=_figure, padding=3, fontsize=12)
        axes.set_xticks(range(len(rows)), [label for label, _ in rows])
        axes.margins(y=0.3)
        axes.grid(False, axis="x")
        axes.legend(loc="upper left", ncols=3)

    return paint


def depth(series: Depth) -> Callable[["Axes"], None]:
    """How many waited, as a filled line over the hours."""

    def paint(axes: "Axes") -> None:
        places = range(len(series.at))
        axes.fill_between(places, series.waiting, color=BLUE, alpha=0.35, step="mid")
        axes.step(places, series.waiting, color=BLUE, linewidth=2.5, where="mid")
        _ticks(axes, [_clock(moment) for moment in series.at], at_most=5)
        axes.set_xlim(0, len(series.at) - 1)
        _whole_numbers(axes, max(series.waiting, default=0))

    return paint


def _ticks(axes: "Axes", labels: Sequence[str], at_most: int = 6) -> None:
    """As many labels as a phone has room for, the last one among them."""
    step = max(1, -(-len(labels) // at_most))
    places = list(range(len(labels) - 1, -1, -step))[::-1]
    axes.set_xticks(places, [labels[place] for place in places])


def _whole_numbers(axes: "Axes", highest: int) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    axes.set_ylim(0, max(highest * 1.25, 4))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))


def _clock(moment: datetime) -> str:
    return moment.strftime("%H:%M")


def _short(name: str, most: int = 16) -> str:
    """Both ends of a name: the end is often what tells it from the others."""
    return name if len(name) <= most else f"{name[: most // 2 - 1]}…{name[-most // 2 :]}"


def _figure(value: float) -> str:
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:.0f}"
