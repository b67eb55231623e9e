"""A report of an evaluation as files: JSON for programs, Markdown and a picture for people."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from training.evals import pictures
from training.evaluate import Report, Result
from training.significance import Score

JSON, ROWS, MARKDOWN, PICTURE = "report.json", "rows.jsonl", "report.md", "report.png"
SHOWN = 10  # items that went from right to wrong, in the Markdown
MARK = {"better": " ▲", "worse": " ▼", "different": " ◆", "same": ""}


def write(report: Report, folder: Path) -> None:
    """Write all four files; the folder is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    told = report.to_json()
    for result in told["results"].values():
        del result["rows"]
    (folder / JSON).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
    with (folder / ROWS).open("w", encoding="utf-8") as file:
        for name, result in report.results.items():
            for row in result.rows:
                line = {"adapter": name, **asdict(row)}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    (folder / MARKDOWN).write_text(markdown(report), "utf-8")
    pictures.draw(report, folder / PICTURE)


def number(value: float) -> str:
    """Four digits at most that matter."""
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"


def shown(score: Score) -> str:
    """A value with its interval."""
    return f"{number(score.value)} ({number(score.low)}–{number(score.high)})"


def markdown(report: Report) -> str:
    """The whole report in words and tables."""
    about = report.about
    names = list(report.results)
    lines = [
        "# Evaluation",
        "",
        f"Base {report.base}, weights {about['weights']}, on {about['device']}; "
        f"seed {about['seed']}. In brackets: 95 % intervals.",
        "",
    ]
    if report.against and len(names) > 1:
        lines += [
            f"Compared with **{report.against}** on the same items: ▲ better, ▼ worse, ◆ different "
            "at 5 % after Holm's adjustment over all metrics. No mark: no difference was seen, "
            "which does not prove that there is none.",
            "",
        ]
    lines += _table(["metric", *names, "items"], _scores(report))
    lines += ["", *_table(["set", "items", "where from"], _sets(report))]
    for name in names:
        lines += _regressions(report, name)
    versions = ", ".join(f"{k} {v}" for k, v in about["versions"].items())
    lines += [
        "",
        "Overlap with a reference is not truth, and the safety set judges by words. Nothing here "
        "was reviewed by a clinician, and no figure says that an answer is safe to follow.",
        "",
        versions + ".",
    ]
    return "\n".join(lines) + "\n"


def _scores(report: Report) -> list[list[str]]:
    verdicts = {(c.one, c.metric): c.verdict for c in report.comparisons}
    metrics = list(dict.fromkeys(m for r in report.results.values() for m in r.metrics))
    rows = []
    for metric in metrics:
        row, items = [metric], 0
        for name, result in report.results.items():
            score = result.metrics.get(metric)
            mark = MARK[verdicts.get((name, metric), "same")]
            row.append("–" if score is None else shown(score) + mark)
            items = max(items, score.n if score else 0)
        rows.append([*row, str(items)])
    return rows


def _sets(report: Report) -> list[list[str]]:
    return [[name, str(s["items"]), s["about"]] for name, s in report.about["sets"].items()]


def _regressions(report: Report, name: str) -> list[str]:
    """Items that the one compared with had right and this one has wrong."""
    if report.against is None or name == report.against:
        return []
    lost = list(lost_items(report.results[name], report.results[report.against]))
    if not lost:
        return []
    lines = ["", f"## Right before, wrong with {name}: {len(lost)}", ""]
    lines += _table(["set", "item"], lost[:SHOWN])
    if len(lost) > SHOWN:
        lines += ["", f"All of them are in {ROWS}."]
    return lines


def lost_items(result: Result, before: Result) -> Iterable[list[str]]:
    """(set, id) of what `before` had right and `result` has wrong."""
    had = {(r.set, r.id): r.marks["right"] for r in before.rows if "right" in r.marks}
    for row in result.rows:
        if row.marks.get("right") == 0.0 and had.get((row.set, row.id)) == 1.0:
            yield [row.set, row.id]


def _table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    def line(cells: list[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return [line(head), line(["---"] * len(head)), *map(line, rows)]
