"""The year before the live stories, put in the database."""

from cotonou.formbuilder import tables
from cotonou.portal.demo.city import City
from cotonou.portal.demo.clock import replaced
from cotonou.portal.demo.copying import copy_rows
from cotonou.portal.demo.past.files import Relay, Requests
from cotonou.portal.demo.past.money import Money
from cotonou.portal.demo.past.papers import Papers
from cotonou.portal.demo.past.plans import Planner, batches
from cotonou.portal.demo.past.press import Press
from cotonou.portal.demo.past.rows import Past
from cotonou.portal.demo.town import Town

# Live stories begin nine working days before today.
LAST_DAY = 10


def write(city: City, *, count: int, sealed: int, press: Press) -> Papers:
    """Everything but the documents, which are still being made: call ``finish`` on the answer."""
    town = Town(city, "past")
    last = town.day(LAST_DAY)
    plans = Planner(town, last=last).plans(count=count, sealed=sealed)
    sent = batches(plans, city.calendar, town.rng, last)
    past = Past(city.staff)
    requests = Requests(past, town)
    relay = Relay(past, town, requests)
    money = Money(past, town)
    papers = Papers(past, town, press)
    requests.make(plans)
    relay.make(sent)
    # A thousand slips name a quartier: the table is read once.
    with replaced(tables, "_tables", tables._tables | {"quartiers": tuple(tables.quartiers()).__iter__}):
        papers.make(plans, sent)
    money.make(plans)
    past.number_events()
    requests.write(plans)
    relay.write()
    money.write()
    papers.write_counters()
    past.write_messages()
    late = {id(paper.event) for paper in papers.papers}
    copy_rows([event for event in past.events if id(event) not in late])
    return papers
