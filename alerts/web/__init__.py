"""The public pages: subscribe, preferences, unsubscribe, archive."""
