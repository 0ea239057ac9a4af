"""The table of replies, in the order in which its rows are tried.

The first row that matches decides, so special rows come before general ones. Rows of `BEFORE` are so
clear that they overrule words that would mean that the address is dead; those of `AFTER` are not.
"""

from alerts.replies import account, codes, content, receiver, sender, way
from alerts.replies.meaning import ReplyCause

ROWS = {
    cause.name: cause
    for rows in (
        codes.CODES,
        account.AUTH,
        account.LIMIT,
        sender.DOMAIN,
        sender.IP,
        content.CONTENT,
        receiver.SPECIAL,
        receiver.LISTED,
        receiver.MAILBOX,
        receiver.BY_CODE,
        receiver.AFTERWARDS,
        way.WAY,
    )
    for cause in rows
}

BEFORE: tuple[ReplyCause, ...] = tuple(
    ROWS[name]
    for name in (
        *(cause.name for cause in codes.CODES),
        "login_refused_for_now",
        "no_valid_recipients",
        "policy_of_either",
        "restricted_mailbox",
        "aup_at_spectrum",
        "unknown_error",
        "receiver_queue",
        "mailbox_trouble",
        "domain_rate",
        "named_authentication",
        "account_suspended",
        "account_closed_early",
        "may_not_send_as",
        "relays_suppression_list",
        "access_denied_at_microsoft",
        "relaying_not_permitted",
        "relaying_denied",
        "receives_too_fast",
        "login_needs_tls",
        "credits_used_up",
        "login_ip",
        "named_size",
        "recipient_chooses",
        "login_refused",
        "session_limit",
        "auth_flood",
        "same_message",
        "account_limit",
        "no_ptr",
        "named_ip_rate",
        "named_ip",
        "our_return_path",
        "domain_authentication",
        "our_helo",
        "mailbox_full",
        "mailbox_closed",
    )
)

AFTER: tuple[ReplyCause, ...] = tuple(
    ROWS[name]
    for name in (
        "protocol",
        "loop",
        "unreachable",
        "banned_file",
        "named_content",
        "mailbox_code",
        "ip_rate",
        "ip_refused",
        "too_large",
        "same_message",
        "malformed",
        "content",
        "refused_at_greeting",
        "receiver_temporary",
    )
)
