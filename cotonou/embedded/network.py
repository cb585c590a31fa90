"""Where the portal of `bin/run` is found: on this machine, and on the local network when asked."""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import socket
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

# What HOST may ask for, not what we choose.
ALL = "0.0.0.0"  # noqa: S104  # nosec
EVERYWHERE = (ALL, "")
_SIOCGIFADDR = 0x8915
# An address of the documentation: nothing is sent, the system only says which way it would go.
_FAR_AWAY = ("192.0.2.1", 9)


@dataclass(frozen=True)
class Place:
    """host: what the web server listens on.

    probe: the address at which this machine itself asks whether it answers.
    base_url: the address to print; names: the host names that people may type, beside this machine's own.
    """

    host: str
    probe: str
    base_url: str
    names: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """True when other machines of the network reach it."""
        return not _is_this_machine(self.host)

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """Variables for the portal: where links lead, and the host names that settings dev accept."""
        hosts = [*given.get("DEV_ALLOWED_HOSTS", "").split(","), *self.names]
        return {
            "PORTAL_URL": self.base_url,
            "DEV_ALLOWED_HOSTS": ",".join(dict.fromkeys(filter(None, hosts))),
        }


def place(host: str, port: int, *, portal_url: str = "") -> Place:
    """Where HOST and PORT put the portal. portal_url: an address that the environment gives, kept as it is.

    host: an IPv4 address of this machine, a name, or 0.0.0.0 for all of them.
    """
    everywhere = host in EVERYWHERE
    own = own_addresses() if everywhere else [host]
    shown = own[0] if own else "127.0.0.1"
    if shown == "127.0.0.1":
        shown = "localhost"  # the same machine; a passkey belongs to a name, never to an IP address
    base_url = portal_url or f"http://{shown}:{port}"
    names = [*own, *([socket.gethostname()] if everywhere else []), urlsplit(base_url).hostname or ""]
    return Place(
        host=host or ALL,
        probe=f"http://{'127.0.0.1' if everywhere else host}:{port}",
        base_url=base_url,
        names=tuple(dict.fromkeys(name for name in names if name and not _is_this_machine(name))),
    )


def own_addresses() -> list[str]:
    """The IPv4 addresses that other machines may use for this one, the network's own way first."""
    found = [_way_out(), *_of_interfaces()]
    return list(dict.fromkeys(address for address in found if address and not _is_loopback(address)))


def _is_this_machine(name: str) -> bool:
    return name == "localhost" or _is_loopback(name)


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _way_out() -> str:
    """The address from which this machine speaks to others; "" without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_FAR_AWAY)
        except OSError:
            return ""
        return probe.getsockname()[0]


def _of_interfaces() -> list[str]:
    if not sys.platform.startswith("linux"):
        return []
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _index, name in socket.if_nameindex():
            with contextlib.suppress(OSError):  # an interface that is down has no address
                answer = fcntl.ioctl(asking, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                found.append(socket.inet_ntoa(answer[20:24]))
    return found
