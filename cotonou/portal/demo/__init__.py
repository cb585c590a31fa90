"""The demonstration city: invented people, real services; see ``city.build``."""
