"""python -m cotonou.embedded run | exec"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys

from cotonou.embedded import places, running, servers
from cotonou.embedded.postgres import PostgresError
from cotonou.embedded.supervisor import ProgramFailed
from cotonou.embedded.valkey import ValkeyError


def execute(command: list[str], *, throwaway: bool) -> int:
    """Run a command with the servers' addresses in its environment; its exit code."""
    with servers.throwaway() if throwaway else servers.borrowed() as local:
        child = subprocess.Popen(command, cwd=places.CLONE, env=os.environ | local.environment())
        # Ctrl-C reaches the child too: it decides how to end, we clean up after it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        code = child.wait()
    return 128 - code if code < 0 else code


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m cotonou.embedded")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="bring everything up and keep it up")
    run.add_argument("--fresh", action="store_true", help="forget the demonstration first")
    with_servers = commands.add_parser("exec", help="run a command with the servers up")
    with_servers.add_argument("--throwaway", action="store_true", help="new, empty, unsafe and fast servers")
    with_servers.add_argument("words", nargs=argparse.REMAINDER, metavar="-- command")
    options = parser.parse_args(arguments)
    servers.read_env_file()
    # A polite kill cleans up as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if options.command == "run":
            return running.run(fresh=options.fresh)
        words = options.words[1:] if options.words[:1] == ["--"] else options.words
        return execute(words, throwaway=options.throwaway)
    except (running.Refused, PostgresError, ValkeyError, ProgramFailed) as refusal:
        print(f"✗ {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
