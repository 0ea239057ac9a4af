"""An issue is posted to Mastodon, Bluesky, Telegram and Matrix, from an outbox of its own."""
