from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "cotonou.notifications"
    label = "notifications"

    def ready(self):
        from cotonou.jobs import topics
        from cotonou.notifications import checks, tasks

        checks.connect()
        topics.register("notifications.send", tasks.send_message)
        # Seven tries in about five minutes; a code lives ten.
        topics.register("notifications.send_code", tasks.send_code, queue="codes", max_attempts=7)
        topics.register("notifications.purge", tasks.purge, queue="bulk")
