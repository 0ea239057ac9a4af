"""PostgreSQL as the hub of a send: lends the outbox to workers on other machines, for the time of a send."""
