"""Exports of systems that have no table here: nobody who is not to be mailed becomes active on silence.

Either the import asks, with nothing taken in, or whoever must not be mailed is not active.
"""

import io
import zipfile

import pytest

from alerts.subscribers.import_file import ImportFile
from alerts.subscribers.import_options import ReadOptions
from alerts.subscribers.import_summary import Unclear
from alerts.subscribers.import_tables import tables

# The file, what is in it, and who is not to be mailed, by the part before the “@”.
EXPORTS = {
    "letters": ("people.csv", "email,state\nok@e.org,S\nleft@e.org,U\nhard@e.org,B\n", "left hard"),
    "Newsletter2Go": (
        "recipients.csv",
        "email,is_unsubscribed,is_blacklisted,is_confirmed\nok@e.org,0,0,1\nleft@e.org,1,0,1\n"
        "hard@e.org,0,1,1\nnever@e.org,0,0,0\n",
        "left hard never",
    ),
    "not confirmed, by name": ("no confirmados.csv", "email\nnever@e.org\n", "never"),
    "não confirmados": ("não confirmados.csv", "email\nnever@e.org\n", "never"),
    "неподтверждённые": ("неподтверждённые.csv", "email\nnever@e.org\n", "never"),
    "CleverReach": (
        "empfaenger.csv",
        "email;registriert;aktiviert;deaktiviert;quelle\nok@e.org;2020;2020;;web\n"
        "left@e.org;2020;2020;2023;web\nnever@e.org;2020;;;web\n",
        "left never",
    ),
    "rapidmail": (
        "recipients.csv",
        "email;firstname;status;created_on\nok@e.org;A;active;2020\nleft@e.org;B;deleted;2020\n"
        "spam@e.org;C;abused;2020\nnever@e.org;D;new;2020\n",
        "left spam never",
    ),
    "Klaviyo": (
        "klaviyo.csv",
        "Email,Email Marketing Consent,Email Suppressions\nok@e.org,SUBSCRIBED,[]\n"
        "left@e.org,UNSUBSCRIBED,[]\nhard@e.org,SUBSCRIBED,\"[{'reason':'HARD_BOUNCE'}]\"\n",
        "left hard",
    ),
    "AWeber": (
        "aweber.csv",
        "Email,Name,Stop Status,Stop Time,Verified\nok@e.org,A,,,yes\nleft@e.org,B,unsubscribed,1,yes\n"
        "never@e.org,C,,,no\n",
        "left never",
    ),
    "GetResponse": (
        "getresponse.csv",
        "Email,Name,Removed on,Reason for removal\nok@e.org,A,,\nleft@e.org,B,2021,Unsubscribed\n",
        "left",
    ),
    "Drip": (
        "drip.csv",
        "email,status,lead_score\nok@e.org,active,1\ngone@e.org,removed,1\nhard@e.org,undeliverable,1\n",
        "gone hard",
    ),
    "MailUp": (
        "iscritti.csv",
        "Email;Nome;Stato\nok@e.org;A;Iscritto\nleft@e.org;B;Disiscritto\nnever@e.org;C;In attesa\n",
        "left never",
    ),
    "E-goi": (
        "contactos.csv",
        "Email;Estado;Data de remoção\nok@e.org;Ativo;\nleft@e.org;Removido;2021\n",
        "left",
    ),
    "Sarbacane": (
        "contacts.csv",
        "email;prenom;desabonne;npai\nok@e.org;A;non;non\nleft@e.org;B;oui;non\nhard@e.org;C;non;oui\n",
        "left hard",
    ),
    "Salesforce": (
        "report.csv",
        "Contact ID,Email,Email Opt Out,Email Bounced Reason\n1,ok@e.org,0,\n2,left@e.org,1,\n"
        "3,hard@e.org,0,550 no such user\n",
        "left hard",
    ),
    "NationBuilder": (
        "people.csv",
        "nationbuilder_id,email,email_opt_in,is_deceased,email1_is_bad\n1,ok@e.org,true,false,false\n"
        "2,left@e.org,false,false,false\n3,dead@e.org,true,true,false\n4,hard@e.org,true,false,true\n",
        "left dead hard",
    ),
    "Odoo": (
        "mailing.contact.csv",
        "Name,Email,Opt Out,Bounce\nA,ok@e.org,False,0\nB,left@e.org,True,0\n",
        "left",
    ),
    "a form": (
        "Responses.csv",
        "Timestamp,Email Address,Would you like our newsletter?\n1,ok@e.org,Yes\n2,no@e.org,No thanks\n",
        "no",
    ),
    "Dutch": (
        "nieuwsbrief.csv",
        "E-mailadres;Naam;Afgemeld op;Status\nok@e.org;A;;Actief\nleft@e.org;B;2021-01-01;Actief\n",
        "left",
    ),
    "Polish": (
        "subskrybenci.csv",
        "email;imie;status\nok@e.org;A;aktywny\nleft@e.org;B;wypisany\n",
        "left",
    ),
    "Chinese": ("订阅者.csv", "邮箱,姓名,状态\nok@e.org,甲,已订阅\nleft@e.org,乙,已退订\n", "left"),
    "Japanese": ("読者.csv", "メールアドレス,氏名,配信停止\nok@e.org,A,\nleft@e.org,B,2021\n", "left"),
    "one more word": ("list.csv", "email,status\nok@e.org,active\nx@e.org,compliance hold\n", "x"),
    "a tag": ("list.csv", 'email,tags\nok@e.org,press\nleft@e.org,"press,Unsubscribed"\n', "left"),
    "a group": ("list.csv", "email,group\nok@e.org,members\nleft@e.org,Do not mail\n", "left"),
    **{
        name: (name, "email\nleft@e.org\n", "left")
        for name in (
            "former-members.csv", "ex-abonnenten.csv", "DNC_list.csv", "hardbounces_2024.txt",
            "Abbestellungen.csv", "liste-rouge.csv", "wypisani.csv", "Cancelaron su suscripción.csv",
            "limpiados.csv", "已退订.csv",
        )
    },
}  # fmt: skip


