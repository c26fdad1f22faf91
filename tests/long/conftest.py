"""Leave out what takes minutes, unless PORTAL_LONG=1 asks for it."""

import os

collect_ignore_glob = [] if os.environ.get("PORTAL_LONG") == "1" else ["test_*.py"]
