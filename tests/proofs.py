"""Which tests are proofs: they kill processes, fill disks, start real servers, draw every page in every
language, or live through simulated years. Each takes long and is about what changes rarely.

`make test-quick` leaves out what is marked `proof`; `make test` and `.ci/run` leave out nothing. Marked are
the files named here, every test in a browser, and single tests by `@pytest.mark.proof`. Proofs are run
first, in this order, the longest first, so that no process is left alone with a long file at the end.
"""

FILES = (
    # power, kill -9, and everything that can be done to a database
    "outbox/test_points.py",
    "outbox/test_crash.py",
    "outbox/test_outbox_machine.py",
    "outbox/test_every_kind.py",
    "instance/test_copies.py",
    "instance/test_every_way.py",
    "instance/test_leavers.py",
    "instance/test_restores.py",
    "outbox/test_senders.py",
    "outbox/test_two_machines.py",
    "store/test_disk.py",
    "store/test_history.py",
    "store/test_store_faults.py",
    "store/test_departures_together.py",
    "subscribers/test_import_cut_off.py",
    "subscribers/test_import_memory.py",
    "cli/test_signals.py",
    "web/test_api_killed.py",
    # real servers of others, and processes that are started and stopped
    "hub/test_hub.py",
    "hub/test_standby.py",
    "hub/test_rates.py",
    "bounces/test_postfix.py",
    "bounces/test_bounce_pipe.py",
    "cli/test_systemd.py",
    "setup/test_setup_killed.py",
    "cli/test_start.py",
    "transport/test_relay_faults.py",
    "web/test_web_connections.py",
    # every page, command or document: broken, fuzzed, or at every width
    "web/test_api_schema.py",
    "web/test_web_fuzz.py",
    "web/test_broken_templates.py",
    "web/test_broken_pages.py",
    "cli/test_fitted.py",
    "cli/test_terminal.py",
    "cli/test_demo.py",
    "lint/test_hostile.py",
    "sources/test_cell.py",
    "sources/test_cell_limits.py",
    "sources/test_quarantine.py",
    "subscribers/test_import_systems.py",
    "subscribers/test_import_unknown.py",
    "subscribers/test_import_questions.py",
    "test_library_words.py",
    # the W3C's checker
    "editions/test_valid.py",
    "web/test_valid_pages.py",
    # simulated nights and years
    "schedule/test_night.py",
    "schedule/test_crontab.py",
    "outbox/test_wrong_number_story.py",
)
BROWSER = "browser"  # the fixture of Chromium


def rank(path: str, fixtures: list[str]) -> int:
    """The turn of a test file, or of a test in a browser, among the proofs; `len(FILES) + 1` for the
    everyday part."""
    for place, name in enumerate(FILES):
        if path.endswith(f"tests/{name}"):
            return place
    return len(FILES) + (BROWSER not in fixtures)
