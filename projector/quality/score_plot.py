"""The picture of `score_table`: precision, recall and F1 over thresholds, and calibration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from projector.engines import missing_package_message
from projector.errors import EngineError, UsageError


def check_plot(path: str) -> None:
    """Refuse before the work what could only fail after it.

    Raises:
        UsageError: not a name of a picture, or no such folder.
        EngineError: matplotlib is not installed.
    """
    if Path(path).suffix.lower() not in (".png", ".svg", ".pdf"):
        raise UsageError(f"--plot: found {path!r}, wanted a file name ending in .png, .svg or .pdf")
    if not Path(path).parent.is_dir():
        raise UsageError(f"--plot: the folder {str(Path(path).parent)!r} does not exist")
    try:
        import matplotlib  # noqa: F401
    except ModuleNotFoundError as error:
        raise EngineError(missing_package_message("--plot", "matplotlib", "option")) from error


def plot(table: dict[str, Any], path: str, title: str) -> None:
    """Draw the two pictures side by side into a file.

    Args:
        table: what `thresholds.score_table` gave.
    """
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "xproject"  # the same data give the same file
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    rows = [row for row in table["thresholds"] if row["kept"]]
    for key, colour in (("precision", "#1b6ca8"), ("recall", "#c05a00"), ("f1", "#3a7d34")):
        left.plot(
            [row["threshold"] for row in rows],
            [100 * row[key] for row in rows],
            marker="o",
            color=colour,
            label={"f1": "F1"}.get(key, key),
        )
    left.set(xlabel="least score kept", ylabel="%", ylim=(0, 102), title=title)
    left.grid(alpha=0.3)
    left.legend(loc="lower left")
    bins = table["reliability"]
    right.plot([0, 1], [0, 1], color="#888888", linestyle="--", linewidth=1)
    right.bar(
        [(b["low"] + b["high"]) / 2 for b in bins],
        [b["correct"] for b in bins],
        width=[0.9 * (b["high"] - b["low"]) for b in bins],
        color="#9cc4e4",
        label="share that is right",
    )
    right.plot([b["score"] for b in bins], [b["correct"] for b in bins], "o", color="#1b6ca8")
    for b in bins:
        middle = (b["low"] + b["high"]) / 2
        right.annotate(str(b["count"]), (middle, 0.02), ha="center", fontsize=8)
    right.set(
        xlabel="score",
        ylabel="share that is right",
        xlim=(0, 1),
        ylim=(0, 1.02),
        title=f"calibration error {100 * table['calibration_error']:.1f} %, counts below",
    )
    no_date = {"Date": None} if path.lower().endswith(".svg") else None
    figure.savefig(path, dpi=120, metadata=no_date)
    pyplot.close(figure)
