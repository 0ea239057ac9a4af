"""The words that servers use for a recipient or a mailbox, for the patterns about them."""

WHO = (
    r"(?<!our )(?<!ip )(?<!your )(?<!sender )(?<!external )(?:users?|mail ?(?:box|drop|folder)(?:es)?"
    r"|inbox|recipients?|address(?:es|ee)?|accounts?|alias|userid|login"
    r"|person|customer|subscriber|member|destinataire|usuario|usuário|destinatario|destinatário"
    r"|empfänger"
    r"|benutzer|utente|пользовател[ья]|получател[ья]|ящик)"
)
IS = r"(?:is |are |was |were |has been |have been |temporarily |currently |possibly |probably )*"
