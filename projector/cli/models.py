"""``xproject models``: translation models on this machine: list, add, remove, path."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from projector.cli import messages
from projector.cli.options import AsJson, Force
from projector.errors import UsageError

if TYPE_CHECKING:
    from projector.models.firefox.catalogue import Release
    from projector.models.firefox.store import InstalledModel

Model = TypeVar("Model", "InstalledModel", "Release")
MB = 1e6
# Mean COMET from English on Flores test over 42 language pairs, as their publisher gives it.
PUBLISHED = "the family's published COMET from English, mean of 42 pairs: 0.871 (NLLB-600M 0.849)"


def command(
    action: Annotated[
        Literal["list", "add", "remove", "path"],
        typer.Argument(help="What to do.", show_default=False),
    ],
    languages: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SOURCE TARGET]", help="Languages; for list, any of them."),
    ] = None,
    origin: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="URL|FOLDER",
            help="A re-hosted list of models, or a folder; without it, Firefox's own service.",
        ),
    ] = "",
    all_models: Annotated[
        bool, typer.Option("--all", help="list: also what could be downloaded.")
    ] = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Translation models of the engine `firefox`: some 50 languages, about 36 MB a pair.

    Firefox's own service is not meant for production: for machines that install models often,
    put its files on a server of yours and name it with --from.

    Examples:

      xproject models list

      xproject models list es --all

      xproject models add en es

      xproject models add en es --from https://models.example.org/records.json

      xproject models path en pt
    """
    from projector.models.firefox import store

    given = list(languages or ())
    if action == "list":
        found = _named(store.installed(), given)
        offered = _named(store.available(origin), given) if all_models or origin else []
        (_print_json if as_json else _print_table)(found, offered)
        return
    if len(given) != 2:
        raise UsageError(
            f"models {action}: found {len(given)} languages, wanted two: "
            f"xproject models {action} en es"
        )
    source, target = given
    if action == "add":
        model = _add(source, target, origin, force=force)
        messages.say(f"{model.source}-{model.target}: {model.size / MB:.0f} MB in {model.folder}")
    elif action == "remove":
        messages.say(f"removed {store.remove(source, target).folder}")
    else:
        here = store.find(source, target)
        if here is None:
            raise UsageError(
                f"models path: {source}-{target} is not here; type: "
                + store.how_to_get(source, target)
            )
        print(here.folder)


def _add(source: str, target: str, origin: str, *, force: bool) -> InstalledModel:
    from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

    from projector.models.firefox import store

    if not origin:
        messages.say(
            "from Firefox's own service, which is not meant for production: re-host the models "
            "for more than a few machines (--from)"
        )
    with Progress(
        "[progress.description]{task.description}",
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=messages.console(),
        transient=True,
        disable=messages.quiet or not sys.stderr.isatty(),
    ) as bar:
        task = bar.add_task(f"{source}-{target}", total=None)
        return store.add(source, target, origin, force=force, told=lambda n: bar.advance(task, n))


def _named(models: Sequence[Model], languages: list[str]) -> list[Model]:
    from projector.text.languages import base_language

    wanted = {base_language(code) for code in languages}
    return [m for m in models if wanted <= {base_language(m.source), base_language(m.target)}]


def _print_json(found: list[InstalledModel], offered: list[Release]) -> None:
    import msgspec

    plain = {"installed": found, "available": offered}
    print(msgspec.json.format(msgspec.json.encode(plain), indent=2).decode())


def _print_table(found: list[InstalledModel], offered: list[Release]) -> None:
    from rich.markup import escape

    table = messages.table("models", PUBLISHED)
    for heading in ("pair", "engine", "version", "kind", "MB", "licence", "where"):
        table.add_column(heading, justify="right" if heading == "MB" else "left", overflow="fold")
    for model in found:
        cells = (model.version, model.architecture, f"{model.size / MB:.0f}", model.licence)
        table.add_row(
            f"{model.source}-{model.target}", "firefox", *map(escape, cells), model.folder
        )
    here = {(model.source, model.target, model.version) for model in found}
    for release in offered:
        if (release.source, release.target, release.version) in here:
            continue
        command = f"xproject models add {release.source} {release.target}"
        cells = (release.version, release.architecture, f"{release.size / MB:.0f}", "MPL-2.0")
        table.add_row(f"{release.source}-{release.target}", "firefox", *map(escape, cells), command)
    messages.console(stderr=False).print(table)
