import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    ["/", "/demarches/", "/contact/", "/accessibilite/", "/donnees-personnelles/", "/suivi/", "/sante/live"],
)
def test_a_visitor_reads_the_page(client, path):
    assert client.get(path).status_code == 200
