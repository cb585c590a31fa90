"""Local PostgreSQL and Valkey, the supervisor behind `bin/run`, and the work of bin/backup and bin/restore.

Nothing here imports Django or the rest of the portal: it must work before the
database exists and when it is lost. No process of the portal loads it.
"""
