"""Every route x method x role, on one's own and on another arrondissement's things; see matrix.py."""

import re
import uuid
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from cotonou.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from cotonou.core.models import Contact
from tests.architecture import things
from tests.architecture.matrix import (
    ANYONE,
    FACT,
    JOB,
    LETTERS,
    LOGGED_IN,
    OTHERS,
    ROWS,
    SERVICE,
    STAFF,
    Row,
)
from tests.support import people

pytestmark = [pytest.mark.django_db, pytest.mark.matrix]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LOGIN, SECOND_FACTOR = "/compte/login/", "/compte/2fa/"
# Where code and phone are asked for; /suivi/ABCDE-12345/ is a request's own page.
PROOF = re.compile(r"/(suivi|reprendre)/(\?.*)?")
SAMPLES = {"uuid": uuid.UUID(int=1), "int": 1, "slug": "rien", "str": "rien", "path": "rien"}


def routes(resolver=None, prefix="", space="") -> Iterator[tuple[str, str, object]]:
    """(address pattern, name with its namespaces, pattern) of every route."""
    for pattern in (resolver or get_resolver()).url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from routes(pattern, address, inner)
        elif not address.startswith(OTHERS):
            yield address, f"{space}{pattern.name or address}", pattern


PATTERNS = {name: pattern for _, name, pattern in routes()}


def test_every_route_has_a_row_and_every_row_a_route():
    names = [name for _, name, _ in routes()]
    assert sorted(set(names) - ROWS.keys()) == [], "add these routes to tests/architecture/matrix.py"
    assert sorted(ROWS.keys() - set(names)) == [], "these rows have no route any more"
    assert len(names) == len(set(names)), "two routes share a name"


def test_every_route_with_an_argument_is_tried_on_a_real_thing_or_says_why_not():
    taking = {name for name, pattern in PATTERNS.items() if pattern.pattern.converters or ROWS[name].kwargs}
    assert sorted(name for name in taking if not ROWS[name].own and not ROWS[name].why) == []
    assert sorted(name for name, row in ROWS.items() if row.own and row.why) == []


def test_every_thing_of_an_office_is_also_tried_from_another_office_or_by_a_stranger():
    city = {
        JOB,
        SERVICE,
        FACT,
        things.membership,
        things.procedure,
        things.rule,
    }  # run from the mairie, for the whole City
    owned = {name for name, row in ROWS.items() if row.own and row.own not in city}
    assert sorted(name for name in owned if not ROWS[name].scoped and not ROWS[name].private) == []


def test_every_route_declares_who_may_enter():
    silent = [
        name
        for _, name, pattern in routes()
        if name != "schema"
        and not hasattr(pattern.callback, "access")
        and not hasattr(getattr(pattern.callback, "cls", None), "access")
    ]
    assert silent == [], "declare require_permission, public or signed_in"


def test_every_role_has_a_letter_and_every_permission_a_role():
    assert set(LETTERS.values()) == set(Role)
    assert set(Permission) == set().union(*ROLE_PERMISSIONS.values())


@pytest.fixture
def everyone(db) -> dict[str, Client]:
    """A browser for each role in the 5th arrondissement, a citizen and a visitor."""
    browsers = {letter: people.working(role) for letter, role in LETTERS.items()}
    browsers["citizen"] = people.log_in(Client(), people.citizen())
    browsers["visitor"] = Client()
    return browsers


def ask(browser: Client, method: str, path: str) -> tuple[int, str]:
    """Status and redirection; whatever the request changed is undone."""
    point = transaction.savepoint()
    try:
        response = browser.generic(method, path)
        if response.streaming:
            b"".join(response.streaming_content)  # read to its end, it closes without ending the connection
        return response.status_code, response.headers.get("Location", "")
    finally:
        connection.needs_rollback = False
        transaction.savepoint_rollback(point)


def outcome(status: int, location: str) -> str:
    if location.startswith((LOGIN, SECOND_FACTOR)):
        return "log in"
    if PROOF.fullmatch(location):
        return "prove"
    return {403: "forbidden", 404: "missing", 405: "method"}.get(status, "in" if status < 500 else "broken")


