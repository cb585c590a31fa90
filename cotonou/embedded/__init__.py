"""Local PostgreSQL and Valkey, and the supervisor behind `bin/run`. Development only.

Nothing here imports Django or the rest of the portal: it must work before the
database exists, and production never loads it.
"""
