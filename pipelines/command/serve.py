"""`touchstone app`: Streamlit, on this machine only, with or without a screen."""

from __future__ import annotations

import errno
import os
import socket
import sys

from pipelines.command.repro import environment
from pipelines.core.errors import StudyError
from pipelines.core.params import PROJECT

HOST = "localhost"  # not offered to the network: the app has no sign-in
PORTS_TRIED = 100


def serve(wanted: int) -> None:
    """Become the app's server; it says its address when it listens."""
    port = free_port(wanted)
    if port != wanted:
        print(f"Port {wanted} is taken; the app comes on port {port}.", flush=True)
    command = streamlit(port, headless=not has_screen())
    os.chdir(PROJECT)
    os.execve(command[0], command, environment())  # signals reach Streamlit itself


def streamlit(port: int, *, headless: bool) -> list[str]:
    """Command that serves the app, asks nothing and tells nobody."""
    options = {
        "server.address": HOST,
        "server.port": port,
        "server.headless": headless,
        "server.showEmailPrompt": False,
        "browser.serverAddress": HOST,  # otherwise it asks an outside service for its address
        "browser.gatherUsageStats": False,
    }
    given = [f"--{name}={str(value).lower()}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(PROJECT / "app" / "main.py"), *given]


def free_port(wanted: int) -> int:
    """Return the first port from `wanted` on that nobody listens on.

    Raises
    ------
    StudyError
        If there is none within a hundred.
    """
    last = min(wanted + PORTS_TRIED, 65536)
    for port in range(wanted, last):
        if is_free(port):
            return port
    raise StudyError(
        "touchstone app",
        expected=f"a free port between {wanted} and {last - 1}",
        got="none",
        todo="name another with --port",
    )


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def has_screen() -> bool:
    """Whether a browser could be shown here."""
    if sys.platform != "linux":
        return True
    return "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
