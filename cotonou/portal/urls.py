from django.urls import path

from cotonou.portal.views import citizen, integrity, machines, public, tracking, wellknown
from cotonou.portal.views.staff import catalogue, golive, holidays, home, jobs, journal, messages, team

app_name = "portal"
urlpatterns = [
    path("", public.home, name="home"),
    path("contact/", public.contact, name="contact"),
    path("accessibilite/", public.accessibility, name="accessibility"),
    path("donnees-personnelles/", public.privacy, name="privacy"),
    path("integrite/", integrity.integrity, name="integrity"),
    path("integrite.json", integrity.published, name="published_heads"),
    path("suivi/", tracking.follow, name="tracking"),
    path("espace/", citizen.space, name="space"),
    path("espace/profil/", citizen.profile, name="profile"),
    path("agents/", home.home, name="staff"),
    path("agents/travaux/", jobs.jobs, name="jobs"),
    path("agents/travaux/<uuid:public_id>/relancer/", jobs.retry, name="retry_job"),
    path("agents/travaux/messages/", messages.unsent, name="messages"),
    path("agents/journal/", journal.journal, name="journal"),
    path("agents/equipe/", team.team, name="team"),
    path("agents/equipe/<uuid:public_id>/fin/", team.end, name="end_membership"),
    path("agents/jours-feries/", holidays.holidays, name="holidays"),
    path("agents/jours-feries/<str:day>/retirer/", holidays.remove_holiday, name="remove_holiday"),
    path("agents/mise-en-service/", golive.golive_page, name="golive"),
    path("agents/mise-en-service/operations/", golive.record_operation, name="record_operation"),
    path("agents/mise-en-service/ouvrir/", golive.open_portal, name="open_portal"),
    path("agents/mise-en-service/fermer/", golive.close_portal, name="close_portal"),
    path("agents/demarches/", catalogue.services, name="catalogue"),
    path("agents/demarches/<uuid:public_id>/", catalogue.service, name="service"),
    path("agents/demarches/<uuid:public_id>/page/", catalogue.edit_service, name="edit_service"),
    path("agents/demarches/<uuid:public_id>/niveau/", catalogue.add_level, name="add_level"),
    path("agents/demarches/<uuid:public_id>/renseignement/", catalogue.add_fact, name="add_fact"),
    path("agents/demarches/renseignement/<uuid:public_id>/fin/", catalogue.end_fact, name="end_fact"),
    path("sante/live", machines.live, name="live"),
    path("sante/ready", machines.ready, name="ready"),
    path("robots.txt", wellknown.robots, name="robots"),
    path("favicon.ico", wellknown.favicon, name="favicon"),
    path(".well-known/security.txt", wellknown.security, name="security"),
    path("metrics", machines.metrics, name="metrics"),
]
