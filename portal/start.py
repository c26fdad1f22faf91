"""Make the portal ready to serve: migrate, write the reference data, load the demonstration."""

import argparse
import fcntl
import os
import sys
from pathlib import Path

from flask import Flask, current_app
from flask_migrate import Migrate, upgrade

from portal import create_app
from portal.access import Role
from portal.accounts.queries import has_manager
from portal.activities import reference as series
from portal.cli import invitation_link, load_demo
from portal.config import ROOT
from portal.db import db
from portal.errors import Refused
from portal.stations import queries as stations
from portal.stations import reference as network

MIGRATIONS = str(ROOT / "portal" / "migrations")


def prepare(app: Flask) -> None:
    """Bring the database to this version and write the network into an empty one; safe at every start.

    Of two starts at once one works and the other waits.
    """
    with app.app_context():
        lock = Path(app.config["INSTANCE"]) / ".start.lock"
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            migrate()
            network.write_network()
            series.write_series()
        db.session.remove()
        db.engine.dispose()  # what follows may fork


def migrate() -> None:
    """Run the migrations that the database has not seen yet."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if "migrate" not in app.extensions:
        Migrate(app, db, directory=MIGRATIONS, render_as_batch=True)
    upgrade(directory=MIGRATIONS)


def serve(arguments: list[str]) -> None:
    """Prepare everything, say how to get in, and become gunicorn; unknown arguments are passed on to it."""
    parser = argparse.ArgumentParser(prog="wsgi.py", description=serve.__doc__)
    parser.add_argument(
        "--demo", action="store_true", help="load the demonstration year into an empty portal"
    )
    options, for_gunicorn = parser.parse_known_args(arguments)
    app = create_app()
    prepare(app)
    with app.app_context():
        if options.demo:
            try:
                print(load_demo())
            except Refused as refusal:
                sys.exit(f"--demo: {refusal.message}")
        elif not has_manager():
            link = invitation_link(Role.MANAGER, stations.root_id())
            print(f"\nNobody can sign in yet. The first manager's one-time link:\n  {link}")
        print(f"\nThe portal: http://{app.config['BIND']}\n", flush=True)
        db.session.remove()
        db.engine.dispose()
    os.chdir(ROOT)
    command = [sys.executable, "-m", "gunicorn", "-c", "portal/gunicorn.py", *for_gunicorn, "wsgi:app"]
    os.execv(sys.executable, command)  # noqa: S606 (the same process goes on as the server)
