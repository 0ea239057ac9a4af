"""Settings: each declared once, read from `alerts.toml` and the environment, checked, written."""
