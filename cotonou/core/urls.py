from django.urls import path

from cotonou.core.views import components

app_name = "core"
urlpatterns = [
    path("dev/composants/", components.everything, name="components"),
    path("dev/composants/fin/", components.done, name="components_done"),
    path("dev/composants/agents/", components.staff, name="components_staff"),
    path("dev/composants/agents/refus/", components.reject, name="components_reject"),
    path("dev/composants/agents/avance/<int:done>/", components.progress, name="components_progress"),
    path("dev/composants/erreur/<int:status>/", components.error_page, name="components_error"),
]
