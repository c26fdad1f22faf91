"""Start the portal: `python wsgi.py [--demo]`, or serve it with `gunicorn wsgi:app`."""

import sys

COMMANDS = "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/python wsgi.py"

try:
    from portal import create_app
    from portal.start import prepare, serve
    from portal.web.logs import set_up
except ImportError as missing:
    sys.exit(f"{missing}.\nThe portal's packages are not here. Run:\n  {COMMANDS}")

if __name__ == "__main__":
    serve(sys.argv[1:])
else:
    set_up()
    app = create_app()
    prepare(app)
