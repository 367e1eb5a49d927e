"""The commands of `intertwine` and their options.

This file stands beside the package because importing the package imports torch, and help should be instant. Each
command imports its work from `intertwine.cli` when it runs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

try:
    import typer
except ModuleNotFoundError:
    sys.exit('The command line needs typer and rich: pip install "intertwine[cli]"')

app = typer.Typer(
    name="intertwine",
    help="Equivariant networks: solve for the maps, audit any model, compare the ways to use a symmetry.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

GroupOption = Annotated[str, typer.Option("--group", help='The symmetry, such as "C4", "SO(3)" or "D(4)*C(2)".')]


@app.command()
def solve(
    group: Annotated[str, typer.Argument(help='A group, such as "SO(3)".')],
    source: Annotated[str, typer.Argument(help='The representation of the input, such as "V*V".')],
    target: Annotated[str, typer.Argument(help='The representation of the output, such as "V".')],
    basis: Annotated[bool, typer.Option(help="Print the basis, when it is small enough to read.")] = True,
    explain: Annotated[bool, typer.Option("--explain", help="Say why the space has this dimension.")] = False,
) -> None:
    """Find every linear map that commutes with a group.

    Example: intertwine solve "SO(3)" "V*V" "V"
    """
    from intertwine.cli.solve import solve as run

    run(group, source, target, basis=basis, explain=explain)


@app.command()
def groups(
    group: Annotated[str | None, typer.Argument(help='One group to describe, such as "D(4)".')] = None,
) -> None:
    """List the catalogue of groups, or describe one of them."""
    from intertwine.cli.groups import describe, table

    if group is None:
        table()
    else:
        describe(group)


@app.command()
def audit(
    model: Annotated[str, typer.Argument(help='"package.module:factory", or a torch.export program "model.pt2".')],
    data: Annotated[Path, typer.Argument(help="An .npz file of inputs, one item per row.")],
    group: GroupOption,
    action_in: Annotated[str, typer.Option(help='How the group moves the input: "pictures", "vectors(2*V)".')],
    action_out: Annotated[str, typer.Option(help='How it moves the output: "trivial", "vectors(V)".')],
    array: Annotated[str | None, typer.Option(help="The array to read; not needed when the file holds one.")] = None,
    samples: Annotated[int | None, typer.Option(min=2, help="Items to use; all of them unless given.")] = None,
    elements: Annotated[str, typer.Option(help='Group elements for each item: a number, or "all".')] = "1",
    batch_size: Annotated[int, typer.Option(min=1, help="Items in one call of the model.")] = 256,
    seed: Annotated[int, typer.Option(help="Seed of the group elements.")] = 0,
    json: Annotated[Path | None, typer.Option(help="Save the report here.")] = None,
    below: Annotated[float | None, typer.Option(help="Exit with status 1 unless the error is below this.")] = None,
) -> None:
    """Measure how far a model is from equivariant, with confidence intervals.

    Example: intertwine audit mymodels:make pictures.npz --group C4 --action-in pictures --action-out trivial
    """
    from intertwine.cli.audit import Request
    from intertwine.cli.audit import audit as run

    run(Request(model, data, group, action_in, action_out, array, samples, elements, batch_size, seed), json, below)


@app.command()
def shifts(
    model: Annotated[str, typer.Argument(help='"package.module:factory", or a torch.export program "model.pt2".')],
    data: Annotated[Path, typer.Argument(help="An .npz file of inputs (items, channels, height, width).")],
    array: Annotated[str | None, typer.Option(help="The array to read; not needed when the file holds one.")] = None,
    samples: Annotated[int | None, typer.Option(min=2, help="Items to use; all of them unless given.")] = None,
    margin: Annotated[int, typer.Option(min=0, help="Show windows so much smaller; 0 takes pictures as cyclic.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of the shifts.")] = 0,
    sources: Annotated[bool, typer.Option("--sources", help="Tell the sources of aliasing apart, by layer.")] = False,
    json: Annotated[Path | None, typer.Option(help="Save the report on shifts here.")] = None,
    below: Annotated[float | None, typer.Option(help="Exit with status 1 unless the errors are below this.")] = None,
) -> None:
    """Measure how a model follows when its input moves, by whole pixels and by fractions.

    Example: intertwine shifts mymodels:make pictures.npz --sources
    """
    from intertwine.cli.shifts import shifts as run

    run(model, data, array, samples, margin, seed, sources, json, below)


@app.command()
def compare(
    data: Annotated[
        str,
        typer.Option(
            help="digits, fashion, mnist, inertia, an .npz file with x and y, an .xyz or .extxyz file of molecules "
            "with energies, or a folder of pictures."
        ),
    ] = "digits",
    group: GroupOption = "C4",
    routes: Annotated[
        str, typer.Option(help='Ways of using the symmetry, with commas between; "hidden" sweeps hidden features.')
    ] = "plain,augment,average,equivariant",
    seeds: Annotated[int, typer.Option(min=1, help="How many times everything is repeated.")] = 5,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Passes over the data; the problem proposes a number.")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Items in one step of training.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Adam's step size.")] = None,
    hidden: Annotated[str | None, typer.Option(help='Widths of the hidden layers, such as "128,128".')] = None,
    examples: Annotated[int | None, typer.Option(min=1, help="How many items to train on.")] = None,
    rep_in: Annotated[str | None, typer.Option(help="How the group acts on the rows of your x, such as 3*V.")] = None,
    rep_out: Annotated[str | None, typer.Option(help="How it acts on y; without it y does not move.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the results and report.html.")] = Path("comparison"),
    device: Annotated[str, typer.Option(help="Where to train, such as cpu or cuda.")] = "cpu",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what the folder holds.")] = False,
) -> None:
    """Train several ways of using a symmetry side by side; report accuracy, equivariance and cost.

    Example: intertwine compare --data digits --group C4 --routes plain,augment,average,equivariant
    """
    from intertwine.cli.compare import Request
    from intertwine.cli.compare import compare as run

    budget = (epochs, batch_size, learning_rate, hidden, examples)
    run(Request(data, group, routes, seeds, *budget, rep_in, rep_out, out, device, resume))


@app.command()
def reproduce(
    name: Annotated[str | None, typer.Argument(help="Which one; without a name they are listed.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Tiny, in under a minute: to see that it works.")] = False,
    full: Annotated[bool, typer.Option("--full", help="The published data and protocol; needs a GPU.")] = False,
    budget: Annotated[float, typer.Option(help="Multiplies the passes over the data.")] = 1.0,
    seeds: Annotated[int | None, typer.Option(min=1, help="How many times everything is repeated.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the results; reproduce-NAME unless given.")] = None,
    device: Annotated[str, typer.Option(help="Where to train, such as cpu or cuda.")] = "cpu",
    threads: Annotated[int, typer.Option(min=1, help="Threads of torch on the CPU.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what the folder holds.")] = False,
) -> None:
    """Do a published result again, with the paper's numbers beside ours.

    Example: intertwine reproduce jets --quick
    """
    if name is None:
        from intertwine.cli.reproduce import listing

        listing()
        return
    if quick and full:
        raise typer.BadParameter("--quick and --full exclude each other.")
    from intertwine.cli.reproduce import reproduce as run
    from intertwine.reproduce import Request

    size = "quick" if quick else "full" if full else "default"
    run(name, Request(size, budget, seeds, out or Path(f"reproduce-{name}"), device, threads, resume))


def main() -> None:
    """Run the command line. A mistake in the input ends with its message and exit status 2, not with a traceback."""
    try:
        app()
    except ValueError as error:
        from intertwine.errors import IntertwineError

        if not isinstance(error, IntertwineError):
            raise
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
