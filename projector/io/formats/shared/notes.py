"""What a format could not hold and what a reader decided, counted, to be said at the end."""

from __future__ import annotations

from collections import Counter


class Notes:
    """Counts of what a format could not hold and of what a reader decided, to be said aloud."""

    def __init__(self) -> None:
        self.lost: dict[str, Counter[str]] = {}
        self.remarks: Counter[str] = Counter()
        # Column -> names of its classes, in the order of the data set that was read: what is
        # written with class numbers keeps it.
        self.classes: dict[str, list[str]] = {}

    def lose(self, what: str, why: str, count: int = 1) -> None:
        """``count`` things of the plural name ``what`` ("spans") are not in the output."""
        if count:
            self.lost.setdefault(what, Counter())[why] += count

    def remark(self, what: str, count: int = 1) -> None:
        """Something done to the data that the user should know, such as a guess."""
        if count:
            self.remarks[what] += count

    def losses(self) -> list[str]:
        """Sentences such as "3 spans could not be held: 2 overlap, 1 discontinuous"."""
        said = []
        for what, reasons in sorted(self.lost.items()):
            why = ", ".join(f"{n} {reason}" for reason, n in reasons.most_common())
            said.append(f"{sum(reasons.values())} {what} could not be held: {why}")
        return said

    def notices(self) -> list[str]:
        return [f"{text} ({n}x)" if n > 1 else text for text, n in self.remarks.items()]

    def as_json(self) -> dict[str, object]:
        return {
            "lost": {what: dict(reasons) for what, reasons in sorted(self.lost.items())},
            "remarks": dict(self.remarks),
        }
