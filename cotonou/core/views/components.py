"""Every component in every state, for those who build pages and for the browser tests.

Served only where settings.DEMO is true.
"""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from cotonou.core import forms
from cotonou.core.errors import Conflict

QUARTERS = [("", "Tous"), ("1", "Akpakpa centre"), ("2", "Gbégamey"), ("3", "Sainte-Rita")]


class FiltersForm(forms.PortalForm):
    arrondissement = forms.ChoiceField(label="Quartier", choices=QUARTERS, required=False)
    state = forms.ChoiceField(
        label="État", choices=[("", "Tous"), ("late", "En retard"), ("new", "Nouvelles")], required=False
    )
    q = forms.CharField(label="Nom ou code", required=False)


class SampleForm(forms.PortalForm):
    last_name = forms.CharField(
        label="Nom de famille",
        called="votre nom de famille",
        help_text="Comme sur votre pièce d’identité",
        label_size="m",
        autocomplete="family-name",
        spellcheck="false",
        max_length=60,
    )
    born_on = forms.SplitDateField(
        label="Date de naissance",
        called="votre date de naissance",
        help_text="Par exemple : 24 11 1990",
        autocomplete="bday",
        past=True,
    )
    phone = forms.PhoneField(
        label="Numéro de téléphone",
        called="votre numéro de téléphone",
        help_text="Nous y envoyons votre code de suivi par SMS",
    )
    email = forms.EmailField(
        label="Adresse électronique", called="votre adresse électronique", required=False
    )
    amount_xof = forms.MoneyField(label="Montant versé", called="le montant versé", min_xof=500)
    district = forms.ChoiceField(
        label="Quartier", called="votre quartier", choices=[("", "Choisissez un quartier"), *QUARTERS[1:]]
    )
    receive = forms.RadioField(
        label="Comment voulez-vous recevoir l’acte ?",
        called="comment recevoir l’acte",
        choices=[
            ("download", "Le télécharger"),
            ("counter", "Le retirer au guichet"),
            ("mail", "Par la poste"),
        ],
        hints={"download": "Dès qu’il est signé", "counter": "Avec votre pièce d’identité"},
        reveals={"mail": "address"},
    )
    address = forms.TextareaField(label="Adresse postale", called="votre adresse postale", required=False)
    copies = forms.IntegerField(
        label="Nombre de copies", called="le nombre de copies", min_value=1, max_value=10
    )
    married = forms.YesNoField(label="Êtes-vous marié ou mariée ?")
    reasons = forms.CheckboxesField(
        label="Pour quel usage ?",
        called="l’usage de l’acte",
        choices=[("school", "Une inscription"), ("travel", "Un voyage"), ("other", "Autre chose")],
        small=True,
    )
    piece = forms.FileField(
        label="Pièce d’identité",
        called="votre pièce d’identité",
        help_text="Photo ou PDF, 8 Mo au plus",
        accept="image/*,application/pdf",
    )
    code = forms.OneTimeCodeField(label="Code reçu par SMS", called="le code reçu par SMS")
    password = forms.PasswordField(label="Mot de passe", called="votre mot de passe")
    agreed = forms.BooleanField(label="Je certifie que ces renseignements sont exacts")


class RejectForm(forms.PortalForm):
    reason = forms.TextareaField(
        label="Motif du refus", called="le motif du refus", help_text="La personne le lira.", max_length=500
    )


FILLED = {
    "last_name": "Ɖossou-Agbɔ́",
    "phone": "+2290197000000",
    "amount_xof": 48_215,
    "district": "2",
    "receive": "mail",
    "address": "Carré 1200, Gbégamey",
    "copies": 2,
    "married": "no",
    "reasons": ["school"],
}
WRONG = {
    "born_on_day": "31",
    "born_on_month": "2",
    "born_on_year": "1990",
    "phone": "9712",
    "email": "dossou@",
    "amount_xof": "12,50",
    "copies": "40",
    "receive": "",
    "code": "12",
}


