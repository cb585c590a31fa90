"""Legal moves of a state machine, as one table a clerk could check."""

from collections.abc import Mapping, Set

from cotonou.core.errors import IllegalTransition


def check(transitions: Mapping[str, Set[str]], current: str, target: str) -> None:
    """Raise IllegalTransition unless ``transitions`` allows current -> target."""
    if target not in transitions.get(current, frozenset()):
        raise IllegalTransition(current, target)
