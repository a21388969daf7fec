"""``qa-engine rules``: look at rule packs and try them."""

import typer

from qa_engine.cli.app import app

rules_app = typer.Typer(help="The rule packs: lint, test, show.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rules_app, name="rules")
