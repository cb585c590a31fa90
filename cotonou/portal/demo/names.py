"""Invented people of Cotonou: names of the south and the north, of several faiths, no real person.

Surnames and given names are common ones, drawn apart from each other; families of
people in public life are left out. Phones lie in blocks 00xx of each prefix, and
addresses end in .example: nothing is ever sent, the inbox keeps everything.
"""

import itertools
import random
import unicodedata
from dataclasses import dataclass

SURNAMES = """
Adandé Adjibi Adjikpé Adjinda Adoukonou Agbangla Agbodjan Agbossaga Agossa Agossou Agonkan Ahlonsou
Ahouandjinou Ahouansè Ahoyo Aïdasso Aïhounzonon Aïssi Aïtchédji Akakpo Aklassou Akobi Akotègnon
Akplogan Allagbé Alladatin Alofa Amadji Amoussou Ananou Anagonou Aplogan Assogba Atchadé Atindéhou Avocè
Avohou Awanou Ayémonna Azandégbé Azokpota Babatoundé Bada Badarou Bankolé Bello Biaou Bocovo Bossou Boukari
Capo Codjia Dagba Dagbédji Dansou Dègbédji Degbey Dègnon Djidonou Djimadja Djossa Djossou Dossa Dossou
Dossou-Yovo Edah Ekué Fadonougbo Fagbémi Fagnihoun Fandohan Fassinou Favi Folly Gandaho Gandonou Gangbo
Gbaguidi Gbédji Gbénou Gbèssi Gnahoui Gnancadja Gnonlonfoun Godonou Hadonou Hessou Hodonou Hounkpatin
Hounkpè Hounsa Hounsinou Hountondji Hounvènou Houéssou Houédanou Idohou Issa Kakpo Kèkè Kiki Kinnou Klikan
Kossou Koudoro Koukpaki Koussihouèdé Kpadonou Kpakpo Kpossou Lalèyè Lawani Lawson Lokossou Loko Mama
Mèdégan Mèhou Mensah Migan Mitchozounou Montcho Moussa Noudaïkpon Nouatin Odjo Ogoudikpè Olodo Osséni
Padonou Radji Sagbo Salami Sanni Sèdégan Sègla Sodjinou Sossou Soumanou
Tchibozo Tchidi Tidjani Tossou Totin Toukourou Vidégla Vignon Vodounnon Yélian Yèhouénou
Zannou Zinhoué Zohoun Ɖegbelo Ɖossou Ɖagbo Hɔnsu Sɛnu Agbɔ Kpɛɖe Tɔgbe d’Oliveira da Costa
""".replace("\n", " ")
_MEN = [
    "Kossi",
    "Koffi",
    "Kodjo",
    "Kokou",
    "Yao",
    "Komlan",
    "Coovi",
    "Dossa",
    "Sènan",
    "Sèmèvo",
    "Mahougnon",
    "Mahutin",
    "Nounagnon",
    "Gbènoukpo",
    "Oladélé",
    "Fèmi",
    "Adéwalé",
    "Babatundé",
    "Abiola",
    "Akim",
    "Bachirou",
    "Ganiou",
    "Ibrahim",
    "Issiakou",
    "Latif",
    "Moutawakilou",
    "Nassirou",
    "Rachad",
    "Soulémane",
    "Wassi",
    "Yacoubou",
    "Zakari",
    "Alain",
    "Arnaud",
    "Aristide",
    "Blaise",
    "Calixte",
    "Cyprien",
    "Désiré",
    "Donatien",
    "Étienne",
    "Eustache",
    "Fidèle",
    "Firmin",
    "Gildas",
    "Hervé",
    "Irénée",
    "Jacques",
    "Judicaël",
    "Landry",
    "Marius",
    "Modeste",
    "Noël",
    "Parfait",
    "Prosper",
    "Rodrigue",
    "Romuald",
    "Serge",
    "Théophile",
    "Ulrich",
    "Valère",
    "Wilfried",
    "Ɖo",
    "Tɔhue",
    "Sɛna",
]
_WOMEN = [
    "Afi",
    "Ablavi",
    "Adjoua",
    "Akossiwa",
    "Akouvi",
    "Ayaba",
    "Dossi",
    "Fifamè",
    "Fifonsi",
    "Mahoutondji",
    "Nonvignon",
    "Sènami",
    "Sèdami",
    "Sèdjro",
    "Yèmalin",
    "Yabo",
    "Houéfa",
    "Gbènami",
    "Olayinka",
    "Adéola",
    "Abèkè",
    "Folakè",
    "Yétundé",
    "Aïchatou",
    "Alimatou",
    "Aminatou",
    "Falilatou",
    "Fatouma",
    "Latifatou",
    "Mariama",
    "Mouinatou",
    "Nafissatou",
    "Rachidatou",
    "Ramatou",
    "Rékiatou",
    "Sakinatou",
    "Safiatou",
    "Zénabou",
    "Aurore",
    "Bénédicte",
    "Bernadette",
    "Chantal",
    "Christelle",
    "Clarisse",
    "Colette",
    "Delphine",
    "Édith",
    "Élodie",
    "Eulalie",
    "Félicité",
    "Gisèle",
    "Huguette",
    "Inès",
    "Joséphine",
    "Julienne",
    "Léontine",
    "Marcelline",
    "Micheline",
    "Odile",
    "Pélagie",
    "Prisca",
    "Rosalie",
    "Solange",
    "Sylvie",
    "Thérèse",
    "Ursule",
    "Véronique",
    "Viviane",
    "Ɖɛha",
    "Afɔ",
    "Sɛnami",
]
FAMILIES = SURNAMES.replace("da Costa", "da_Costa").split()
FAMILIES = [name.replace("_", " ") for name in FAMILIES]
GIVEN = {"M": _MEN, "F": _WOMEN}
# Prefixes of mobile numbers, without the leading 01.
PREFIXES = ("97", "96", "66", "61", "95", "64", "67", "62")