def _standing(file: str, octets: bytes, options: ReadOptions | None = None) -> dict[str, str]:
    """How each person stands, the worst line first; nobody where the import asks."""
    people = ImportFile(tables(io.BytesIO(octets), file), file, options or ReadOptions())
    found: dict[str, str] = {}
    try:
        for entry in people:
            name, said = entry.email.partition("@")[0], entry.status or "active"
            found[name] = said if found.get(name, "active") == "active" else found[name]
    except Unclear:
        return {}
    return found


def _zip(**files: str) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return whole.getvalue()


@pytest.mark.parametrize("name", EXPORTS)
def test_nobody_is_active_who_is_not_to_be_mailed(name: str) -> None:
    file, text, wrong = EXPORTS[name]
    found = _standing(file, text.encode())
    assert not {one for one in wrong.split() if found.get(one) == "active"}, found


def test_folders_of_a_zip_say_who_is_in_them() -> None:
    octets = _zip(
        **{
            "export/active/list.csv": "email,name\nok@e.org,A\nleft@e.org,B\n",
            "export/unsubscribed/list.csv": "email,name\nleft@e.org,B\n",
            "export/bounces/list.csv": "email,name\nhard@e.org,C\n",
            "__MACOSX/export/._list.csv": "x",
        }
    )
    assert _standing("export.zip", octets) == {
        "ok": "active", "left": "unsubscribed", "hard": "bounced"
    }  # fmt: skip


def test_of_several_lists_one_whose_name_says_nothing_that_we_know_makes_people_pending() -> None:
    files = {
        "tilaajat.csv": "email,name\nok@e.org,A\n",
        "subscribers.csv": "email,name\nsure@e.org,B\n",
        "poistetut.txt": "left@e.org\n",
    }
    octets = _zip(**files)
    expected = {"ok": "pending", "sure": "active", "left": "pending"}
    assert _standing("lists.zip", octets) == expected
    asserted = ReadOptions(asserted="at the fair")
    assert set(_standing("lists.zip", octets, asserted).values()) == {"active"}


def test_parts_of_one_list_are_one_list() -> None:
    octets = _zip(**{f"part {n}.csv": f"email\nreader{n}@e.org\n" for n in (1, 2, 3)})
    assert set(_standing("lists.zip", octets).values()) == {"active"}


@pytest.mark.parametrize("tag", ["abuse", "left", "spam policy", "archived", "no", "opposition"])
def test_a_tag_about_something_else_is_a_tag(tag: str) -> None:
    assert _standing("list.csv", f"email,tags\nok@e.org,{tag}\n".encode()) == {"ok": "active"}


def test_a_tag_is_only_a_tag_where_the_admin_says_so() -> None:
    text = b"email,tags\nok@e.org,bounced\n"
    assert _standing("list.csv", text) == {"ok": "bounced"}
    assert _standing("list.csv", text, ReadOptions(ignored=frozenset(["tags"]))) == {"ok": "active"}
