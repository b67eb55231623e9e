"""Data sets of the Hugging Face Hub, streamed, so that a small share downloads little.

No code of a data set is run, and nothing is told about us to anyone.
"""

import os
from collections.abc import Iterator

from doctor_llama.errors import DatasetError
from training.sources.pair import Hub, Record


def records(hub: Hub) -> Iterator[Record]:
    """Every record of a split. Raises `DatasetError` where it cannot be had."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    from datasets import load_dataset  # noqa: PLC0415 - it takes a second, and the setting above

    try:
        found = load_dataset(
            hub.id, hub.config, split=hub.split, revision=hub.revision, streaming=True
        )
        yield from found
    except (OSError, ValueError, RuntimeError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise DatasetError(
            f"{hub.id} cannot be had from the Hub ({lines[0][:160].rstrip('.')}). "
            "Download it elsewhere and give its place with a path."
        ) from error
