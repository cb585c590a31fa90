class InboxGateway:
    """Sends nothing: the message stays in the database, where /demo/messages/ shows it."""

    def send(self, *, to: str, text: str, reference: str) -> str:
        return f"inbox-{reference}"
