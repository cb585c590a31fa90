from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "cotonou.notifications"
    label = "notifications"

    def ready(self):
        from cotonou.audit import subjects
        from cotonou.jobs import topics
        from cotonou.notifications import checks, tasks
        from cotonou.notifications.models import Message

        checks.connect()
        message = ("notifications.message", "message")
        topics.register(
            "notifications.send", tasks.send_message, label=_("Envoyer un message"), about=message
        )
        topics.register(
            "notifications.send_code",
            tasks.send_code,
            label=_("Envoyer un code à usage unique"),
            about=message,
            queue="codes",
            max_attempts=7,  # in about five minutes; a code lives ten
        )
        topics.register(
            "notifications.purge", tasks.purge, label=_("Effacer les anciens messages"), queue="bulk"
        )
        subjects.register(Message, label=_("message"), name=Message.get_channel_display)
