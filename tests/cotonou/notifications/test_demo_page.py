import pytest

from cotonou.notifications import codes
from cotonou.notifications.models import Message

pytestmark = pytest.mark.django_db


def test_the_demonstration_shows_what_was_sent_newest_first(client):
    codes.send(purpose="x", phone="+2290197000001")
    codes.send(purpose="x", email="afi@exemple.bj")
    page = client.get("/demo/messages/").content.decode()
    assert page.index("afi@exemple.bj") < page.index("01\u00a097\u00a000\u00a000\u00a001")
    assert all(m.body.strip()[:30] in page for m in Message.objects.filter(channel="SMS"))


@pytest.mark.parametrize("typed", ["01 97 00 00 01", "97000001", "+2290197000001"])
def test_a_phone_is_found_as_people_write_it(client, typed):
    codes.send(purpose="x", phone="+2290197000001")
    codes.send(purpose="x", phone="+2290197000002")
    page = client.get("/demo/messages/", {"q": typed}).content.decode()
    assert "00\u00a001" in page
    assert "00\u00a002" not in page


def test_outside_the_demonstration_there_is_no_such_page(client, settings):
    settings.DEMO = False
    assert client.get("/demo/messages/").status_code == 404


def test_text_is_shown_as_text(client):
    codes.send(purpose="x", phone="+2290197000001")
    Message.objects.update(body="<script>x</script>")
    assert b"<script>x" not in client.get("/demo/messages/").content
