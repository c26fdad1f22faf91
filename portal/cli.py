"""Commands for those who run the portal; each a thin layer over actions."""

import select
import sys
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from portal.access import MACHINE, Role
from portal.accounts import actions as accounts
from portal.demo.load import LOGINS_FILE, load
from portal.errors import Refused
from portal.jobs import run_due
from portal.schedule import JOBS
from portal.stations import queries as stations

jobs_commands = AppGroup("jobs", help="What falls due with time.")


@jobs_commands.command("run")
@click.option("--each-minute", is_flag=True, help="Go on each minute until standard input closes.")
def jobs_run(each_minute: bool) -> None:
    """Run the jobs that are due, each once however many run this."""
    run_due(JOBS)
    while each_minute:
        readable, _, _ = select.select([sys.stdin], [], [], 60)
        if readable and not sys.stdin.readline():  # whoever started us has gone
            return
        run_due(JOBS)


@click.command("invite")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), default=Role.MANAGER.value, show_default=True
)
@click.option(
    "--station", default="center", show_default=True, help="slug of the station whose scope the account gets"
)
@with_appcontext
def invite(role: str, station: str) -> None:
    """Print a one-time link with which somebody makes an account."""
    station_id = stations.id_of(station)
    if station_id is None:
        raise click.ClickException(f"there is no station “{station}”")
    click.echo(invitation_link(Role(role), station_id))


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Load the demonstration year into an empty portal and print its logins."""
    try:
        click.echo(load_demo())
    except Refused as refusal:
        raise click.ClickException(refusal.message) from refusal


def load_demo() -> str:
    """Load the demonstration if it is not there yet and return its logins, ready to print.

    Raises:
        Refused: the portal holds real data.
    """
    instance = Path(current_app.config["INSTANCE"])
    load(instance)
    path = instance / LOGINS_FILE
    return f"\nLogins (also in {path}):\n\n{path.read_text()}" if path.exists() else ""


def invitation_link(role: Role, station_id: int) -> str:
    """Make an invitation and return its full address."""
    token = accounts.invite(role, station_id, current_app.config["INVITE_HOURS"], MACHINE)
    return f"{current_app.config['PUBLIC_URL']}/invitation/{token}"


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(jobs_commands)
    app.cli.add_command(invite)
    app.cli.add_command(demo)
