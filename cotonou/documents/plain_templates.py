"""The templates of documents: a sandbox of its own inside Django's language.

An engine without loaders, knowing ``if``, ``for``, ``comment`` and the filters
below, always escaping. A variable is looked up in dicts and lists only: no
attribute, no method, no call. Every name must be declared, and a name that the
snapshot does not hold is an error, never a blank on a certificate.
"""

import datetime
import functools
import re
from typing import Any, ClassVar

from django.template import Context, Engine, Library, TemplateSyntaxError
from django.template.base import FilterExpression, Lexer, Parser, Template, Variable
from django.template.defaulttags import comment, do_for, do_if
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from cotonou.core import french, money

# What a layout and a body may read beside the snapshot; filled by rendering.
DOCUMENT = "document"
_PLAIN = (dict, list, str, int, bool, type(None))

library = Library()
library.tag("if", do_if)
library.tag("for", do_for)
library.tag("comment", comment)


class TemplateRefusedError(ValueError):
    """The source cannot become a document template; the message says why."""


class MissingValueError(KeyError):
    """A template asked for something the snapshot does not hold."""


def _date(value: str) -> datetime.date:
    return datetime.date.fromisoformat(value)


@library.filter
def date_letters(value: str) -> str:
    """An ISO date -> "le vingt-quatre novembre deux mille vingt-six"; "" stays ""."""
    return french.date_in_letters(_date(value)) if value else ""


@library.filter
def date_long(value: str) -> str:
    """An ISO date -> "24 novembre 2026"."""
    return french.long_date(_date(value)) if value else ""


@library.filter
def date_short(value: str) -> str:
    """An ISO date -> "24/11/2026"."""
    return _date(value).strftime("%d/%m/%Y") if value else ""


@library.filter
def time_letters(value: str) -> str:
    """An ISO time -> "quatorze heures cinq minutes"; what a register writes otherwise stays as it is."""
    try:
        return french.time_in_letters(datetime.time.fromisoformat(value)) if value else ""
    except ValueError:
        return value


@library.filter
def number_letters(value: int) -> str:
    return french.number_in_letters(int(value))


@library.filter
def xof(value: int) -> str:
    return money.format_xof(int(value))


@library.filter
def xof_letters(value: int) -> str:
    return money.in_words(int(value))


@library.filter
def upper(value: str) -> str:
    return str(value).upper()


@library.filter
def capfirst(value: str) -> str:
    value = str(value)
    return value[:1].upper() + value[1:]


@library.filter(name="or")
def or_(value: Any, other: str) -> Any:
    """``{{ mention|or:"Néant" }}``: another text for an empty one."""
    return value or other


@library.filter(needs_autoescape=True)
def paragraphs(value: str, autoescape: bool = True) -> SafeString:
    """Lines of text, each in a paragraph of its own."""
    lines = [conditional_escape(line) for line in str(value).splitlines() if line.strip()]
    return mark_safe("".join(f"<p>{line}</p>" for line in lines))  # noqa: S308  # nosec


class PlainVariable(Variable):
    """Dict keys and list positions, nothing else."""

    __slots__ = ()

    def _resolve_lookup(self, context):
        current = context
        for bit in self.lookups or ():
            try:
                current = current[int(bit)] if isinstance(current, list) else current[bit]
            except (KeyError, IndexError, ValueError, TypeError):
                raise MissingValueError(f"{self.var} is not in the snapshot") from None
            if not isinstance(current, _PLAIN):
                raise MissingValueError(f"{self.var} is not plain data")
        return current


class PlainParser(Parser):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.names: set[str] = set()

    def compile_filter(self, token):
        expression = FilterExpression(token, self)
        variables = [expression.var] if expression.is_var else []
        variables += [arg for _f, args in expression.filters for is_var, arg in args if is_var]
        for variable in variables:
            variable.__class__ = PlainVariable
            if variable.translate:
                raise TemplateSyntaxError("no translation inside a document template")
            if variable.lookups:
                self.names.add(".".join(variable.lookups))
        return expression


class PlainTemplate(Template):
    names: set[str]

    def compile_nodelist(self):
        parser = PlainParser(Lexer(self.source).tokenize(), {}, self.engine.template_builtins, self.origin)
        nodes = parser.parse()
        self.extra_data = parser.extra_data
        self.names = parser.names
        return nodes


class PlainEngine(Engine):
    default_builtins: ClassVar[list[str]] = []

    def get_template_builtins(self, builtins):
        return [library]


_engine = PlainEngine(dirs=[], loaders=[], libraries={}, autoescape=True, debug=False)
_LOOP = re.compile(r"{%\s*for\s+(.+?)\s+in\s")


def _loop_names(source: str) -> set[str]:
    return {name.strip() for found in _LOOP.findall(source) for name in found.split(",")}


@functools.lru_cache(maxsize=64)
def compile_source(source: str) -> PlainTemplate:
    """Raises TemplateRefusedError for a tag, a filter or a form that the sandbox does not know."""
    try:
        return PlainTemplate(source, engine=_engine)
    except TemplateSyntaxError as error:
        raise TemplateRefusedError(str(error)) from error


def check_source(source: str, *, variables: set[str]) -> None:
    """Raises TemplateRefusedError unless ``source`` compiles and uses only declared names.

    variables: "act" declares act and all it holds; "answers.street" only that part of answers.
    """
    if unknown := undeclared(source, variables=variables):
        raise TemplateRefusedError(f"not declared: {', '.join(unknown)}")


def undeclared(source: str, *, variables: set[str]) -> list[str]:
    """The names that a source uses and nobody declared, sorted. Raises TemplateRefusedError."""
    known = variables | _loop_names(source) | {DOCUMENT, "forloop", "True", "False", "None"}
    return sorted(name for name in compile_source(source).names if not _is_part_of(name, known))


def _is_part_of(name: str, known: set[str]) -> bool:
    """ "act.number" is part of "act"; "answers" is not of "answers.street"."""
    parts = name.split(".")
    return any(".".join(parts[:length]) in known for length in range(1, len(parts) + 1))


def check_plain(value: Any, path: str = "snapshot") -> None:
    """Raises TypeError unless ``value`` is made of dicts, lists, texts, whole numbers and booleans."""
    if type(value) not in _PLAIN:
        raise TypeError(f"{path} is a {type(value).__name__}, not plain data")
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isidentifier() or key.startswith("_"):
                raise TypeError(f"{path}: {key!r} is not a plain name")
            check_plain(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            check_plain(inner, f"{path}.{position}")


def render(source: str, values: dict[str, Any]) -> SafeString:
    """The source with ``values`` in place, everything escaped.

    Raises MissingValueError when a name or key is not in ``values``.
    """
    return compile_source(source).render(Context(values, autoescape=True))
