"""The meaning of a mail server's reply: whose fault it is, the state of the address, and what to do."""