def wanted(who: str, person: str) -> str:
    if who == ANYONE or (who == LOGGED_IN and person != "visitor") or person in who:
        return "in"
    return "log in" if person == "visitor" else "forbidden"


def forgiven(row: Row, person: str) -> set[str]:
    """What somebody who may enter may meet all the same, the thing being another person's."""
    if row.private:
        return {"missing", "prove", "forbidden"}
    return {"missing"} if person in row.personal else set()


def path_to(name: str, row: Row, number: int = 5) -> tuple[str, dict]:
    made = row.own(number) if row.own else {}
    contact = made.pop("contact", None)
    converters = {key: SAMPLES[_kind(c)] for key, c in PATTERNS[name].pattern.converters.items()}
    return reverse(name, kwargs=converters | row.kwargs | made), {"contact": contact}


def _kind(converter) -> str:
    return re.sub(r"Converter$", "", type(converter).__name__).lower().replace("string", "str")


@pytest.mark.parametrize("name", sorted(ROWS))
def test_route(name, everyone):
    row = ROWS[name]
    path, _ = path_to(name, row)
    # Nothing stands behind the sample argument of these rows: whoever may enter finds nothing.
    hollow = bool(PATTERNS[name].pattern.converters) and not row.own
    wrong = []
    for method in METHODS:
        who = row.methods.get(method)
        for person, browser in everyone.items():
            if who is None and wanted(next(iter(row.methods.values())), person) != "in":
                continue  # refused either way; which refusal comes first is nobody's business
            found = outcome(*ask(browser, method, path))
            right = {"method"} if who is None else {wanted(who, person)}
            if hollow and right & {"method", "in"}:
                right |= {"missing", "prove"}
            if right & {"in"}:
                right |= forgiven(row, person)
            elif row.inner:
                right |= {"missing"}
            if found not in right:
                wrong.append(f"{method} as {person}: {found}, wanted {' or '.join(sorted(right))}")
    assert wrong == []


@pytest.mark.parametrize("name", sorted(name for name, row in ROWS.items() if row.scoped))
def test_another_arrondissement_is_missing(name, everyone):
    row = ROWS[name]
    path, _ = path_to(name, row, number=6)
    wrong = []
    for method, who in row.methods.items():
        for person in who if who != LOGGED_IN else (*STAFF, "citizen"):
            found = outcome(*ask(everyone[person], method, path))
            # Where the page itself decides, a role it never serves may be told so.
            if found != "missing" and not (row.inner and found == "forbidden"):
                wrong.append(f"{method} as {person}: {found}")
    assert wrong == []


@pytest.mark.parametrize("name", sorted(name for name, row in ROWS.items() if row.private))
def test_only_its_holder_sees_it(name, everyone):
    row = ROWS[name]
    path, made = path_to(name, row)
    holder = people.prove(Client(), made["contact"])
    stranger = people.prove(Client(), _somebody_else())
    for method in row.methods:
        assert outcome(*ask(holder, method, path)) == "in", f"{method} by its holder"
        for other in (stranger, everyone["visitor"], everyone["citizen"]):
            assert outcome(*ask(other, method, path)) in ("missing", "prove", "forbidden", "log in")


def _somebody_else() -> Contact:
    return Contact.objects.create(name="Un autre", phone="+2290197999999")


@pytest.mark.parametrize(
    "name", sorted(n for n, row in ROWS.items() if set(row.get + row.post) <= set(STAFF))
)
def test_a_role_without_the_second_factor_opens_nothing(name):
    row = ROWS[name]
    # A real thing where the page itself decides: a missing one would be missing to anybody.
    path, _ = path_to(name, row if row.inner else Row(kwargs=row.kwargs))
    for method, who in row.methods.items():
        browser = people.log_in(Client(), people.agent(LETTERS[who[0]]), second_factor=False)
        assert outcome(*ask(browser, method, path)) == "log in"
