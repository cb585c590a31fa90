"""From a template's name and values to the texts of each channel.

``civil_acts.rejected`` is ``notifications/civil_acts/rejected.sms.txt`` and
``….email.txt``, whose first line is the subject. A folder named after the
language (``civil_acts/en/rejected.sms.txt``) wins over ``{% translate %}``.
"""

import datetime
import unicodedata
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template import Context, TemplateDoesNotExist
from django.template.loader import select_template
from django.utils import translation
from django.utils.functional import Promise

from cotonou.notifications import gsm
from cotonou.notifications.limits import FREE_TEXT
from cotonou.notifications.states import Channel

SUFFIXES = {Channel.SMS: ("sms",), Channel.EMAIL: ("email",), Channel.INBOX: ("inbox", "email")}


class NoTemplate(LookupError):
    pass


@dataclass(frozen=True)
class Text:
    subject_line: str
    body: str


def render(template: str, channel: Channel, *, language: str, context: dict[str, Any]) -> Text | None:
    """The text of one channel, or None if the template has none for it.

    context: text, numbers, dates and lists of them. Raises TypeError for a row:
    what a message says is chosen by the caller, value by value.
    """
    found = _find(template, channel, language)
    if found is None:
        return None
    values = {name: _value(name, value, channel) for name, value in context.items()}
    values = {
        "PORTAL_URL": settings.PORTAL_URL,
        "PORTAL_HOST": settings.PORTAL_URL.split("://", 1)[-1],
    } | values
    with translation.override(language):
        text = found.template.render(Context(values, autoescape=False))
    text = _tidy(text)
    if channel == Channel.SMS:
        return Text("", gsm.transliterate(" ".join(text.split())))
    subject, _, body = text.partition("\n")
    return Text(subject.strip()[:200], body.strip() + "\n")


def _find(template: str, channel: Channel, language: str):
    app, _, name = template.partition(".")
    for suffix in SUFFIXES[channel]:
        try:
            return select_template(
                [
                    f"notifications/{app}/{language}/{name}.{suffix}.txt",
                    f"notifications/{app}/{name}.{suffix}.txt",
                ]
            )
        except TemplateDoesNotExist:
            continue
    return None


def _value(name: str, value: Any, channel: Channel) -> Any:
    if isinstance(value, str | Promise):
        text = without_controls(str(value))
        if channel == Channel.SMS:
            text = gsm.transliterate(text)
            return gsm.shorten(text, FREE_TEXT[name]) if name in FREE_TEXT else text
        return text
    if value is None or isinstance(value, bool | int | datetime.date | datetime.time | UUID):
        return value
    if isinstance(value, list | tuple):
        return [_value(name, item, channel) for item in value]
    if isinstance(value, dict):
        return {key: _value(str(key), item, channel) for key, item in value.items()}
    raise TypeError(f"{name}: a message holds values, not a {type(value).__name__}")


def without_controls(text: str) -> str:
    """One line of what somebody typed: no line break, control or direction character."""
    return "".join(
        " " if c in "\r\n\t\u2028\u2029" else c
        for c in text
        if c in "\r\n\t\u2028\u2029" or unicodedata.category(c) not in {"Cc", "Cf", "Cs"}
    )


def _tidy(text: str) -> str:
    lines = [line.rstrip() for line in text.strip().splitlines()]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept)
