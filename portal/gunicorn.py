"""Configure gunicorn: workers, threads, timeouts, and the child that runs the jobs."""

import os
import subprocess
import sys
from typing import Any

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY") or min(4, os.cpu_count() or 1))
worker_class = "gthread"
threads = int(os.environ.get("THREADS", "4"))
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 (gunicorn's own heartbeat file)
accesslog = None  # the portal logs requests itself, without names, phones or tokens
control_socket_disable = True
forwarded_allow_ips = "127.0.0.1,::1"

_jobs: subprocess.Popen[bytes] | None = None


def on_starting(server: Any) -> None:
    """Start the child that runs the jobs each minute; it ends when its standard input closes."""
    global _jobs
    if os.environ.get("JOBS", "here") != "external":
        _jobs = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run", "--each-minute"],
            stdin=subprocess.PIPE,
        )


def on_reload(server: Any) -> None:
    """Let the jobs run the new code, too."""
    on_exit(server)
    on_starting(server)


def on_exit(server: Any) -> None:
    """Let the child finish its turn and end."""
    if _jobs is not None and _jobs.stdin is not None:
        _jobs.stdin.close()
        try:
            _jobs.wait(timeout=15)
        except subprocess.TimeoutExpired:
            _jobs.kill()
