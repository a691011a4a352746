"""How fast and how large the product is, against a yardstick in the same run: ``python -m tests.benchmarks``."""
