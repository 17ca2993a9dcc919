"""The command line: a contract for scripts. Each command imports what it needs when it is called.

Exit codes: 0 fine, 1 found something (an alarm, a finding, rejected lines), 2 bad input or usage.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="accalmie",
    help="The crisis room for brands on social media.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)

File = Annotated[str, typer.Argument(metavar="FILE", help="A file, or - for standard input.")]


@app.callback(invoke_without_command=True)
def version(
    ctx: typer.Context,
    show: Annotated[bool, typer.Option("--version", help="Show the version and end.")] = False,
) -> None:
    """Listen to everything said about a brand, measure its fever, be alarmed once, with reasons."""
    if show:
        from accalmie import __version__

        typer.echo(__version__)
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        raise typer.Exit


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to serve on; default: ACCALMIE_HOST.")] = "",
    port: Annotated[int, typer.Option(help="The port to serve on; default: ACCALMIE_PORT.")] = 0,
    demo: Annotated[
        bool, typer.Option("--demo", help="On a fresh installation, begin with a drill.")
    ] = False,
) -> None:
    """Serve the pages, with a worker. The first start makes the database and the first account."""
    from accalmie.cli import serving

    raise typer.Exit(serving.serve(host, port, demo=demo))


@app.command()
def work(beside: Annotated[bool, typer.Option("--beside", hidden=True)] = False) -> None:
    """Run a further worker."""
    from accalmie.cli import serving

    raise typer.Exit(serving.work(beside=beside))


@app.command()
def demo(
    scenario: Annotated[
        str, typer.Option(help="outage, clumsy_post, hacked_account, teasing_wave or small_brand.")
    ] = "outage",
    seed: Annotated[int, typer.Option(help="The same seed gives the same storm.")] = 1,
    speed: Annotated[float, typer.Option(help="How many times as fast as life.")] = 60.0,
) -> None:
    """Make a first account, a topic, and a storm that is played back, marked as a drill."""
    from accalmie.cli import serving

    raise typer.Exit(serving.demo(scenario, seed, speed))


@app.command("import")
def import_(
    file: File,
    topic: Annotated[str, typer.Option(help="The topic's name; it is made when there is none.")],
    map: Annotated[
        list[str] | None, typer.Option(help="FIELD=COLUMN, to correct a guess; may be repeated.")
    ] = None,
    rejects: Annotated[Path | None, typer.Option(help="Keep the rejected lines aside in this file.")] = None,
    matching: Annotated[
        bool, typer.Option("--matching", help="Keep only what holds the topic's words.")
    ] = False,
) -> None:
    """Read mentions in from JSONL or CSV, with progress; an interrupted import goes on where it was."""
    from accalmie.cli import importing

    raise typer.Exit(importing.import_(file, topic, map or [], rejects, matching=matching))


@app.command()
def watch(
    file: File,
    topic: Annotated[str, typer.Option(help="The topic's name.")] = "",
    by: Annotated[str, typer.Option(help="One topic for each value of this column.")] = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Replay a file of mentions without a database: each change of level, each alarm."""
    from accalmie.cli.watch import watch as replay

    raise typer.Exit(replay(file, topic, by, json, sys.stdout))


@app.command()
def fever(
    counts: Annotated[
        str, typer.Option(help="CSV with timestamp,value, equally spaced; - for standard input.")
    ],
    out: Annotated[str, typer.Option(help="CSV to write; - for standard output.")],
) -> None:
    """Measure the fever of a series of counts, row by row."""
    from accalmie.cli.fever import fever as measure

    raise typer.Exit(measure(counts, out))


@app.command()
def read(
    batch: Annotated[str, typer.Option(help='JSONL with {"id","text"}; - for standard input.')],
    out: Annotated[str, typer.Option(help="JSONL to write; - for standard output.")],
) -> None:
    """Read messages: language, tone, insult, stance."""
    from accalmie.cli import reading

    raise typer.Exit(reading.read(batch, out))


@app.command()
def drill(
    scenario: Annotated[
        str, typer.Option(help="outage, clumsy_post, hacked_account, teasing_wave or small_brand.")
    ] = "outage",
    seed: Annotated[int, typer.Option(help="The same seed gives the same storm.")] = 1,
    out: Annotated[str, typer.Option(help="JSONL to write; - for standard output.")] = "-",
) -> None:
    """Compose a storm of invented people and texts, and write it as mentions."""
    from accalmie.cli.drill import drill as compose

    raise typer.Exit(compose(scenario, seed, out))


@app.command()
def doctor() -> None:
    """Look at settings, database, worker, sources and proof, and name the remedy for each fault."""
    from accalmie.cli import doctoring

    raise typer.Exit(doctoring.doctor())
