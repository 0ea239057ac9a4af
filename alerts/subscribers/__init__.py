"""Who is on the list: administration, self-service, confirmed opt-in, import, retention."""
