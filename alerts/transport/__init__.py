"""Hands a message over: to an SMTP server, a Maildir, or nowhere."""
