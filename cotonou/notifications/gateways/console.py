import sys


class ConsoleGateway:
    """Prints on the terminal of the worker, for a developer; never in production (texts hold codes)."""

    def send(self, *, to: str, text: str, reference: str) -> str:
        sys.stdout.write(f"SMS {to}: {text}\n")
        return f"console-{reference}"
