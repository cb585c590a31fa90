from django.db import models
from django.utils.translation import gettext_lazy as _


class Arrondissement(models.Model):
    number = models.PositiveSmallIntegerField(primary_key=True)
    name = models.CharField(max_length=60, unique=True)
    latitude = models.FloatField()
    longitude = models.FloatField()
    # 2013 census; empty where no published count was found.
    population_2013 = models.PositiveIntegerField(null=True, blank=True)
    source = models.TextField()

    class Meta:
        ordering = ["number"]

    def __str__(self):
        return self.name


class Quartier(models.Model):
    """Names repeat between arrondissements: always show both."""

    arrondissement = models.ForeignKey(Arrondissement, models.PROTECT, related_name="quartiers")
    name = models.CharField(max_length=80)
    population_2013 = models.PositiveIntegerField(null=True, blank=True)
    source = models.TextField()

    class Meta:
        ordering = ["arrondissement", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["arrondissement", "name"], name="quartier_once_per_arrondissement"
            )
        ]

    def __str__(self):
        return f"{self.name} ({self.arrondissement.name})"


class Holiday(models.Model):
    """A day when offices are closed; staff edit the list, Islamic dates being estimates."""

    day = models.DateField(_("jour"), unique=True)
    name = models.CharField(_("nom"), max_length=120)
    estimated = models.BooleanField(_("date estimée"), default=False)

    class Meta:
        ordering = ["day"]

    def __str__(self):
        return f"{self.name} ({self.day})"
