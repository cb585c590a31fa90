"""The few forms of the journey that no definition describes."""

from django.utils.translation import gettext_lazy as _

from cotonou.core.forms import CharField, PhoneField, PortalForm, YesNoField
from cotonou.formbuilder.definition import Page


class ResumeForm(PortalForm):
    """Code and phone. Its prefix holds a dash, which no field id may."""

    prefix = "resume"

    code = CharField(
        label=_("Code de votre demande"),
        called=_("le code de votre demande"),
        help_text=_("Dix lettres et chiffres, par exemple ABCDE-12345. Les tirets ne comptent pas."),
        max_length=40,
        width=20,
        spellcheck="false",
        autocomplete="off",
    )
    phone = PhoneField(
        label=_("Numéro de téléphone donné dans la demande"),
        called=_("le numéro de téléphone donné dans la demande"),
        foreign=True,
    )


class LeaveForm(PortalForm):
    phone = PhoneField(
        label=_("Numéro de téléphone"),
        called=_("votre numéro de téléphone"),
        help_text=_("Avec ce numéro et le code, vous reprendrez votre demande. Par exemple 01 97 00 00 00."),
        foreign=True,
    )


class MoreForm(PortalForm):
    """Another item of a repeated page, or on to the next page."""

    def __init__(self, *args, page: Page, count: int, **kwargs):
        super().__init__(*args, **kwargs)
        question = page.question
        if not question:
            first = _("Voulez-vous ajouter : %(item)s ?")
            another = _("Voulez-vous ajouter encore : %(item)s ?")
            asked = another if count else first
            question = asked % {"item": page.item}
        self.fields["more"] = YesNoField(label=question, label_size="m", called="")
