from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "cotonou.ledger"
    label = "ledger"

    def ready(self):
        from cotonou.audit import chains, checks
        from cotonou.ledger import balances, trail

        # What the hashes cover, in this order, for ever. Account names may be reworded.
        entry = "id public_id key journal date label source_kind source_uuid author_uuid author_label"
        entry += " office_id reverses_id posted_at"
        line = "id entry_id account_id debit_xof credit_xof date office_id auxiliary party_uuid"
        chains.register("ledger", table="ledger_entry", columns=tuple(entry.split()))
        chains.register("ledger_lines", table="ledger_line", columns=tuple(line.split()))
        chains.register(
            "ledger_accounts", table="ledger_account", columns=("id", "code", "kind", "normal_side")
        )
        checks.register("ledger", balances.findings)
        trail.register()
