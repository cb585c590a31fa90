from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.viewsets import ReadOnlyModelViewSet

from cotonou.catalogue.models import Service
from cotonou.territory.dates import local_today


class ServiceOut(serializers.ModelSerializer):
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    # "" where nobody else issues it: no address at all, which a field of addresses would not allow.
    external_url = serializers.CharField(read_only=True)
    level = serializers.SerializerMethodField(help_text="0 to 5; null when none is recorded.")

    class Meta:
        model = Service
        fields = read_only_fields = [
            "public_id",
            "slug",
            "code",
            "title",
            "title_en",
            "summary",
            "summary_en",
            "theme",
            "authority_mode",
            "issuer",
            "legal_basis",
            "sources",
            "external_url",
            "url",
            "level",
        ]

    def get_level(self, service: Service) -> int | None:
        today = [level for level in service.levels.all() if level.from_date <= self.context["today"]]
        return today[0].level if today else None


class ServiceViewSet(ReadOnlyModelViewSet):
    """What the City offers: who issues it and how far it is online. Open to everyone."""

    access = "public"
    serializer_class = ServiceOut
    permission_classes = [AllowAny]
    authentication_classes: list = []
    lookup_field = "slug"
    filterset_fields = ["theme", "authority_mode"]
    queryset = Service.objects.published().prefetch_related("levels")

    def get_serializer_context(self):
        return {**super().get_serializer_context(), "today": local_today()}
