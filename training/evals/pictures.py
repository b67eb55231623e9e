"""The picture of a report: one small panel a metric, every adapter with its interval."""

import math
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.evaluate import Report
from training.significance import Better

COLUMNS = 4
MOST = 16  # panels; the rest is in the tables
# what a panel is worth: the first of these that a metric's name ends in
FIRST = (
    "right", "exact", "accuracy", "macro_f1", "perplexity", "chrf", "rougeL", "bleu", "escalate",
    "refuse", "answer", "support", "ended", "repetition", "tokens_per_second", "p95_seconds",
)  # fmt: skip
ARROW = {Better.HIGHER: "higher is better", Better.LOWER: "lower is better", Better.NEITHER: ""}
COLOURS = ("#1b6ca8", "#d1495b", "#3b8a57", "#8d6cab", "#c77d0a", "#5c6670")


def draw(report: Report, path: Path) -> None:
    """Write the picture as a PNG."""
    chosen = panels(report)
    rows = max(1, math.ceil(len(chosen) / COLUMNS))
    height = 0.9 + rows * (0.9 + 0.28 * len(report.results))
    figure = Figure(figsize=(3.1 * COLUMNS, height), layout="constrained")
    grid = figure.subplots(rows, COLUMNS, squeeze=False)
    for at, axes in enumerate(grid.flat):
        if at < len(chosen):
            _panel(axes, report, chosen[at], named=at % COLUMNS == 0)
        else:
            axes.axis("off")
    figure.suptitle(f"{report.base}: scores with 95 % intervals", fontsize=12)
    figure.savefig(path, dpi=130)


def panels(report: Report) -> list[str]:
    """The metrics that are drawn, those that matter most first."""
    known = dict.fromkeys(m for r in report.results.values() for m in r.metrics)
    ranked = [
        metric
        for ending in FIRST
        for metric in known
        if metric.rsplit(".", maxsplit=1)[-1] == ending
    ]
    return ranked[:MOST]


def _panel(axes: Axes, report: Report, metric: str, *, named: bool) -> None:
    names = list(report.results)
    for at, name in enumerate(names):
        score = report.results[name].metrics.get(metric)
        if score is None:
            continue
        axes.errorbar(
            score.value,
            at,
            xerr=[[score.value - score.low], [score.high - score.value]],
            fmt="o",
            color=COLOURS[at % len(COLOURS)],
            capsize=3,
        )
    axes.set_yticks(range(len(names)), names if named else [""] * len(names))
    axes.set_ylim(len(names) - 0.5, -0.5)
    better = next(r.better[metric] for r in report.results.values() if metric in r.better)
    axes.set_title(metric, fontsize=10, loc="left")
    axes.set_xlabel(ARROW[better], fontsize=7, color="#5c6670")
    axes.tick_params(labelsize=8)
    axes.grid(axis="x", alpha=0.3)
