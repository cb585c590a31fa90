"""What a first visit costs a citizen: octets over the wire and requests, counted by Chromium."""

import os
import shutil
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from bench import server
from bench.setup import City
from bench.table import Row

PAGES = (
    ("accueil", "/"),
    ("démarche", "/demarches/acte-de-naissance/"),
    ("commencer une demande", "/demarches/acte-de-naissance/demande/"),
    ("suivi", "/suivi/"),
    ("vérification", "/v"),
)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
MOST_OCTETS, MOST_REQUESTS = 30_000, 6


def measure(city: City) -> list[Row]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with server.running() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            return [_row(browser, port, label, path) for label, path in PAGES]
        finally:
            browser.close()


def _row(browser: Browser, port: int, label: str, path: str) -> Row:
    context = browser.new_context(viewport={"width": 360, "height": 640})
    page = context.new_page()
    session = context.new_cdp_session(page)
    octets: list[int] = []
    hosts: set[str] = set()
    session.on("Network.loadingFinished", lambda event: octets.append(int(event["encodedDataLength"])))
    session.on("Network.requestWillBeSent", lambda event: hosts.add(urlsplit(event["request"]["url"]).netloc))
    session.send("Network.enable")
    page.goto(f"http://127.0.0.1:{port}{path}", wait_until="networkidle")
    context.close()
    foreign = {host for host in hosts if host and host != f"127.0.0.1:{port}"}
    met = sum(octets) <= MOST_OCTETS and len(octets) <= MOST_REQUESTS and not foreign
    return Row(
        f"première visite : {label}",
        "360 px, cache vide, en-têtes compris",
        f"{sum(octets) / 1000:.1f} Ko, {len(octets)} requêtes",
        "",
        "≤ 30 Ko, ≤ 6 requêtes, aucun autre hôte",
        met,
        ", ".join(sorted(foreign)),
    )
