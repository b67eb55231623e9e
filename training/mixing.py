"""Which rows are taught and which are held back. Pure: rows in, rows out, chosen by hashes of their
names, so that the same rows give the same parts and a new row moves few others.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b

from training.cleaning import Row
from training.recipe_data import From, Split

TRAIN, VALIDATION, TEST = PARTS = ("train", "validation", "test")


def split(rows: Sequence[Row], shares: Split, seed: int) -> dict[str, list[Row]]:
    """Rows by part. A cluster is never divided, and none fills more than twice a part's share."""
    clusters: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        clusters[row.cluster].append(row)
    parts: dict[str, list[Row]] = {part: [] for part in PARTS}
    wanted = {
        TEST: _wanted(shares.test, len(rows)),
        VALIDATION: _wanted(shares.validation, len(rows)),
    }
    for name in sorted(clusters, key=lambda name: place(seed, "split", name)):
        members = clusters[name]
        part = next(
            (
                part
                for part, size in wanted.items()
                if len(parts[part]) < size and len(parts[part]) + len(members) <= 2 * size
            ),
            TRAIN,
        )
        parts[part].extend(members)
    return {part: sorted(found, key=_order(seed)) for part, found in parts.items()}


def _wanted(share: float, rows: int) -> int:
    """How many rows a part should have; at least one where it should have any."""
    return max(1, round(share * rows)) if share and rows > 2 else 0


def mix(rows: Sequence[Row], sources: Mapping[str, From], most: int, seed: int) -> list[Row]:
    """Training rows in the weights of the sources, as many as can be had, in a mixed order.

    Sources without a weight come whole. A row is repeated only as often as its source allows.
    """
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_source[row.pair.source].append(row)
    weights = {
        name: spec.weight for name, spec in sources.items() if spec.weight and by_source[name]
    }
    whole = [row for name, found in by_source.items() if name not in weights for row in found]
    taught = whole + _weighted(by_source, weights, sources, seed)
    numbered: dict[str, int] = defaultdict(int)
    keyed = []
    for row in taught:
        numbered[row.pair.row] += 1
        keyed.append((place(seed, f"mix{numbered[row.pair.row]}", row.pair.row), row))
    mixed = [row for _, row in sorted(keyed, key=lambda item: item[0])]
    return mixed[:most] if most else mixed


def _weighted(
    by_source: Mapping[str, list[Row]],
    weights: Mapping[str, float],
    sources: Mapping[str, From],
    seed: int,
) -> list[Row]:
    if not weights:
        return []
    # the source that runs out first decides how many rows there can be
    whole = min(
        len(by_source[name]) * sources[name].repeat / weight for name, weight in weights.items()
    )
    chosen: list[Row] = []
    for name, weight in weights.items():
        ordered = sorted(by_source[name], key=_order(seed))
        count = max(1, round(weight * whole))
        copies, rest = divmod(count, len(ordered))
        chosen += ordered * copies + ordered[:rest]
    return chosen


def _order(seed: int) -> Callable[[Row], bytes]:
    """A key that sorts rows by chance, the same each time."""
    return lambda row: place(seed, "order", row.pair.row)


def place(seed: int, purpose: str, name: str) -> bytes:
    """Where a name stands in an order of chance; another order for each seed and purpose."""
    return blake2b(f"{seed}:{purpose}:{name}".encode(), digest_size=8).digest()


def counts(rows: Iterable[Row]) -> dict[str, int]:
    """Rows by source."""
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        found[row.pair.source] += 1
    return dict(sorted(found.items()))
