"""Starts the Unleash proxy, a third-party API server, and fetches the OpenAPI document that it publishes.

The package comes from npm by its lock file; what the server writes goes to the given directory.
"""
import os
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from lib.procs import Process, wait_until

HERE = Path(__file__).resolve().parent
CLIENT_KEY = "demo-client-key"
SERVER_KEY = "demo-server-key"


def install():
    """npm ci, unless what is installed is newer than the lock file."""
    marker = HERE / "node_modules" / ".package-lock.json"
    lock = HERE / "package-lock.json"
    if not marker.exists() or marker.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(["npm", "ci", "--loglevel=error"], cwd=HERE, check=True, timeout=300,
                       stdin=subprocess.DEVNULL)


def start(port, directory):
    """Returns the process, ready and answering on 127.0.0.1, and the path of its OpenAPI document."""
    install()
    directory = Path(directory)
    environment = {"PATH": os.environ["PATH"], "HOME": str(directory), "TMPDIR": str(directory),
                   "NODE_ENV": "production"}
    process = Process(["node", HERE / "server.js", port], directory, "unleash-proxy", env=environment)
    try:
        process.wait_for_port(port)
        wait_until(lambda: fetch(port, "/proxy/health"), 20, "the Unleash proxy is ready")
        document = directory / "unleash-proxy.openapi.json"
        document.write_bytes(fetch(port, "/docs/openapi.json"))
    except BaseException:
        process.kill_all()
        raise
    return process, document


def fetch(port, path):
    """The body of a 200, None while the server says 503."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        if error.code == 503:
            return None
        raise
