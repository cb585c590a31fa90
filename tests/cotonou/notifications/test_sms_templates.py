"""Every SMS of the portal fits one part, whatever the names and amounts it holds."""

import re

import pytest
from django.conf import settings

from cotonou.notifications import gsm, rendering
from cotonou.notifications.limits import FREE_TEXT, SAMPLE_HOST, SAMPLES
from cotonou.notifications.states import Channel

ROOT = settings.BASE_DIR / "templates" / "notifications"
FILES = sorted(ROOT.rglob("*.sms.txt"))
USED = re.compile(r"{{\s*([A-Za-z_]\w*)|\bwith\s+\w+=([A-Za-z_]\w*)|{%\s*if\s+(?:not\s+)?([A-Za-z_]\w*)")
BOUND = re.compile(r"\bwith\s+(\w+)=")


def names_in(path) -> set[str]:
    source = path.read_text()
    used = {name for found in USED.findall(source) for name in found if name}
    return used - set(BOUND.findall(source))


def template_of(path) -> str:
    parts = path.relative_to(ROOT).parts
    return f"{parts[0]}.{parts[-1].removesuffix('.sms.txt')}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_the_longest_text_fits_one_sms(path, language, settings):
    settings.PORTAL_URL = f"https://{SAMPLE_HOST}"
    names = names_in(path)
    unknown = names - FREE_TEXT.keys() - SAMPLES.keys()
    assert not unknown, f"say how long {unknown} can be, in cotonou/notifications/limits.py"
    longest = {name: "Ê" * 200 if name in FREE_TEXT else SAMPLES[name] for name in names}
    for absent in [None, *names]:
        context = longest | ({absent: ""} if absent else {})
        text = rendering.render(template_of(path), Channel.SMS, language=language, context=context)
        assert gsm.septets(text.body) <= gsm.LIMIT, text.body


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_word_of_ours_loses_its_accent_on_the_way(path):
    """ê, ç, ô, î, û, À are not in the alphabet of an SMS: « prêt » would arrive as « pret »."""
    ours = re.sub(r"{[{%].*?[%}]}", "", path.read_text(), flags=re.DOTALL)
    lost = {c for c in ours if c not in gsm.BASIC and c not in gsm.EXTENDED and c not in "’\n"}
    assert not lost, "choose words without these letters"


def test_there_are_templates_to_check():
    assert len(FILES) >= 5
