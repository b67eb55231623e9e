"""What a cleaning did, in numbers, words and two pictures. No text of a row is in it."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from training import mixing
from training.cleaning import RULES, Row, Stage
from training.lengths import Lengths

FUNNEL, TOKENS, MARKDOWN, JSON = "funnel.png", "tokens.png", "report.md", "report.json"


def summarise(
    rows: Sequence[Row], lengths: Lengths, parts: Mapping[str, Sequence[Row]]
) -> dict[str, Any]:
    """All figures of the report."""
    fired = Counter(rule for row in rows for rule in row.rules)
    out = Counter(row.out for row in rows if row.out)
    return {
        "rows": {"read": len(rows), **_actions(rows)},
        "sources": {
            name: {"read": count, **_actions(r for r in rows if r.pair.source == name)}
            for name, count in mixing.counts(rows).items()
        },
        "funnel": funnel(rows),
        "rules": {
            name: {
                "stage": str(rule.stage),
                "effect": str(rule.effect),
                "fired": fired[name],
                "took_out": out[name],
                "about": rule.about,
            }
            for name, rule in RULES.items()
            if fired[name]
        },
        "parts": {
            part: {"rows": len(found), "sources": mixing.counts(found)}
            for part, found in parts.items()
        },
        "tokens": {
            "all": lengths.tokens,
            "estimated": lengths.estimated,
            "quantiles": lengths.quantiles(),
        },
    }


def _actions(rows: Iterable[Row]) -> dict[str, int]:
    found = Counter(row.action for row in rows)
    return {action: found[action] for action in ("keep", "flag", "drop")}


def funnel(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows left after each stage that takes some out, from the first to the last."""
    out = Counter(RULES[row.out].stage for row in rows if row.out)
    left = len(rows)
    steps: list[dict[str, Any]] = [{"stage": "read", "left": left, "out": 0}]
    for stage in Stage:
        if out[stage]:
            left -= out[stage]
            steps.append({"stage": str(stage), "left": left, "out": out[stage]})
    return steps


def write(summary: Mapping[str, Any], lengths: Lengths, out: Path, *, title: str) -> None:
    """Write report.json, report.md and the pictures into a folder."""
    text = json.dumps(summary, indent=2, ensure_ascii=False, sort_keys=True)
    (out / JSON).write_text(text + "\n", encoding="utf-8")
    (out / MARKDOWN).write_text(markdown(summary, title), encoding="utf-8")
    draw(summary, lengths, out)


def markdown(summary: Mapping[str, Any], title: str) -> str:
    """The report to read."""
    rows, tokens = summary["rows"], summary["tokens"]
    lines = [
        f"# {title}",
        "",
        f"{rows['read']:,} rows were read: {rows['keep']:,} kept, {rows['flag']:,} set aside, "
        f"{rows['drop']:,} dropped.",
        "",
        f"![What is left after each step]({FUNNEL})",
        "",
        *_table(
            ("step", "taken out", "left"),
            ((s["stage"], s["out"], s["left"]) for s in summary["funnel"]),
        ),
        "## Rules",
        "",
        *_table(
            ("rule", "step", "effect", "fired", "took out", "what it is"),
            (
                (name, r["stage"], r["effect"], r["fired"], r["took_out"], r["about"])
                for name, r in summary["rules"].items()
            ),
        ),
        "## Sources",
        "",
        *_table(
            ("source", "read", "kept", "set aside", "dropped"),
            (
                (n, s["read"], s["keep"], s["flag"], s["drop"])
                for n, s in summary["sources"].items()
            ),
        ),
        "## Parts",
        "",
        *_table(
            ("part", "rows", "by source"),
            (
                (part, p["rows"], ", ".join(f"{n} {c:,}" for n, c in p["sources"].items()))
                for part, p in summary["parts"].items()
            ),
        ),
        "## Tokens",
        "",
        f"{tokens['all']:,} tokens to train on"
        + (", estimated at 4.47 characters each." if tokens["estimated"] else "."),
        "",
        f"![Tokens of questions and answers]({TOKENS})",
        "",
        *_table(
            ("of a", *next(iter(tokens["quantiles"].values()))),
            ((name, *found.values()) for name, found in tokens["quantiles"].items()),
        ),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    def line(cells: Iterable[Any]) -> str:
        shown = (f"{c:,}" if isinstance(c, int) else str(c).replace("|", "\\|") for c in cells)
        return f"| {' | '.join(shown)} |"

    return [line(heads), line("---" for _ in heads), *map(line, rows), ""]


def draw(summary: Mapping[str, Any], lengths: Lengths, out: Path) -> None:
    """The two pictures: what is left after each step, and how long the rows are."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - a second to load
    from matplotlib.figure import Figure  # noqa: PLC0415

    steps = summary["funnel"]
    figure = Figure(figsize=(8, 0.55 * len(steps) + 1), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    bars = axes.barh([s["stage"] for s in steps], [s["left"] for s in steps], color="#4c78a8")
    axes.bar_label(bars, [f"{s['left']:,}" for s in steps], padding=3)
    axes.invert_yaxis()
    axes.set_xlim(right=max(1, steps[0]["left"]) * 1.15)
    axes.set_xlabel("rows left")
    figure.savefig(out / FUNNEL, dpi=120, metadata={"Software": None})

    figure = Figure(figsize=(8, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    longest = max([1, *lengths.questions, *lengths.answers])
    edges = [longest * i / 60 for i in range(61)]
    axes.hist(lengths.questions, edges, alpha=0.6, label="questions", color="#4c78a8")
    axes.hist(lengths.answers, edges, alpha=0.6, label="answers", color="#f58518")
    axes.set_yscale("symlog")
    axes.set_xlabel("tokens, estimated" if lengths.estimated else "tokens")
    axes.set_ylabel("rows")
    axes.legend()
    figure.savefig(out / TOKENS, dpi=120, metadata={"Software": None})
