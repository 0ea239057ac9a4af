"""Other programs are told what happens: webhooks and commands, from an outbox of their own."""
