"""Words for what the tests write in the trail: nothing goes in without."""

from cotonou.audit import actions


def declare() -> None:
    for name in ("tests.done", "tests.even", "tests.odd", "tests.evil"):
        actions.register(name, f"Essai {name}", group="Essais", n="numéro", why="raison")
