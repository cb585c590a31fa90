from django.utils.translation import gettext_lazy as _

from cotonou.core import codes
from cotonou.core.forms import CharField, FileField, PortalForm


class CodeForm(PortalForm):
    code = CharField(
        label=_("Code de vérification"),
        help_text=_("Il est imprimé à côté du code carré, par exemple ABCDE-12345."),
        called=_("le code imprimé sur le document"),
        autocomplete="off",
        spellcheck="false",
        width=20,
        max_length=40,
    )

    def clean_code(self):
        code = codes.normalise(self.cleaned_data["code"])
        if code is None:
            self.add_error(
                "code",
                _("Vérifiez le code : un caractère manque ou n’est pas le bon. Recopiez-le du papier."),
            )
        return code


class PdfForm(PortalForm):
    file = FileField(
        label=_("Fichier PDF du document"),
        help_text=_("Le fichier tel que vous l’avez reçu. Il n’est pas conservé."),
        called=_("le fichier PDF du document"),
        accept="application/pdf",
    )
