"""Passwords that somebody who knows the City, or any list of leaked ones, would try first."""

import re
import unicodedata

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Names of the City, of its services and roles, and what people type for want of an idea.
WORDS = (
    "cotonou", "benin", "mairie", "ville", "portail", "arrondissement", "quartier", "commune", "littoral",
    "etatcivil", "acte", "naissance", "mariage", "deces", "guichet", "agent", "officier", "regisseur",
    "caissier", "administrateur", "administration", "admin", "utilisateur", "bienvenue", "bonjour",
    "motdepasse", "password", "secret", "azerty", "qwerty", "anip", "ucip",
)  # fmt: skip
_ALIKE = str.maketrans("013457@$!", "oleastasi")
# What must remain once these words are taken away.
LEFT = 6


class ObviousPasswordValidator:
    """Refuses such words dressed up with digits and signs: « M@irie-Cotonou-2026 », « sunshine123!! »."""

    def __init__(self) -> None:
        self.common = CommonPasswordValidator().passwords

    def validate(self, password: str, user: object = None) -> None:
        """Raises ValidationError."""
        read = _plain(password.translate(_ALIKE)), _plain(password)
        if any(_is_words_only(text) or text in self.common for text in read):
            raise ValidationError(self.get_help_text(), code="password_obvious")

    def get_help_text(self) -> str:
        return _(
            "Choisissez un autre mot de passe, par exemple quatre mots sans rapport : "
            "celui-ci serait essayé parmi les premiers."
        )


def _plain(text: str) -> str:
    """Its letters, small and without accents."""
    return re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", text.lower()))


def _is_words_only(text: str) -> bool:
    left = text
    for word in sorted(WORDS, key=len, reverse=True):
        left = left.replace(word, "")
    return left != text and len(left) < LEFT