@dataclass(frozen=True)
class Person:
    surname: str
    given_names: str
    sex: str

    @property
    def name(self) -> str:
        """ "Afi Rose Dossou", as people say it."""
        return f"{self.given_names} {self.surname}"

    @property
    def official_name(self) -> str:
        """ "DOSSOU Afi Rose", as registers and requests say it."""
        return f"{self.surname.upper()} {self.given_names}"


class People:
    """Draws people; phones and addresses never come twice."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._phones = itertools.count()
        self._order = rng.sample(range(10_000), 10_000)

    def person(self, sex: str = "", surname: str = "") -> Person:
        rng = self.rng
        sex = sex or rng.choice("MF")
        pool = GIVEN[sex]
        first = rng.choice(pool)
        if rng.random() < 0.45 and (second := rng.choice(pool)) != first:
            first = f"{first} {second}"
        return Person(surname or rng.choice(FAMILIES), first, sex)

    def full_name(self, sex: str, surname: str = "") -> str:
        """A parent or witness as a register names them: "DOSSOU Kossi"."""
        rng = self.rng
        return f"{(surname or rng.choice(FAMILIES)).upper()} {rng.choice(GIVEN[sex])}"

    def phone(self) -> str:
        """E.164, in the blocks "01 PP 00 xx xx"."""
        block, within = divmod(next(self._phones), len(self._order))
        return f"+22901{PREFIXES[block % len(PREFIXES)]}00{self._order[within]:04d}"

    def npi(self) -> str:
        return f"{self.rng.randrange(10**9, 10**10)}"


def ascii_word(text: str) -> str:
    """ "Ɖossou-Yɔvo" -> "dossouyovo", for addresses."""
    text = text.lower().translate(str.maketrans("ɖɛɔ", "deo"))
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(c for c in plain if c.isalnum())


def email_of(person: Person, number: int, host: str = "courriel.example") -> str:
    return f"{ascii_word(person.given_names.split()[0])}.{ascii_word(person.surname)}{number}@{host}"
