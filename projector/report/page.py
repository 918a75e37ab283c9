"""One self-contained HTML page over records: nothing is fetched, everything is escaped."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable
from importlib.resources import files

import msgspec
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from projector import __version__
from projector.io.streams import open_write
from projector.records import Record
from projector.report.charts import histogram, translations, yields
from projector.report.data import Overview, embedded, gather

SAMPLE = 200


def write_report(
    records: Iterable[Record],
    path: str | os.PathLike[str],
    *,
    title: str = "",
    sample: int = SAMPLE,
    worst: bool = False,
    source_name: str = "",
    force: bool = False,
) -> int:
    """Write the page; returns how many pairs it shows.

    Args:
        records: the output of any stage after ``project`` (earlier ones work, with less to see).
        sample, worst: see `report.data.gather`.
        source_name: the file, for the command that the page shows.

    Raises:
        UsageError: the file exists and ``force`` is off.
    """
    with open_write(path, force=force) as stream:
        overview, pairs = gather(records, sample, worst=worst)
        page = _template().render(
            title=title or "xproject report",
            version=__version__,
            overview=overview,
            kinds=overview.dropped_kinds(),
            reasons=_by_reason(overview),
            shown=len(pairs),
            histogram=histogram(overview),
            yields=yields(overview),
            translations=translations(overview) if overview.estimated else "",
            data=_script_data([embedded(pair) for pair in pairs]),
            style=_asset("page.css"),
            script=_asset("page.js"),
            source=shlex.quote(source_name or "projected.jsonl"),
        )
        stream.write(page.encode("utf-8", "surrogatepass"))
    return len(pairs)


def _by_reason(overview: Overview) -> list[tuple[str, dict[str, int]]]:
    """What was dropped, the most frequent reason first."""
    rows = [(reason, msgspec.structs.asdict(losses)) for reason, losses in overview.reasons.items()]
    return sorted(rows, key=lambda row: (-sum(row[1].values()), row[0]))


def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(_asset("page.html.j2"))


def _asset(name: str) -> Markup:
    """A file of this package, which is ours and needs no escaping."""
    return Markup(files("projector.report").joinpath(name).read_text(encoding="utf-8"))


def _script_data(value: object) -> Markup:
    """JSON that cannot end the script element that it stands in."""
    text = msgspec.json.encode(value).decode("utf-8")
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)
