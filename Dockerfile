# One image for web, workers and beat; docker-compose.yml says which command each runs.
# Two small stages more: the pooler and the virus scanner, from the same Debian.

FROM debian:12-slim AS pgbouncer
RUN apt-get update \
    && apt-get install -y --no-install-recommends pgbouncer \
    && rm -rf /var/lib/apt/lists/*
COPY docs/operations/compose/pgbouncer.ini /etc/pgbouncer/pgbouncer.ini
COPY docs/operations/compose/pgbouncer.sh /usr/local/bin/start-pgbouncer
USER postgres
EXPOSE 6432
CMD ["sh", "/usr/local/bin/start-pgbouncer"]

FROM debian:12-slim AS clamav
RUN apt-get update \
    && apt-get install -y --no-install-recommends clamav-daemon clamav-freshclam ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o clamav -g clamav /run/portail-clamav
COPY docs/operations/compose/clamd.conf /etc/clamav/clamd.conf
COPY docs/operations/compose/clamav.sh /usr/local/bin/start-clamav
USER clamav
CMD ["sh", "/usr/local/bin/start-clamav"]

FROM python:3.11-slim-bookworm AS portail
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LOG_FORMAT=json \
    DJANGO_SETTINGS_MODULE=cotonou.settings.prod
# The same list as SYSTEM_RUN in bin/setup.sh.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/portail
COPY requirements.lock ./
RUN python -m pip install --no-cache-dir --requirement requirements.lock
COPY manage.py ./
COPY cotonou cotonou
COPY civil_acts civil_acts
COPY templates templates
COPY static static
COPY locale locale
# Nothing secret is needed to collect files; the translations are committed compiled.
RUN SECRET_KEY=build-only ALLOWED_HOSTS=build.invalid PORTAL_URL=https://build.invalid \
        python manage.py collectstatic --no-input --verbosity=0
RUN useradd --system --create-home --home-dir /var/lib/portail portail \
    && install -d -o portail -g portail /var/lib/portail/media /var/lib/portail/beat /var/lib/portail/keys
USER portail
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "cotonou.wsgi", "--bind=0.0.0.0:8000", "--workers=2", "--threads=4", "--timeout=60", "--graceful-timeout=15", "--max-requests=5000", "--max-requests-jitter=500", "--no-control-socket"]
