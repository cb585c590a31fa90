"""What bin/bench measures. Each measure is a module with ``measure(city) -> list[Row]``."""
