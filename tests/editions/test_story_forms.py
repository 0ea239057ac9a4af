"""The form of each story: by place, picture, length and language, with a rhythm."""

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.config.themes import LOOKS
from alerts.domain.article import STORY_FORMS, Article, Image
from alerts.domain.picture import BOXES, PictureUse
from alerts.domain.picture import UPRIGHT as UPRIGHT_BELOW
from alerts.editions.picture_places import Versions
from alerts.editions.pictures import ShownPicture
from alerts.editions.story_forms import SectionStories, Story, StoryForm, arrange, seen_as

WIDE, SMALL, UPRIGHT = (1280, 720), (240, 160), (240, 320)


def story(n: int, size: tuple[int, int] | None = WIDE, summary: int = 100, **more: object) -> Story:
    image = Image(f"https://a.example/{n}.jpg") if size else None
    known = {key: value for key, value in more.items() if key != "ours"}
    article = Article(f"https://a.example/{n}", f"Story {n}", image=image, **known)  # type: ignore[arg-type]
    return Story(article, bool(more.get("ours", True)), summary, versions(size))


def versions(size: tuple[int, int] | None) -> Versions:
    """As a picture of that size is made; (0, 0) for one that is loaded from its own site."""
    if size is None:
        return {}
    width, height = size
    return {
        use: ShownPicture(f"https://a.example/{use}.jpg", "", min(width, box.width))
        for use, box in BOXES.items()
        if not width or (width >= box.least_width and height >= box.least_height)
        if not width or use is not PictureUse.COVER or width < UPRIGHT_BELOW * height
    }


def forms(
    *sections: SectionStories, theme: str = "magazine", ours_first: bool = True
) -> list[list[tuple[str, str]]]:
    made = arrange(sections, LOOKS[theme], ours_first=ours_first)
    return [[(one.article.title, one.form) for one in section.stories] for section in made]


def section(*stories: Story, key: str = "news", layout: str = "") -> SectionStories:
    return SectionStories(key, layout, stories)


def test_the_first_story_leads_and_those_with_pictures_are_cards_in_pairs() -> None:
    (found,) = forms(section(*(story(n) for n in range(6))))
    assert [form for _, form in found] == ["lead", "card", "card", "card", "card", "row"]


def test_an_odd_card_becomes_a_row() -> None:
    (found,) = forms(section(*(story(n) for n in range(4))))
    assert [form for _, form in found] == ["lead", "card", "card", "row"]


@pytest.mark.parametrize(
    ("theme", "made"),
    [
        ("quiet", ["lead", "row", "row", "row", "row", "line", "line"]),
        ("bulletin", ["lead", "row", "row", "row", "row", "row", "row"]),
    ],
)
def test_each_theme_has_its_own_rhythm(theme: str, made: list[str]) -> None:
    (found,) = forms(section(*(story(n) for n in range(7))), theme=theme)
    assert [form for _, form in found] == made


def test_without_small_pictures_a_row_with_a_picture_counts_as_one_of_words() -> None:
    stories = [story(n, SMALL if n % 2 else None) for n in range(8)]
    (found,) = forms(section(*stories), theme="quiet")
    assert [form for _, form in found].count("row") == 4


def test_what_has_no_summary_is_a_line_and_a_small_picture_makes_no_card() -> None:
    (found,) = forms(section(story(0), story(1, summary=0), story(2, SMALL), story(3, UPRIGHT)))
    assert found == [
        ("Story 0", "lead"), ("Story 2", "row"), ("Story 3", "row"), ("Story 1", "line"),
    ]  # fmt: skip


def test_the_readers_own_language_comes_first_unless_it_is_switched_off() -> None:
    stories = section(story(0), story(1, ours=False), story(2, ours=False), story(3), story(4))
    (found,) = forms(stories)
    assert [title for title, _ in found] == ["Story 0", "Story 3", "Story 4", "Story 1", "Story 2"]
    assert [form for _, form in found] == ["lead", "card", "card", "row", "row"]
    (as_edited,) = forms(stories, ours_first=False)
    assert [title for title, _ in as_edited][:1] == ["Story 0"]


def test_an_editors_choice_wins_over_the_picture_and_the_place() -> None:
    chosen = (
        story(0),
        story(1, None, layout="lead"),
        story(2, layout="line"),
        story(3, None, layout="card"),
    )
    (found,) = forms(section(*chosen))
    assert dict(found)["Story 1"] == "lead"
    assert dict(found)["Story 2"] == "line"
    assert dict(found)["Story 3"] == "card"
    assert found[0] == ("Story 1", "lead")


@pytest.mark.parametrize(
    ("layout", "form"),
    [
        ("compact", "line"),
        ("featured", "feature"),
        ("full", "row"),
        ("rows", "row"),
        ("cards", "card"),
    ],
)
def test_a_sections_layout_holds_for_all_its_stories(layout: str, form: str) -> None:
    first = section(story(99))
    _, found = forms(first, section(*(story(n, None) for n in range(7)), key="jobs", layout=layout))
    assert {made for _, made in found} == {form}


STORIES = st.builds(
    story,
    st.integers(0, 10_000),
    st.sampled_from([None, WIDE, SMALL, UPRIGHT, (0, 0), (60, 40)]),
    st.sampled_from([0, 20, 100, 400]),
    ours=st.booleans(),
    layout=st.sampled_from(["", "", "", *STORY_FORMS]),
)


@given(
    st.lists(st.lists(STORIES, min_size=1, max_size=20), min_size=1, max_size=4),
    st.sampled_from(sorted(LOOKS)),
)
def test_no_story_is_lost_and_no_form_follows_itself_too_often(
    sections: list[list[Story]], theme: str
) -> None:
    arranged = [SectionStories(str(n), "", tuple(found)) for n, found in enumerate(sections)]
    made = arrange(arranged, LOOKS[theme], ours_first=True)
    assert [sorted(id(one.article) for one in s.stories) for s in made] == [
        sorted(id(one.article) for one in s.stories) for s in arranged
    ]
    leads = [
        (n, at)
        for n, s in enumerate(made)
        for at, one in enumerate(s.stories)
        if one.form is StoryForm.LEAD
    ]
    assert len(leads) <= 1
    assert all(at == 0 for _, at in leads), "the lead is the first of its section"
    for shown in made:
        free = [one for one in shown.stories if not one.article.layout]
        for (form, _kind), run in groupby(
            free, key=lambda one: (one.form, seen_as(one, LOOKS[theme]))
        ):
            if form is StoryForm.ROW:
                assert len(list(run)) <= LOOKS[theme].run
        if theme == "magazine":
            assert sum(one.form is StoryForm.CARD for one in free) % 2 == 0
