import pytest

from cotonou.core import clients


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "", "10.0.0.2"),
        (0, "1.2.3.4", "10.0.0.2"),  # nobody declared a proxy: the header is anybody's
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "9.9.9.9, 1.2.3.4", "1.2.3.4"),  # what the visitor wrote stands on the left
        (2, "9.9.9.9, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.2"),  # fewer hops than our proxies would write: not theirs
        (1, " , ", "10.0.0.2"),
    ],
)
def test_the_address_is_the_one_our_outermost_proxy_saw(rf, settings, proxies, header, address):
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="10.0.0.2", headers={"X-Forwarded-For": header} if header else {})
    assert clients.client_ip(request) == address


def test_a_digest_needs_the_secret_key(settings):
    first = clients.digest("41.138.89.7")
    settings.SECRET_KEY = "another"
    assert clients.digest("41.138.89.7") != first
