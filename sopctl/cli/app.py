"""All commands, as typer knows them: help, completion and errors."""

from collections.abc import Callable, Sequence
from typing import Any

from sopctl.cli.options import Command, for_typer

HELP = "Check and publish standard operating procedures as one checks and publishes a program."


def commands() -> dict[str, tuple[str, Command]]:
    """Every command by its name, with the panel of the help that it stands in."""
    from sopctl.cli import (
        as_of,
        audit,
        comment,
        convert,
        coverage,
        diff,
        escalation,
        explain,
        export,
        git_setup,
        graph,
        lint,
        list_,
        log,
        new,
        outline,
        publish,
        schema,
        show,
        status,
        test_,
        walk,
    )

    check, read, write, site = "Check", "Look", "Write", "Publish"
    return {
        "lint": (check, lint.lint),
        "test": (check, test_.run_scenarios),
        "diff": (check, diff.diff),
        "explain": (check, explain.explain),
        "rules": (check, explain.rules),
        "list": (read, list_.list_),
        "show": (read, show.show),
        "walk": (read, walk.walk),
        "escalation": (read, escalation.escalation),
        "coverage": (read, coverage.coverage),
        "status": (read, status.status),
        "log": (read, log.log),
        "as-of": (read, as_of.as_of),
        "audit": (read, audit.audit),
        "graph": (read, graph.graph),
        "outline": (read, outline.outline),
        "export": (read, export.export),
        "schema": (read, schema.schema),
        "init": (write, new.init),
        "new": (write, new.new),
        "git-setup": (write, git_setup.git_setup),
        "convert": (write, convert.convert),
        "comment": (site, comment.comment),
        "render": (site, publish.render),
        "build": (site, publish.build),
        "serve": (site, publish.serve),
    }


def run_typer(words: Sequence[str]) -> int:
    """Run a command line through typer."""
    try:
        code = _app()(list(words), standalone_mode=True, prog_name="sopctl")
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):  # typer makes a 1 of it
            raise stop.__context__ from None
        code = stop.code
    return int(code or 0)


def _app() -> Any:
    import typer

    app = typer.Typer(
        name="sopctl",
        help=HELP,
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_version_option())
    plain = _plainly_spoken()
    for name, (panel, command) in commands().items():
        app.command(name, cls=plain, rich_help_panel=panel)(for_typer(command))
    return app


def _plainly_spoken() -> Any:
    """A command of typer, without the words that pydantic puts before typer's own."""
    import typer
    from typer.core import TyperCommand

    class Plain(TyperCommand):
        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            try:
                return super().parse_args(ctx, args)
            except typer.BadParameter as error:
                error.message = error.message.removeprefix("Value error, ")
                raise

    return Plain


def _version_option() -> Callable[..., None]:
    import typer

    def show(value: bool) -> None:
        if value:
            from sopctl import __version__

            typer.echo(f"sopctl {__version__}")
            raise typer.Exit

    def main(
        version: bool = typer.Option(
            False, "--version", help="Show the version.", callback=show, is_eager=True
        ),
    ) -> None: ...

    main.__doc__ = HELP
    return main
