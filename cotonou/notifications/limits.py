"""How long a value may be in an SMS.

Every variable of an SMS template has a line here. Free text is cut to its
limit before it is put in the text; the rest (codes, dates, links) is never
cut and the sample shows the longest that can happen. One test renders every
template of the portal with these and refuses more than 160 septets.
"""

FREE_TEXT: dict[str, int] = {
    "name": 30,
    "service": 40,
    "office": 40,
    "arrondissement": 22,
    "quartier": 26,
    "reason": 50,
    "piece": 40,
    "document": 40,
    "title": 40,
    "place": 30,
    "operator": 16,
}
# PORTAL_HOST as the City may publish it.
SAMPLE_HOST = "services.mairiecotonou.bj"
SAMPLES: dict[str, str | int] = {
    "PORTAL_HOST": SAMPLE_HOST,
    "PORTAL_URL": f"https://{SAMPLE_HOST}",
    "code": "123456",
    "minutes": 60,
    "tracking_code": "ABCDE-12345",
    "verification_code": "ABCDE-12345",
    "receipt": "REC-2026-A05-0123456",
    "serial": "A05-2026-0123456",
    "number": "A05-2026-0123456",
    "reference": "UCIP-2026-0123456",
    "amount": "1 000 000 F",
    "amount_xof": 1_000_000,
    "fee_xof": 1_000_000,
    "date": "30 septembre 2026",
    "due_on": "30 septembre 2026",
    "since": "30 septembre 2026",
    "time": "14:30",
    "count": 9999,
    "days": 365,
    "phone": "01 97 00 00 00",
    "link": f"https://{SAMPLE_HOST}/suivi/",
    "full_copy": True,
    "available": True,
}
