"""The text of one answer as it comes in: stop strings cut out, the seams of a resumed one hidden.

Not every server cuts stop strings itself; `transformers serve` leaves them in.
"""

from collections.abc import Sequence


class Wording:
    """Takes pieces of text and gives back what may be shown."""

    def __init__(self, stop: Sequence[str]) -> None:
        self._stop = tuple(string for string in stop if string)
        self._held = ""  # could be the beginning of a stop string
        self._seam = ""  # white space at the end of the text that a resumed answer may repeat
        self.text = ""  # all that came in, with what is held back
        self.stopped = False

    def feed(self, piece: str) -> str:
        """Take a piece; return what may be shown by now."""
        while self._seam and piece:
            same = piece[0] == self._seam[0]
            piece, self._seam = (piece[1:], self._seam[1:]) if same else (piece, "")
        self.text += piece
        self._held += piece
        ends = [at for string in self._stop if (at := self._held.find(string)) >= 0]
        if ends:
            self.stopped = True
            shown, self._held = self._held[: min(ends)], ""
            return shown
        keep = max((_overlap(self._held, string) for string in self._stop), default=0)
        cut = len(self._held) - keep
        shown, self._held = self._held[:cut], self._held[cut:]
        return shown

    @property
    def shown(self) -> str:
        """What came in without what is held back."""
        return self.text[: len(self.text) - len(self._held)]

    def restart(self) -> None:
        """Begin again."""
        self.text, self._held, self._seam = "", "", ""

    def flush(self) -> str:
        """Return what was held back: no stop string came of it."""
        held, self._held = self._held, ""
        return "" if self.stopped else held

    def begun(self) -> str:
        """Return the text from which another server shall go on.

        Chat templates trim it, so the next piece may begin with the white space that it ended in.
        """
        trimmed = self.text.rstrip()
        self._seam = self.text[len(trimmed) :]
        return trimmed


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of `text` could begin `stop`."""
    longest = min(len(text), len(stop) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(stop[:n])), 0)
