from typing import Any

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import Q

from cotonou.territory.dates import local_today


class UserManager(BaseUserManager):
    def create_user(self, *, full_name, email=None, phone=None, password=None, **extra):
        user: Any = self.model(
            full_name=full_name, email=self.normalize_email(email) or None, phone=phone, **extra
        )
        user.set_password(password)  # None: an unusable password, the person logs in by code
        user.save(using=self._db)
        return user

    def create_superuser(self, *, full_name, email, password, **extra):
        return self.create_user(
            full_name=full_name, email=email, password=password, is_staff=True, is_superuser=True, **extra
        )


class OfficeQuerySet(models.QuerySet):
    def arrondissements(self):
        return self.filter(kind="ARRONDISSEMENT").order_by("arrondissement__number")


class MembershipQuerySet(models.QuerySet):
    def in_force(self, on=None):
        """Memberships that hold on a day, today by default (Africa/Porto-Novo)."""
        on = on or local_today()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on, user__is_active=True)
