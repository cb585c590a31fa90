"""Twelve months of history, written in bulk as the services would have written it.

``plans`` decides what happened and when; ``files``, ``money`` and ``papers``
turn that into the rows of each room; ``history`` puts them in the database.
"""
