from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from cotonou.accounts.permissions import public
from cotonou.payments.models import FakeTransaction
from cotonou.payments.providers import fake


@require_http_methods(["GET", "POST"])
@public
def operator(request: HttpRequest, reference: str) -> HttpResponse:
    """The payer's phone, played by the portal. Exists only where the fake operator is enabled."""
    if "fake" not in settings.PAYMENT_PROVIDERS:
        raise Http404
    row = get_object_or_404(FakeTransaction, reference=reference)
    if request.method == "POST":
        answer = request.POST.get("answer", "")
        if answer not in FakeTransaction.State.values:
            return render(request, "payments/fake_operator.html", {"row": row}, status=422)
        fake.decide(reference=reference, answer=answer)
        return redirect(row.return_url)
    return render(request, "payments/fake_operator.html", {"row": row})
