"""The rules of code_rules.py over every source; and for each, code that it refuses and code that passes."""

import ast
from pathlib import Path

import pytest

from tests.architecture import code_rules as rules

ROOT = Path(__file__).resolve().parents[2]
TREES = {
    str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
    for top in ("cotonou", "civil_acts", "quarters", "revenue", "startups")
    for path in sorted((ROOT / top).rglob("*.py"))
}
LONGEST = 500
VIEW, SERVICE = "civil_acts/views/new.py", "civil_acts/services/new.py"

# rule, path, what it refuses
REFUSED = [
    (rules.pages_write_nothing, VIEW, "ActRequest.objects.create(state='DRAFT')"),
    (rules.pages_write_nothing, VIEW, "item.save(update_fields=['state'])"),
    (
        rules.pages_write_nothing,
        "cotonou/catalogue/api.py",
        "Service.objects.filter(pk=1).update(hidden=True)",
    ),
    (rules.services_say_who_acts, SERVICE, "@transaction.atomic\ndef reject(*, public_id): ..."),
    (rules.services_say_who_acts, SERVICE, "@transaction.atomic\ndef reject(public_id, *, by): ..."),
    (rules.request_data_is_never_a_name, VIEW, "def f(request):\n rows.filter(**request.GET.dict())"),
    (
        rules.request_data_is_never_a_name,
        VIEW,
        "def f(request):\n given = request.GET.dict()\n rows.filter(**given)",
    ),
    (
        rules.request_data_is_never_a_name,
        VIEW,
        "def f(request):\n k = request.GET['k']\n Q(**{f'{k}__in': [1]})",
    ),
    (
        rules.request_data_is_never_a_name,
        VIEW,
        "def f(request):\n rows.order_by(request.GET.get('tri', 'pk'))",
    ),
    (rules.request_data_is_never_a_name, VIEW, "def f(request):\n s = request.GET['tri']\n rows.order_by(s)"),
    (rules.request_data_is_never_a_name, VIEW, "def f(request):\n getattr(item, request.POST['champ'])"),
    (rules.request_data_is_never_a_name, VIEW, "def f(self):\n rows.values(self.request.query_params['by'])"),
    (rules.sql_is_written_whole, SERVICE, "cursor.execute(f'SELECT 1 FROM {table}')"),
    (rules.sql_is_written_whole, SERVICE, "cursor.execute('SELECT %s' % name)"),
    (rules.sql_is_written_whole, SERVICE, "cursor.execute('SELECT {}'.format(name))"),
    (rules.sql_is_written_whole, SERVICE, "ActRequest.objects.extra(where=[text])"),
    (rules.markup_is_escaped, VIEW, "mark_safe(item.name)"),
    (rules.markup_is_escaped, VIEW, "Context(values, autoescape=False)"),
    (rules.markup_is_escaped, VIEW, "format_html(f'<b>{name}</b>')"),
    (rules.forms_carry_their_token, VIEW, "@csrf_exempt\ndef save(request): ..."),
    (rules.forms_carry_their_token, VIEW, "urls = [path('x', csrf_exempt(save))]"),
    (rules.fields_are_listed, VIEW, "class Out:\n class Meta:\n  fields = '__all__'"),
    (rules.fields_are_listed, VIEW, "class Form:\n class Meta:\n  exclude = ['state']"),
    (rules.files_go_through_a_form, VIEW, "content = request.FILES['piece'].read()"),
    (rules.files_go_through_a_form, VIEW, "file = request.FILES.get('piece')"),
    (rules.libraries_have_their_room, SERVICE, "import pickle"),
    (rules.libraries_have_their_room, SERVICE, "from urllib.request import urlopen"),
    (rules.libraries_have_their_room, SERVICE, "from urllib import request"),
    (rules.libraries_have_their_room, SERVICE, "import redis.client"),
    (rules.libraries_have_their_room, SERVICE, "from xml.etree import ElementTree"),
    (rules.libraries_have_their_room, SERVICE, "from cryptography.fernet import Fernet"),
    (rules.papers_are_drawn_with_our_fetcher, "cotonou/documents/x.py", "HTML(string=html).write_pdf()"),
    (rules.logs_name_nobody, SERVICE, "log.info(f'sent to {phone}')"),
    (rules.logs_name_nobody, SERVICE, "log.info('sent', phone=contact.phone)"),
    (rules.jobs_carry_ids, SERVICE, "jobs.enqueue('x.send', key=k, payload={'phone': phone})"),
    (rules.the_trail_names_no_address, SERVICE, "audit.record('x.done', subject=s, actor=by, email=s.email)"),
    (rules.money_is_whole, SERVICE, "share = total_xof / 3"),
    (rules.money_is_whole, SERVICE, "rounded = round(payment.amount_xof * 0.05)"),
    (rules.migrations_can_go_back, "civil_acts/migrations/x.py", "migrations.RunSQL('CREATE FUNCTION f()')"),
    (rules.migrations_can_go_back, "civil_acts/migrations/x.py", "migrations.RunPython(load)"),
]

