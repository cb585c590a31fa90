from django.conf import settings
from django.urls import path

from cotonou.notifications import views

app_name = "notifications"
urlpatterns = [path("demo/messages/", views.demo_messages, name="demo_messages")] if settings.DEMO else []
