"""Templates are compiled once while the process runs, and anew when their text changes."""

from pathlib import Path

from alerts.editions.environment import environment, render
from alerts.editions.template_files import packaged_templates

NAME = "email/issue/subject.txt"


def test_each_environment_uses_what_an_earlier_one_compiled(tmp_path: Path) -> None:
    first, second = (environment(tmp_path).get_template("web/left.html") for _ in range(2))
    assert first.environment is not second.environment
    assert first.root_render_func.__code__ is second.root_render_func.__code__


def test_a_changed_text_is_compiled_anew_even_where_the_file_is_as_old(tmp_path: Path) -> None:
    own = tmp_path / "templates" / NAME
    own.parent.mkdir(parents=True)
    for text in ("one", "two", "one"):
        own.write_text(text, "utf-8")
        assert render(environment(tmp_path), NAME, {}) == text


def test_a_project_s_own_copy_and_the_packaged_file_are_kept_apart(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "web" / "left.html"
    own.parent.mkdir(parents=True)
    own.write_bytes((packaged_templates() / "web" / "left.html").read_bytes())
    mine = environment(tmp_path).get_template("web/left.html")
    packaged = environment(tmp_path / "elsewhere").get_template("web/left.html")
    assert mine.filename == str(own)
    assert packaged.root_render_func.__code__.co_filename != str(own)
