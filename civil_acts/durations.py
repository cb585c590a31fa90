"""How long things last in civil acts, in one place.

What a text or the City decides (the delay of a procedure) is dated data instead:
``ProcedureVersion.delay_working_days``.
"""

from datetime import timedelta

# A file that a clerk has taken is theirs for this long, again after each step.
CLAIM = timedelta(minutes=30)
CLAIM_MINUTES = CLAIM // timedelta(minutes=1)
# A request that nobody pays is abandoned; the citizen is told this figure.
UNPAID_DAYS = 7
# Where no delay is published yet, the queue still needs an order: a working
# order and not a promise, the citizen's page says « à confirmer ».
ORDER_WORKING_DAYS = 10
# A photographed page of a register is kept as long as the act it proves.
REGISTER_PHOTO_DAYS = 200 * 365
