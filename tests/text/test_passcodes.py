"""What lets a stranger into a meeting is never mailed, in any of the six languages."""

import pytest

from alerts.text.passcodes import address_without_passcodes, invites, without_passcodes

ZOOM = (
    "Join Zoom Meeting https://us02web.zoom.us/j/81234567890?pwd=aBcD1234 Meeting ID: 812 3456 7890"
    " Passcode: 446688 One tap mobile +16465588656,,81234567890#,,,,*446688# US (New York)"
    " Dial by your location +1 646 558 8656 US +44 203 481 5237 United Kingdom"
)
TEAMS = (
    "Click here to join the meeting<https://teams.microsoft.com/l/meetup-join/19%3ameeting_x>"
    " Meeting ID: 381 204 557 102 Passcode: xYz9Qr Or call in (audio only) +44 20 3855 5885,,81234567#"
    " Phone Conference ID: 812 345 67#"
)
MEET = (
    "Join with Google Meet: https://meet.google.com/abc-defg-hij Or dial: (US) +1 555-555-0199"
    " PIN: 446688123#"
)


@pytest.mark.parametrize("text", [ZOOM, TEAMS, MEET])
def test_an_invitation_gives_nothing_away(text: str) -> None:
    cleaned = without_passcodes(f"A talk about housing. {text}")
    assert cleaned.startswith("A talk about housing.")
    for secret in (
        "446688",
        "812",
        "aBcD",
        "xYz9",
        "381 204",
        "555-",
        "8656",
        "5885",
        "5237",
        "abc-defg",
        "meetup",
    ):
        assert secret not in cleaned
    assert without_passcodes(cleaned) == cleaned


@pytest.mark.parametrize(
    "said",
    [
        "Passcode: 4466", "passcode 446688", "Password: 4466abc", "PIN: 4466#", "Meeting ID: 4466 881 2345",
        "The password is rabbit4466", "Meeting number (access code): 4466 881 2345", "Contraseña: casa4466",
        "Código de acceso: 4466", "ID de reunión: 4466 881 2345", "ID de la reunión: 4466 881 2345",
        "Mot de passe : maison4466", "Code secret : 4466", "ID de réunion : 4466 881 2345",
        "Senha de acesso: 4466",
        "ID da reunião: 4466 881 2345", "Palavra-passe: 4466", "Код доступа: 4466", "Пароль: дом4466",
        "Идентификатор конференции: 4466 881 2345", "رمز المرور: 4466", "معرف الاجتماع: 4466 881 2345",
        "كلمة المرور: 4466", "Kenncode: 4466",
    ],
)  # fmt: skip
def test_a_passcode_is_known_by_what_stands_before_it(said: str) -> None:
    cleaned = without_passcodes(f"Town hall, room 5. {said}")
    assert "4466" not in cleaned
    assert cleaned.startswith("Town hall, room 5.")


@pytest.mark.parametrize(
    "text",
    [
        "The code of conduct: 10 rules for all", "Talk at 10:30, Main Street 12, +44 20 7946 0958",
        "Room ID 5",
        "Register: https://zoom.us/webinar/register/WN_x1", "The PIN number of a bank card has four digits",
        "Number of places: 20", "La clave: escuchar", "A new code: what changes in 2026?", "",
    ],
)  # fmt: skip
def test_what_is_no_passcode_stays(text: str) -> None:
    assert without_passcodes(text) == text


def test_addresses_lose_what_opens_a_meeting_and_nothing_else() -> None:
    assert (
        address_without_passcodes("https://zoom.us/j/1?pwd=x&lang=fr")
        == "https://zoom.us/j/1?lang=fr"
    )
    assert address_without_passcodes("https://zoom.us/j/1?pwd=x#success") == "https://zoom.us/j/1"
    assert address_without_passcodes("https://a.example/?pwd=1") == "https://a.example/"
    for url in ("https://a.example/?code=3&id=4", "https://a.example/x?b=%20c", "https://[bad", ""):
        assert address_without_passcodes(url) == url
    assert invites(ZOOM)
    assert not invites("We meet at the town hall")
