import uuid

import pytest

from cotonou.jobs import topics


@pytest.fixture
def topic(monkeypatch):
    """Registers a handler under a name of its own for one test: topic(handler, max_attempts=…)."""
    monkeypatch.setattr(topics, "_topics", dict(topics._topics))

    def register(handler, **options):
        name = f"tests.{uuid.uuid4().hex[:12]}"
        topics.register(name, handler, label="Essai", **options)
        return name

    return register
