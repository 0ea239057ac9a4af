"""Mail that others have sent: mailboxes over IMAP, with the logins of OAuth 2, and messages taken apart."""