# The same in the way of the house.
ALLOWED = [
    (rules.pages_write_nothing, SERVICE, "ActRequest.objects.create(state='DRAFT')"),
    (rules.services_say_who_acts, SERVICE, "@transaction.atomic\ndef reject(*, public_id, by): ..."),
    (
        rules.request_data_is_never_a_name,
        VIEW,
        "def f(request):\n q = request.GET['q']\n rows.filter(name=q)",
    ),
    (rules.request_data_is_never_a_name, VIEW, "def f(self, prefix):\n Q(**{f'{prefix}__in': self.grants})"),
    (rules.sql_is_written_whole, SERVICE, "cursor.execute('SELECT %s', [name])"),
    (rules.markup_is_escaped, VIEW, "format_html('<b>{}</b>', name)"),
    (rules.files_go_through_a_form, VIEW, "form = PieceForm(request.POST, request.FILES or None)"),
    (rules.libraries_have_their_room, SERVICE, "from urllib.parse import urlencode"),
    (rules.libraries_have_their_room, "cotonou/documents/seals.py", "from pyhanko.sign import validation"),
    (rules.papers_are_drawn_with_our_fetcher, "cotonou/documents/x.py", "HTML(string=h, url_fetcher=ours)"),
    (rules.logs_name_nobody, SERVICE, "log.info('messages.sent', message=message.pk)"),
    (rules.jobs_carry_ids, SERVICE, "jobs.enqueue('x.send', key=k, payload={'message': 1})"),
    (rules.money_is_whole, SERVICE, "share_xof = total_xof // 3"),
    (rules.migrations_can_go_back, "civil_acts/migrations/x.py", "RunPython(load, RunPython.noop)"),
]


def name(value) -> str | None:
    return value.__name__ if callable(value) else None


@pytest.mark.parametrize("rule", rules.RULES, ids=name)
def test_every_source_obeys(rule):
    found = [f"{path}:{line} {what}" for path, tree in TREES.items() for line, what in rule(path, tree)]
    assert found == []


@pytest.mark.parametrize(("rule", "path", "source"), REFUSED, ids=name)
def test_twin_the_rule_bites(rule, path, source):
    assert list(rule(path, ast.parse(source)))


@pytest.mark.parametrize(("rule", "path", "source"), ALLOWED, ids=name)
def test_the_way_of_the_house_passes(rule, path, source):
    assert list(rule(path, ast.parse(source))) == []


def test_every_rule_has_its_twin():
    assert {rule for rule, _path, _source in REFUSED} == set(rules.RULES)


def test_every_exception_is_still_used():
    """A file that no longer needs its exception loses it."""
    files = {
        *rules.TRUSTED_TEXT,
        *rules.BUILT_SQL,
        *(path for path, _name in rules.WITHOUT_CSRF | rules.AUDITED),
    }
    assert sorted(files - TREES.keys()) == []
    rooms = {room for allowed in rules.ROOMS.values() for room in allowed}
    assert sorted(room for room in rooms if not any(path.startswith(room) for path in TREES)) == []


def test_a_file_stays_short_enough_to_be_read():
    """Migrations excepted: makemigrations writes them."""
    long = [
        path
        for path in TREES
        if "/migrations/" not in path
        and len((ROOT / path).read_text(encoding="utf-8").splitlines()) > LONGEST
    ]
    assert long == []
