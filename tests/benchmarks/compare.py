"""Translators, aligners and methods side by side on gold data: ``xproject compare``, by its command.

    python tests/benchmarks/compare.py --data DATA [--set europarl|uner] [--records 200]

``europarl``: Europarl NER, English to Spanish; the given Spanish text and Apertium. ``uner``: UNER
PUD, English to Portuguese; the given text and Firefox's student. The first records are the input
and the gold for the spans; the rest of the gold is what the probe's tagger is scored on.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from projector.io.jsonl import write_records
from tests.benchmarks import gold


def grid(name: str, folder: Path, data: Path) -> dict[str, Any]:
    """Two translators, two aligners, three methods."""
    lang, engine = {"europarl": ("es", "apertium"), "uner": ("pt", "firefox")}[name]
    given = {
        "stage": "translate",
        "to": lang,
        "engine": "bitext",
        "model": str(folder / "pairs.tsv"),
    }
    if name == "europarl":
        bitext = gold.bitext(data, lang)
        aligners = [
            {"as": "auto", "stage": "align", "engine": "auto"},
            {"as": "hmm, bitext", "stage": "align", "engine": "hmm", "bitext": bitext},
        ]
        second, options = "markers", {"engine": "apertium"}
    else:
        aligners = [{"stage": "align", "engine": name} for name in ("hmm", "firefox")]
        second, options = "candidates", {}
    methods = [
        {"as": "match", "stage": "project", "method": "match"},
        {"as": second, "stage": "project", "method": second, "options": options},
        {
            "as": f"match+{second}",
            "stage": "project",
            "method": f"match+{second}",
            "options": {second: options} if options else {},
        },
    ]
    translators = [
        {"as": "given text", **given},
        {"as": engine, "stage": "translate", "to": lang, "engine": engine},
    ]
    return {"input": str(folder / "in.jsonl"), "steps": [translators, aligners, methods]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--set", choices=["europarl", "uner"], default="europarl")
    parser.add_argument("--records", type=int, default=200)
    options = parser.parse_args()
    load, lang = {"europarl": (gold.europarl, "es"), "uner": (gold.uner, "pt")}[options.set]
    found = load(options.data, lang)
    count = options.records
    with tempfile.TemporaryDirectory(prefix="xproject-compare-") as temporary:
        folder = Path(temporary)
        write_records([pair.source for pair in found.pairs[:count]], folder / "in.jsonl")
        write_records(found.gold[:count], folder / "gold.jsonl")
        write_records(found.gold[count:], folder / "probe.jsonl")
        (folder / "pairs.tsv").write_text(
            "".join(f"{pair.source.text}\t{pair.target.text}\n" for pair in found.pairs),
            encoding="utf-8",
        )
        (folder / "grid.yaml").write_text(json.dumps(grid(options.set, folder, options.data)))
        command = [
            sys.executable, "-m", "projector", "compare", str(folder / "grid.yaml"),
            "-o", str(folder / "out"), "--gold", str(folder / "gold.jsonl"),
            "--probe", str(folder / "probe.jsonl"),
        ]  # fmt: skip
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