def everything(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("etat", "vide")
    if request.method == "POST":
        form = SampleForm(request.POST, request.FILES)
        if form.is_valid():
            return redirect("core:components_done")
    else:
        form = {"vide": SampleForm, "rempli": lambda: SampleForm(initial=FILLED)}.get(
            state, lambda: SampleForm(WRONG)
        )()
    status = 422 if request.method == "POST" else 200
    return render(request, "core/components.html", _samples(state) | {"form": form}, status=status)


@require_GET
def done(request: HttpRequest) -> HttpResponse:
    return render(request, "core/components_done.html", _samples(""))


@require_GET
def staff(request: HttpRequest) -> HttpResponse:
    return render(request, "core/components_staff.html", _staff_samples() | {"reject_form": RejectForm()})


@require_POST
def reject(request: HttpRequest) -> HttpResponse:
    form, htmx = RejectForm(request.POST), request.headers.get("HX-Request")
    if form.is_valid() and htmx:
        return render(
            request, "components/notice.html", {"text": "La demande est refusée.", "tone": "success"}
        )
    if form.is_valid():
        messages.success(request, "La demande est refusée.")
        return redirect("core:components_staff")
    template = "core/_reject_form.html" if htmx else "core/components_staff.html"
    return render(request, template, _staff_samples() | {"reject_form": form, "form": form}, status=422)


@require_GET
def progress(request: HttpRequest, done: int) -> HttpResponse:
    done = min(40, done)
    context = {
        "id": "travail",
        "label": "Signature de 40 actes",
        "done": done,
        "total": 40,
        "finished": done == 40,
        "url": reverse("core:components_progress", args=[done + 15]),
    }
    return render(request, "components/progress.html", context)


@require_GET
def error_page(request: HttpRequest, status: int) -> HttpResponse:
    templates = {400: "400.html", 403: "403.html", 404: "404.html", 419: "403_csrf.html", 500: "500.html"}
    if status == 409:
        raise Conflict("Un autre agent vient de prendre ce dossier. Choisissez-en un autre dans la file.")
    if status not in templates:
        raise Http404
    return render(request, templates[status], status=403 if status == 419 else status)


def _staff_samples() -> dict:
    names = ("Aïcha Dossou", "Koffi Hounkpatin", "Sènan Agbo")
    return _samples("vide") | {
        "sign_columns": [{"label": "Acte"}, {"label": "Préparé par"}],
        "to_sign": [
            [{"text": name, "check": "actes", "value": i}, "R. Zinsou"] for i, name in enumerate(names)
        ],
        "reject_url": reverse("core:components_reject"),
        "progress_url": reverse("core:components_progress", args=[25]),
        "here": reverse("core:components_staff"),
    }


def _samples(state: str) -> dict:
    here = reverse("core:components")
    return {
        "here": here,
        "help_text": "Il est écrit en haut à gauche.\n\nSi vous ne l’avez pas, laissez la case vide.",
        "breadcrumbs": [{"href": "/", "label": "Accueil"}],
        "tabs": [
            {"href": f"{here}?etat={key}", "label": label, "current": key == state, "count": count}
            for key, label, count in (
                ("vide", "Vide", None),
                ("rempli", "Rempli", 9),
                ("erreurs", "Erreurs", 12),
            )
        ],
        "cards": [
            {
                "href": here,
                "title": "Acte de naissance",
                "text": "Copie ou extrait d’un acte inscrit à Cotonou.",
                "note": "Dès 500 F, en 2 jours",
            },
            {
                "href": here,
                "title": "Certificat de résidence",
                "text": "Votre dossier, préparé puis transmis à l’ANIP.",
                "note": "Dès 1 000 F",
            },
            {"href": here, "title": "Vérifier un document", "text": "Scannez le code ou tapez-le."},
        ],
        "facts": [
            {"label": "Qui le délivre", "value": "L’arrondissement de naissance"},
            {"label": "Prix", "value": "500 F", "note": "Frais de paiement compris"},
            {"label": "Délai", "value": "2 jours ouvrés"},
            {"label": "À fournir", "value": "Pièce d’identité"},
        ],
        "notices": [
            {
                "tone": "info",
                "text": "La mairie est fermée le 30 novembre.",
                "href": here,
                "link": "Voir les jours fériés",
            },
            {"tone": "success", "text": "La demande a été enregistrée."},
            {
                "tone": "warning",
                "title": "Paiement en attente.",
                "text": "Ne payez pas une seconde fois : l’opérateur n’a pas encore répondu.",
            },
            {"tone": "error", "text": "Le fichier n’a pas pu être ouvert. Envoyez une photo ou un PDF."},
        ],
        "badges": [
            {"label": label, "tone": tone}
            for label, tone in (
                ("En cours", "info"),
                ("Prêt", "ok"),
                ("Pièce à fournir", "warn"),
                ("Refusée", "stop"),
                ("En échec", "error"),
                ("Brouillon", "draft"),
            )
        ],
        "figures": [
            {"label": "Demandes ouvertes", "value": "1 284", "note": "dont 37 en retard"},
            {"label": "Encaissé aujourd’hui", "value": "48 215 300 F"},
            {
                "label": "Délai médian",
                "value": "1,8 jour",
                "note": "engagement : 2 jours",
                "href": here,
                "link": "Comment il est compté",
            },
        ],
        "filters": FiltersForm(),
        "columns": [
            {"label": "Caisse"},
            {"label": "État"},
            {"label": "Reçus", "numeric": True},
            {"label": "Montant", "numeric": True},
        ],
        "rows": [
            [{"text": "Guichet 1", "href": here}, {"badge": "Ouverte", "tone": "ok"}, "12", "48 215 F"],
            [
                {"text": "Guichet 2", "href": here, "note": "arrêtée à 12:30"},
                {"badge": "Écart", "tone": "warn"},
                "128",
                "1 500 000 F",
            ],
        ],
        "totals": ["Total", "", "140", "1 548 215 F"],
        "queue_columns": [
            {"label": label} for label in ("Demandeur", "Document", "Échéance", "État", "Agent")
        ],
        "queue": [
            [{"text": name, "href": here, "note": code}, kind, due, {"badge": badge, "tone": tone}, agent]
            for name, code, kind, due, badge, tone, agent in (
                (
                    "Aïcha Dossou",
                    "ABCDE-12345",
                    "Copie intégrale de naissance",
                    "24 novembre 2026",
                    "En retard",
                    "warn",
                    "—",
                ),
                (
                    "Koffi Hounkpatin",
                    "FGHJK-67890",
                    "Extrait de naissance",
                    "25 novembre 2026",
                    "Nouvelle",
                    "info",
                    "—",
                ),
                (
                    "Sènan Agbo",
                    "MNPQR-24680",
                    "Extrait de naissance",
                    "26 novembre 2026",
                    "À signer",
                    "ok",
                    "R. Zinsou",
                ),
            )
        ],
        "page": Paginator(range(240), 10).page(7),
        "files": [
            {
                "name": "piece-identite-recto.jpg",
                "note": "240 Ko",
                "badge": "Acceptée",
                "tone": "ok",
                "action_href": here,
                "action": "Retirer",
            },
            {
                "name": "jugement-suppletif-tres-long-nom-de-fichier-numerise-2026.pdf",
                "href": here,
                "note": "1,2 Mo",
                "badge": "À remplacer",
                "tone": "warn",
            },
        ],
        "steps": [
            {"label": "Demande payée", "when": "20 novembre 2026 à 09:14", "state": "done"},
            {
                "label": "Examen par l’arrondissement",
                "when": "depuis le 21 novembre 2026",
                "text": "Un agent vérifie votre droit à cet acte.",
                "state": "now",
            },
            {"label": "Signature"},
            {"label": "Acte prêt", "text": "Vous recevrez un SMS."},
        ],
        "answers": [
            {"label": "Nom de famille", "value": "Ɖossou-Agbɔ́", "href": here},
            {"label": "Date de naissance", "value": "24 novembre 1990", "href": here},
            {"label": "Numéro de l’acte", "value": "", "href": here},
            {"label": "Parents", "lines": ["Koffi Ɖossou", "Afi Agbɔ́"], "href": here},
            {"label": "Montant", "value": "500 F"},
        ],
        "tasks": [
            {"label": "La personne", "href": here, "status": "Fait", "tone": "ok"},
            {
                "label": "L’acte",
                "href": here,
                "hint": "Centre, année, numéro",
                "status": "À compléter",
                "tone": "info",
            },
            {"label": "Le paiement", "status": "Plus tard", "tone": "draft"},
        ],
    }
