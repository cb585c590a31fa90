"""Filters and tags that every template may use without loading them."""

import datetime
import re

from django import template
from django.template.defaultfilters import stringfilter
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cotonou.core import codes, phones
from cotonou.core.forms.rendering import error_items as form_error_items
from cotonou.core.money import format_xof

register = template.Library()
_CODES = re.compile(r"\b([0-9A-Z]{4,5}(?:-[0-9A-Z]{4,5})+)\b")


@register.filter
def xof(amount_xof):
    """48215300 -> "48 215 300 F", with no-break spaces; nothing for nothing."""
    return "" if amount_xof is None or amount_xof == "" else format_xof(int(amount_xof))


@register.filter
def grouped(number):
    """31975 -> "31 975", in the reader's language."""
    return number_format(number, force_grouping=True)


@register.filter
def file_size(size_bytes):
    """240_000 -> "234 Ko", 5_500_000 -> "5,2 Mo"."""
    kilo = max(1, round(int(size_bytes) / 1024))
    if kilo < 1000:
        return _("%(size)s Ko") % {"size": kilo}
    return _("%(size)s Mo") % {"size": number_format(int(size_bytes) / 1024**2, 1)}


@register.filter
def date_fr(value):
    """A date or a moment, in Cotonou and in the reader's language: "24 novembre 2026"."""
    if not value:
        return ""
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value)
    text = date_format(value, "DATE_FORMAT")
    # Django writes "1 novembre"; French says "1er".
    return text.replace("1 ", "1er ", 1) if value.day == 1 and get_language() == "fr" else text


@register.filter
def datetime_fr(value):
    """A moment, in Cotonou: "24 novembre 2026 à 14:05"."""
    if not value:
        return ""
    local = timezone.localtime(value)
    return _("%(date)s à %(time)s") % {"date": date_fr(local), "time": date_format(local, "H:i")}


@register.filter
def phone(e164):
    """ "+2290197000000" -> "01 97 00 00 00", with no-break spaces."""
    return phones.pretty(e164)


@register.filter
def code(value):
    """A public code in groups that are easy to read aloud: "ABCDE-12345"."""
    return codes.pretty(str(value)) if value else ""


@register.filter
def whole_codes(text):
    """A sentence whose public codes are never cut at the end of a line."""
    parts = _CODES.split(str(text))
    return format_html_join("", "{}", ((_unbroken(part) if n % 2 else part,) for n, part in enumerate(parts)))


def _unbroken(text):
    return format_html('<span class="p-nowrap">{}</span>', text)


@register.filter
def percent_of(part, whole):
    """A whole percentage from 0 to 100; 0 of nothing is 0."""
    return min(100, max(0, int(part or 0) * 100 // int(whole))) if whole else 0


@register.filter(is_safe=True)
@stringfilter
def nbsp(text):
    """French punctuation never starts a line: a no-break space before : ; ? ! » % and after «."""
    return re.sub(r" (?=[:;?!»%])|(?<=«) ", "\u00a0", text)


@register.filter
def beside(row, columns):
    """Each cell of a table's row with its column."""
    return list(zip(row, columns, strict=True))


@register.filter
def page_numbers(paginator, number):
    """The page numbers to offer around ``number``; None stands for a gap."""
    wanted = sorted({1, number - 1, number, number + 1, paginator.num_pages} & set(paginator.page_range))
    numbers: list[int | None] = []
    for previous, current in zip([0, *wanted], wanted, strict=False):
        if current - previous > 1:
            numbers.append(None)
        numbers.append(current)
    return numbers


@register.filter
def error_items(form):
    """The errors of a form for components/error_summary.html."""
    return form_error_items(form)


@register.simple_tag(takes_context=True)
def error_prefix(context):
    """ "Erreur : " when the page shows a form that was refused, for its title.

    Looks at ``form``, ``formset`` and the list ``forms`` of the context.
    """
    candidates = [context.get("form"), context.get("formset"), *(context.get("forms") or ())]
    return _("Erreur : ") if any(_was_refused(candidate) for candidate in candidates) else ""


def _was_refused(form) -> bool:
    if not getattr(form, "is_bound", False):
        return False
    if hasattr(form, "total_error_count"):
        return form.total_error_count() > 0
    return bool(form.errors)
