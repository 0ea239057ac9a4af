"""alerts: the monthly-alert newsletter; see README.md for use and docs/architecture.md for shape."""

__version__ = "0.1.0"
