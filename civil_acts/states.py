"""The life of a request: states, legal moves, and a word for staff and one for the citizen.

Waiting for the citizen, late, claimed and transferred are dated overlays on
the request, not states.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestState(models.TextChoices):
    TO_PAY = "TO_PAY", _("à payer")
    SUBMITTED = "SUBMITTED", _("déposée")
    IN_REVIEW = "IN_REVIEW", _("en instruction")
    TO_SIGN = "TO_SIGN", _("à signer")
    SEALING = "SEALING", _("en cours de cachet")
    READY = "READY", _("prête")
    DELIVERED = "DELIVERED", _("remise")
    REJECTED = "REJECTED", _("refusée")
    TRANSMITTED = "TRANSMITTED", _("transmise à l’ANIP")
    READY_ELSEWHERE = "READY_ELSEWHERE", _("réponse de l’ANIP reçue")
    EXPIRED = "EXPIRED", _("expirée")
    WITHDRAWN = "WITHDRAWN", _("retirée")


S = RequestState

# Each state in the words of the citizen; {since} and {date} are filled by tracking.
CITIZEN_WORDS = {
    S.TO_PAY: _("En attente de votre paiement"),
    S.SUBMITTED: _("Reçue par la Mairie"),
    S.IN_REVIEW: _("En cours d’examen"),
    S.TO_SIGN: _("Document prêt à être signé"),
    S.SEALING: _("Signée, document en préparation"),
    S.READY: _("Votre document est prêt"),
    S.DELIVERED: _("Document remis"),
    S.REJECTED: _("Demande refusée"),
    S.TRANSMITTED: _("Chez l’ANIP"),
    S.READY_ELSEWHERE: _("L’ANIP a répondu"),
    S.EXPIRED: _("Demande abandonnée, non payée à temps"),
    S.WITHDRAWN: _("Demande annulée"),
}

TRANSITIONS: dict[str, frozenset[str]] = {
    S.TO_PAY: frozenset({S.SUBMITTED, S.EXPIRED, S.WITHDRAWN}),
    S.SUBMITTED: frozenset({S.IN_REVIEW, S.WITHDRAWN}),
    S.IN_REVIEW: frozenset({S.TO_SIGN, S.REJECTED, S.TRANSMITTED, S.WITHDRAWN}),
    S.TO_SIGN: frozenset({S.SEALING, S.IN_REVIEW, S.WITHDRAWN}),
    S.SEALING: frozenset({S.READY}),
    S.READY: frozenset({S.DELIVERED, S.IN_REVIEW}),  # back to the clerks: the document is to be replaced
    S.DELIVERED: frozenset({S.IN_REVIEW}),
    S.REJECTED: frozenset({S.IN_REVIEW}),
    S.TRANSMITTED: frozenset({S.READY_ELSEWHERE}),
}

# What waits for a clerk, and everything that is not over.
CLERK_STATES = (S.SUBMITTED, S.IN_REVIEW)
OPEN_STATES = (S.TO_PAY, S.SUBMITTED, S.IN_REVIEW, S.TO_SIGN, S.SEALING, S.TRANSMITTED)
SIGNED_STATES = (S.SEALING, S.READY, S.DELIVERED)


class Relation(models.TextChoices):
    """What the applicant is to the person named in the act."""

    HOLDER = "HOLDER", _("C’est mon acte")
    PARENT = "PARENT", _("Je suis son père ou sa mère")
    CHILD = "CHILD", _("Je suis son enfant")
    SPOUSE = "SPOUSE", _("Je suis son époux ou son épouse")
    REPRESENTATIVE = "REPRESENTATIVE", _("Je suis son tuteur ou son représentant légal")
    MANDATE = "MANDATE", _("J’ai une procuration écrite")
    OTHER = "OTHER", _("Autre personne")


# The same, as somebody of the office says it.
STAFF_RELATIONS = {
    Relation.HOLDER: _("titulaire de l’acte"),
    Relation.PARENT: _("père ou mère du titulaire"),
    Relation.CHILD: _("enfant du titulaire"),
    Relation.SPOUSE: _("époux ou épouse du titulaire"),
    Relation.REPRESENTATIVE: _("tuteur ou représentant légal"),
    Relation.MANDATE: _("porteur d’une procuration écrite"),
    Relation.OTHER: _("autre personne"),
}


# Where there is no act, as for a residence file: somebody asks for themselves.
NO_ACT_RELATIONS = STAFF_RELATIONS | {Relation.HOLDER: _("la personne elle-même")}


class RejectionReason(models.TextChoices):
    """Reasons a citizen can understand; the clerk adds a sentence."""

    NOT_ENTITLED = (
        "NOT_ENTITLED",
        _("Vous ne faites pas partie des personnes qui peuvent demander ce document"),
    )
    IDENTITY = "IDENTITY", _("La pièce d’identité ne permet pas de vérifier qui vous êtes")
    NOT_FOUND = "NOT_FOUND", _("L’acte n’existe pas dans nos registres")
    WRONG_TOWN = "WRONG_TOWN", _("L’acte est tenu par une autre commune")
    NOT_RESIDENT = "NOT_RESIDENT", _("L’adresse donnée n’est pas à Cotonou")
    RESIDENCE = "RESIDENCE", _("La fiche de résidence ne permet pas de vérifier l’adresse")
    PIECES = "PIECES", _("Il manque une pièce demandée et non reçue")
    ALREADY_DONE = "ALREADY_DONE", _("La même demande a déjà été traitée")
    OTHER = "OTHER", _("Autre raison")


# What can be wrong with an act, and with a residence: neither is said of the other.
ACT_REASONS = (RejectionReason.NOT_FOUND, RejectionReason.WRONG_TOWN)
RESIDENCE_REASONS = (RejectionReason.NOT_RESIDENT, RejectionReason.RESIDENCE)


class RevocationReason(models.TextChoices):
    """Why an issued document no longer counts, in words for whoever holds it."""

    WRONG_PERSON = "WRONG_PERSON", _("Le document ne concerne pas la bonne personne")
    NO_RIGHT = "NO_RIGHT", _("Le demandeur n’avait pas le droit d’obtenir ce document")
    FALSE_PIECE = "FALSE_PIECE", _("Une pièce fournie pour l’obtenir était fausse")
    ACT_CHANGED = "ACT_CHANGED", _("Une décision de justice a annulé ou changé l’acte")
    MISTAKE = "MISTAKE", _("Le document a été délivré par erreur")
    OTHER = "OTHER", _("Autre raison")


class ReplacementReason(models.TextChoices):
    """What is wrong with the paper, in words for whoever holds it."""

    COPY = "COPY", _("Une information a été mal recopiée")
    WRONG_ACT = "WRONG_ACT", _("Le document a été fait d’après un autre acte")
    MENTION = "MENTION", _("Une mention du registre manque")
    REGISTER = "REGISTER", _("Le registre a été corrigé depuis")
    OTHER = "OTHER", _("Autre raison")
