"""What relays report over HTTP: bounces and complaints, as their own JSON.

request.py     one request, and what a report is
proof.py       secrets, signatures: is the request of our relay?
sns.py         the signature of Amazon SNS
systems.py     the table: each relay with its proof and its reader
…              one reader per relay
take.py        acts on the reports, as on mail that came back
"""
