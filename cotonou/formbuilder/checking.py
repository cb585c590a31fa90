"""Is this definition fit to be published? Every problem, with its path, in French."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError as SchemaError

from cotonou.formbuilder import conditions, expressions, limits, tables
from cotonou.formbuilder import types as field_types
from cotonou.formbuilder.definition import COMPUTED, RESERVED_PAGES, UPLOAD, Field, Form, Page, parse
from cotonou.territory.dates import local_today

MAX_BYTES = 1_000_000
MAX_FIELDS = 500
# One atom (a literal, a class, an escape) with its own quantifier: no groups, so
# no pattern can make the regular expression engine explode.
_ATOM = r"(?:\\[dwsDWS.\-/+*?()\[\]{}|^$\\]|\[\^?(?:\\.|[^\]\\])+\]|[^\\()\[\]{}*+?|^$])"
_SAFE_PATTERN = re.compile(rf"(?:{_ATOM}(?:\{{\d{{1,3}}(?:,\d{{0,3}})?\}}|[*+?])?)+")
_ENDLESS = re.compile(r"[*+]|,\}")


@dataclass(frozen=True)
class Problem:
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path} : {self.message}" if self.path else self.message


@cache
def schema() -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "definition.schema.json").read_text(encoding="utf-8"))


def problems(spec: Any) -> list[Problem]:
    """Everything wrong with a definition: its shape first, then what its parts say of each other."""
    size = len(json.dumps(spec, ensure_ascii=False, default=str).encode())
    if size > MAX_BYTES:
        return [Problem("", _("Le document dépasse 1 Mo : découpez le formulaire."))]
    if isinstance(spec, dict) and (count := _count_fields(spec)) > MAX_FIELDS:
        text = _("Le formulaire a %(count)d champs ; la limite est de %(limit)d.")
        return [Problem("pages", text % {"count": count, "limit": MAX_FIELDS})]
    validator = Draft202012Validator(schema())
    shape = sorted(validator.iter_errors(spec), key=lambda error: list(map(str, error.absolute_path)))
    if shape:
        return [_translated(error) for error in shape]
    return list(_Reader(parse(spec)).read())


def _count_fields(spec: Mapping[str, Any]) -> int:
    pages = spec.get("pages")
    if not isinstance(pages, list):
        return 0
    return sum(len(p["fields"]) for p in pages if isinstance(p, dict) and isinstance(p.get("fields"), list))


def _translated(error: SchemaError) -> Problem:
    return Problem(_json_path(error.absolute_path), _sentence(error))


def _json_path(parts) -> str:
    path = ""
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path


def _sentence(error: SchemaError) -> str:
    found = error.instance
    words = {
        "found": json.dumps(found, ensure_ascii=False, default=str)[:60],
        "wanted": error.validator_value,
    }
    if error.validator == "required":
        words["names"] = _quoted(name for name in error.validator_value if name not in found)
    elif error.validator == "additionalProperties":
        words["names"] = _quoted(sorted(set(found) - set(error.schema.get("properties", ()))))
    elif error.validator == "enum":
        words["wanted"] = ", ".join(map(str, error.validator_value))
    return _sentences().get(error.validator, _("cette valeur ne convient pas : %(found)s.")) % words


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"« {name} »" for name in names)


def _sentences() -> dict[str, str]:
    few = _("il en faut au moins %(wanted)s.")
    many = _("c’est trop long : %(wanted)s au plus.")
    return {
        "required": _("il manque %(names)s."),
        "additionalProperties": _("clé inconnue : %(names)s."),
        "enum": _("%(found)s n’est pas permis ; choisissez parmi %(wanted)s."),
        "type": _("%(found)s n’est pas du type attendu (%(wanted)s)."),
        "pattern": _(
            "%(found)s n’a pas la forme attendue : minuscules sans accent, chiffres et « _ », "
            "en commençant par une lettre."
        ),
        "minItems": few,
        "minLength": few,
        "maxItems": many,
        "maxLength": many,
        "maxProperties": many,
        "minimum": _("%(found)s est trop petit : %(wanted)s au moins."),
        "maximum": _("%(found)s est trop grand : %(wanted)s au plus."),
        "uniqueItems": _("la même valeur est donnée deux fois."),
        "anyOf": _('donnez un texte, ou un objet avec le français : {"fr": "…"}.'),
    }


@dataclass
class _Reader:
    """Walks the form in the order people fill it; a reference may only look back."""

    form: Form
    seen: dict[str, Field] = field(default_factory=dict)  # fields outside repeated pages
    repeats: dict[str, Page] = field(default_factory=dict)

    def read(self) -> Iterator[Problem]:
        yield from self._identifiers()
        yield from self._names()
        for i, page in enumerate(self.form.pages):
            yield from self._page(page, self._page_path(i))
        yield from self._contact()

    def _page_path(self, i: int) -> str:
        count = len(self.form.spec["pages"])
        return f"pages[{i}]" if i < count else f"pieces[{i - count}]"

    def _identifiers(self) -> Iterator[Problem]:
        taken: dict[str, str] = {}
        steps: set[str] = set()
        for i, page in enumerate(self.form.pages):
            path = self._page_path(i)
            if page.step in steps:
                yield Problem(f"{path}.id", _("deux pages s’appellent « %(id)s ».") % {"id": page.id})
            if page.kind != "piece" and page.id in RESERVED_PAGES:
                yield Problem(f"{path}.id", _("« %(id)s » est réservé au portail.") % {"id": page.id})
            steps.add(page.step)
            ids = [(page.id, f"{path}.id")] if page.kind == "repeat" else []
            ids += [
                (f.id, f"{path}.id" if page.kind == "piece" else f"{path}.fields[{j}].id")
                for j, f in enumerate(page.fields)
            ]
            for one, where in ids:
                if one in taken:
                    text = _("l’identifiant « %(id)s » sert déjà (%(path)s).")
                    yield Problem(where, text % {"id": one, "path": taken[one]})
                taken.setdefault(one, where)

    def _names(self) -> Iterator[Problem]:
        """Two fields of a page must not post under the same name ("born" and "born_day")."""
        for i, page in enumerate(self.form.pages):
            owners: dict[str, str] = {}
            for j, item in enumerate(page.fields):
                for name in field_types.of(item).names(item):
                    if owners.setdefault(name, item.id) != item.id:
                        text = _("« %(id)s » se confond avec « %(other)s » : changez l’un des deux.")
                        where = f"{self._page_path(i)}.fields[{j}].id"
                        yield Problem(where, text % {"id": item.id, "other": owners[name]})

    def _page(self, page: Page, path: str) -> Iterator[Problem]:
        yield from self._condition(page.condition, f"{path}.condition", owner=page.id, inside={})
        if page.kind == "repeat" and page.max_items < page.min_items:
            yield Problem(f"{path}.repeat.max", _("« max » est plus petit que « min »."))
        inside: dict[str, Field] = {}
        for j, item in enumerate(page.fields):
            where = path if page.kind == "piece" else f"{path}.fields[{j}]"
            yield from self._field(item, where, page, inside)
            inside[item.id] = item
        if page.kind == "repeat":
            self.repeats[page.id] = page
        else:
            self.seen |= inside

    def _field(self, item: Field, path: str, page: Page, inside: dict[str, Field]) -> Iterator[Problem]:
        yield from self._condition(item.condition, f"{path}.condition", owner=item.id, inside=inside)
        if not isinstance(item.required, bool):
            yield from self._condition(item.required, f"{path}.required_if", owner=item.id, inside=inside)
        if item.type == UPLOAD and (page.kind == "repeat" or len(page.fields) > 1):
            text = _("« %(id)s » : un fichier se demande seul sur sa page, ou dans « pieces ».")
            yield Problem(path, text % {"id": item.id})
        yield from self._choices(item, path)
        yield from self._limits(item, path, inside)
        yield from self._default(item, path)
        yield from self._within(item, path, inside)
        yield from self._expression(item, path, inside)

    def _condition(
        self, condition: Any, path: str, *, owner: str, inside: Mapping[str, Field]
    ) -> Iterator[Problem]:
        if condition is None:
            return
        shape = list(conditions.faults(condition, path))
        if shape:
            yield from (Problem(*fault) for fault in shape)
            return
        for leaf, where in _leaves(condition, path):
            yield from self._reference(leaf["field"], where, owner, inside)
            target = inside.get(leaf["field"]) or self.seen.get(leaf["field"])
            if target is not None:
                yield from self._values(leaf, target, where)

    def _reference(
        self, name: str, path: str, owner: str, inside: Mapping[str, Field], *, in_items: bool = False
    ) -> Iterator[Problem]:
        if name in inside or name in self.seen or name in self.repeats:
            return
        words = {"id": name, "owner": owner}
        page, dot, inner = name.partition(".")
        if dot and in_items and page in self.repeats:
            if any(f.id == inner for f in self.repeats[page].fields):
                return
            text = _("« %(owner)s » utilise « %(id)s », qui n’existe pas.")
        elif name == owner:
            text = _("« %(owner)s » dépend de lui-même.")
        elif name in self.form.page_of and self.form.page_of[name].id in self.repeats:
            text = _("« %(owner)s » utilise « %(id)s », qui est dans un groupe répété.")
        elif name in self.form.page_of or any(name == p.id and p.kind == "repeat" for p in self.form.pages):
            text = _("« %(owner)s » utilise « %(id)s », qui vient plus loin dans le formulaire.")
        else:
            text = _("« %(owner)s » utilise « %(id)s », qui n’existe pas ou n’existe plus.")
        yield Problem(path, text % words)

    def _values(self, leaf: Mapping[str, Any], target: Field, path: str) -> Iterator[Problem]:
        """A condition that no answer can meet is a mistake."""
        wanted = leaf["in"] if "in" in leaf else [leaf["is"]] if "is" in leaf else []
        if target.type == "yes_no":
            possible: set[Any] = {True, False}
        elif choices := target.spec.get("choices") or self.form.tables.get(target.table):
            possible = {choice["value"] for choice in choices}
        else:
            return
        for value in wanted:
            if not any(type(value) is type(p) and value == p for p in possible):
                text = _("« %(id)s » ne peut pas valoir %(value)s.")
                yield Problem(path, text % {"id": target.id, "value": json.dumps(value, ensure_ascii=False)})

    def _choices(self, item: Field, path: str) -> Iterator[Problem]:
        own, table = item.spec.get("choices"), item.spec.get("table")
        words = {"id": item.id}
        if item.type in ("choice", "multi"):
            if bool(own) == bool(table):
                yield Problem(path, _("« %(id)s » : donnez « choices » ou « table », l’un des deux.") % words)
            if table and table not in self.form.tables and table not in tables.names():
                text = _("« %(id)s » : la table « %(table)s » n’existe pas.")
                yield Problem(f"{path}.table", text % (words | {"table": table}))
        elif own or table:
            yield Problem(path, _("« %(id)s » : ce type n’a pas de choix à donner.") % words)
        values = [choice["value"] for choice in own or ()]
        if len(values) != len(set(values)):
            yield Problem(f"{path}.choices", _("« %(id)s » : deux choix ont la même valeur.") % words)

    def _limits(self, item: Field, path: str, inside: Mapping[str, Field]) -> Iterator[Problem]:
        yield from self._how_far(item, path)
        for key in ("min", "max"):
            if key not in item.spec:
                continue
            limit = item.spec[key]
            if isinstance(limit, dict):
                yield from self._other_field(item, limit["field"], f"{path}.{key}", inside)
                continue
            fits = (
                isinstance(limit, int)
                if item.type in ("integer", "money")
                else item.type in ("date", "partial_date")
                and isinstance(limit, str)
                and conditions.is_day(limit)
            )
            if not fits:
                text = _(
                    "« %(id)s » : une limite est un nombre entier pour un nombre, une date comme "
                    "« 2026-03-02 » ou « today-18y » pour une date."
                )
                yield Problem(f"{path}.{key}", text % {"id": item.id})
        pattern = item.spec.get("pattern")
        if pattern is not None and not is_safe_pattern(pattern):
            text = _("« %(id)s » : ce motif est refusé ; utilisez des classes et des répétitions simples.")
            yield Problem(f"{path}.pattern", text % {"id": item.id})

    def _how_far(self, item: Field, path: str) -> Iterator[Problem]:
        """A date without an end accepts the year 9999; nobody is born tomorrow."""
        if item.type not in limits.DATES:
            return
        latest = item.spec.get("max")
        if latest is None:
            text = _(
                "« %(id)s » : dites jusqu’où va cette date avec « max », par exemple « today » "
                "(aujourd’hui) ou « today+2y »."
            )
            yield Problem(path, text % {"id": item.id})
        elif _is_birth(item) and isinstance(latest, str) and conditions.is_day(latest):
            today = local_today()
            if conditions.day(latest, today) > today:
                text = _("« %(id)s » est une date de naissance : « max » ne peut pas être dans le futur.")
                yield Problem(f"{path}.max", text % {"id": item.id})

    def _other_field(
        self, item: Field, name: str, path: str, inside: Mapping[str, Field]
    ) -> Iterator[Problem]:
        found = list(self._reference(name, path, item.id, inside))
        yield from found
        other = inside.get(name) or self.seen.get(name)
        if not found and (other is None or not limits.comparable(item, other)):
            text = _(
                "« %(id)s » ne peut pas avoir « %(other)s » pour limite : une date en limite une autre, "
                "un nombre un autre."
            )
            yield Problem(path, text % {"id": item.id, "other": name})

    def _default(self, item: Field, path: str) -> Iterator[Problem]:
        """What a field proposes must be an answer of its type, or that of a field of an earlier page."""
        yield from self._condition(
            item.spec.get("default_if"), f"{path}.default_if", owner=item.id, inside={}
        )
        if "default" not in item.spec:
            if "default_if" in item.spec:
                yield Problem(f"{path}.default_if", _("« default_if » va avec « default »."))
            return
        value, where = item.spec["default"], f"{path}.default"
        if not isinstance(value, dict):
            if not _fits(item, value):
                text = _("« %(id)s » : cette valeur proposée n’est pas une réponse possible.")
                yield Problem(where, text % {"id": item.id})
            return
        found = list(self._reference(value["field"], where, item.id, {}))
        yield from found
        other = self.seen.get(value["field"])
        if not found and (other is None or other.type != item.type):
            text = _("« %(id)s » ne peut proposer que la réponse d’un champ du même type.")
            yield Problem(where, text % {"id": item.id})

    def _within(self, item: Field, path: str, inside: Mapping[str, Field]) -> Iterator[Problem]:
        above = item.spec.get("within")
        if above is None:
            return
        target = self.seen.get(above)
        if target is None or item.type != "quartier" or target.type != "arrondissement":
            text = _(
                "« %(id)s » : « within » relie un quartier à un champ « arrondissement » "
                "d’une page précédente."
            )
            yield Problem(f"{path}.within", text % {"id": item.id})

    def _expression(self, item: Field, path: str, inside: Mapping[str, Field]) -> Iterator[Problem]:
        if (item.type == COMPUTED) != ("expression" in item.spec):
            text = _("« %(id)s » : « expression » va avec le type « computed », et lui seul.")
            yield Problem(path, text % {"id": item.id})
        if item.type != COMPUTED or "expression" not in item.spec:
            return
        path = f"{path}.expression"
        shape = list(expressions.faults(item.spec["expression"], path))
        if shape:
            yield from (Problem(*fault) for fault in shape)
            return
        for name in expressions.fields_in(item.spec["expression"]):
            yield from self._reference(name, path, item.id, inside, in_items=True)

    def _contact(self) -> Iterator[Problem]:
        contact = self.form.contact
        wanted: list[tuple[str, tuple[str, ...], str]] = [
            (name, ("name", "text"), f"contact.name[{i}]") for i, name in enumerate(contact.get("name", ()))
        ]
        wanted += [(contact[key], (key,), f"contact.{key}") for key in ("phone", "email") if key in contact]
        for name, kinds, path in wanted:
            target = self.form.fields.get(name)
            if target is None or target.type not in kinds:
                text = _("« %(id)s » n’est pas un champ de type %(types)s de ce formulaire.")
                yield Problem(path, text % {"id": name, "types": ", ".join(kinds)})


def _is_birth(item: Field) -> bool:
    return (
        "birth" in item.id or "naissance" in item.id or item.spec.get("autocomplete", "").startswith("bday")
    )


def _fits(item: Field, value: Any) -> bool:
    """Whether a plain value can be the answer of this field; only types with plain answers propose one."""
    if item.type in ("integer", "money"):
        low, high = (field_types.fixed_limit(item, key) for key in ("min", "max"))
        return type(value) is int and (low is None or value >= low) and (high is None or value <= high)
    if item.type == "yes_no":
        return isinstance(value, bool)
    if item.type == "choice":
        choices = item.spec.get("choices")
        return isinstance(value, str) and (not choices or any(c["value"] == value for c in choices))
    return item.type in ("text", "name", "textarea") and isinstance(value, str)


def _leaves(condition: Mapping[str, Any], path: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    for key in ("all", "any"):
        for i, part in enumerate(condition.get(key, ())):
            yield from _leaves(part, f"{path}.{key}[{i}]")
    if "not" in condition:
        yield from _leaves(condition["not"], f"{path}.not")
    if "field" in condition:
        yield condition, path


def is_safe_pattern(pattern: str) -> bool:
    """Atoms with simple quantifiers, at most two of them endless, and valid for ``re``."""
    if not _SAFE_PATTERN.fullmatch(pattern) or len(_ENDLESS.findall(pattern)) > 2:
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
