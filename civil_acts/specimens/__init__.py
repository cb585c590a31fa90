"""Invented registers with every defect that real files have; see make_births_dirty.py."""
