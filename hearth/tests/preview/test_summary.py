"""The summary as a reviewer reads it: order, masking, limits, and Markdown that nothing from outside can break."""

import re

import pytest

from hearth.preview import gates, markdown, text
from hearth.preview.changes import Change, Plan, Property
from hearth.preview.summary import Code, Section, Summary, summarize
from hearth.stack_file import HIDDEN, Setting
from hearth.tests.preview.recorded import plan


def summary(name: str, *settings: Setting) -> Summary:
    return summarize(plan(name), settings, stack="prod", base="origin/main (1a2b3c)", head="working tree (4d5e6f)")


def made(*sections: Section) -> Summary:
    return Summary(stack="prod", base="a", head="b", note="", counts="1 to update, 2 unchanged.", sections=sections)


def test_exposure_and_what_is_lost_come_first() -> None:
    titles = [section.title for section in summary("renamed").sections if not section.detail]

    assert titles == [
        "Public exposure",
        "Replaced (12)",
        "Deleted (1)",
        "Protection removed",
        "Identities and roles",
        "Cost",
        "Images",
        "Site files of site: 1 added, 1 changed, 1 removed",
    ]


def test_a_resource_that_holds_data_is_told_before_those_that_do_not() -> None:
    (replaced,) = [each for each in summary("renamed").sections if each.title.startswith("Replaced")]
    staked = ["At stake" in "".join(str(part) for part in line) for line in replaced.lines]

    assert staked == sorted(staked, reverse=True)
    assert any(staked)
    assert not all(staked)


def test_the_terminal_reads_what_will_be_refused_and_why() -> None:
    written = text.write(summary("renamed"))

    assert (
        "cloudrunv2.Service web, because of name. At stake: its revisions and its URL; requests fail until the new one "
        "is ready. Will be refused: base has protect, deletionProtection on\n" in written
    )
    assert "3 to update, 12 to replace, 1 to delete, 16 unchanged." in written


def test_every_changed_property_is_in_the_markdown_from_old_to_new() -> None:
    written = markdown.write(summary("opened"))

    assert "- `template.containers[0].resources.limits.memory`: `512Mi` → `1Gi`" in written
    assert "- `secretData`: `[secret]` → `[secret]` (replaces)" in written


def test_a_replacement_that_nobody_knows_of_is_marked_and_stops_as_one() -> None:
    """It would be a surprise to whoever believes that nothing is replaced."""
    snooze = Change(
        op="replace",
        type="gcp:monitoring/snooze:Snooze",
        name="night",
        old={},
        new={},
        properties=(Property(path="displayName", old="a", new="b", replaces=True, unsure=True),),
        was_protected=False,
        is_protected=False,
    )
    unknown = Plan(changes=(snooze,), same=0)
    told = summarize(unknown, [], stack="prod", base="a", head="b")

    assert "monitoring.Snooze night, replacement unknown of displayName\n" in text.write(told)
    assert "- `displayName`: `a` → `b` (replacement unknown)" in markdown.write(told)
    assert gates.hit(unknown, ["replace"]) == ["replace: monitoring.Snooze night"]


def test_settings_are_told_and_a_secret_one_only_by_its_name() -> None:
    secrets = [
        Setting("app:a", None, HIDDEN, secret=True),
        Setting("app:b", HIDDEN, HIDDEN, secret=True),
        Setting("app:c", HIDDEN, None, secret=True),
    ]
    written = markdown.write(summary("opened", Setting("app:cpu", "1", "2"), *secrets))

    told = "- secret added: `app:a`\n- secret changed: `app:b`\n- secret removed: `app:c`"
    assert f"- `app:cpu`: `1` → `2`\n{told}" in written


def test_nothing_changed_is_said_in_one_line() -> None:
    same = summarize(Plan(changes=(), same=39), [], stack="dev", base="a", head="b")

    assert same.sections == ()
    assert "No changes: 39 resources stay as they are." in text.write(same)


def test_what_is_kept_and_not_played_has_a_section() -> None:
    """Changed or not: of none of it does a preview know more than its type tells."""
    types = ("gcp:pubsub/topic:Topic", "gcp:redis/instance:Instance", "gcp:pubsub/topic:Topic", "hearth:a:B")
    same = summarize(Plan(changes=(), same=5, types=types), [], stack="dev", base="a", head="b")

    assert "Kept, not played here (3)\n  2 pubsub.Topic\n  1 redis.Instance\n" in text.write(same)


def test_the_marker_is_the_first_line_whatever_changes() -> None:
    """By it, whoever posts the summary finds the comment to update."""
    first = {markdown.write(summary(name)).splitlines()[0] for name in ("renamed", "opened")}

    assert first == {"<!-- hearth-preview:prod -->"}


@pytest.mark.parametrize("writer", [text.write, markdown.write])
def test_a_long_section_is_cut_and_counted(writer: object) -> None:
    lines = tuple((Code(f"/{number}.txt"),) for number in range(100))
    written = writer(made(Section(title="Files", lines=lines)))  # type: ignore[operator]

    assert "/39.txt" in written
    assert "/40.txt" not in written
    assert "… and 60 more" in written


@pytest.mark.parametrize("detail", [True, False])
def test_the_markdown_fits_into_a_comment(detail: bool) -> None:  # noqa: FBT001 - a parameter of the table
    lines = tuple((Code("x" * 500),) for _ in range(40))
    sections = [Section(title=str(number), lines=lines, detail=detail) for number in range(50)]

    written = markdown.write(made(*sections))

    assert 40_000 < len(written) < 65_536
    assert "more sections: `make preview` shows them." in written
    assert written.count("<details>") == written.count("</details>")


@pytest.mark.parametrize(
    ("outside", "expected"),
    [
        ("a|b <b>@octocat</b>", "`a|b <b>@octocat</b>`"),
        ("with `ticks` in it", "``with `ticks` in it``"),
        ("`", "`` ` ``"),
        ("two\n\n# lines", "`two # lines`"),
    ],
)
def test_nothing_from_outside_is_markup(outside: str, expected: str) -> None:
    assert f"\n- {expected}\n" in markdown.write(made(Section(title="T", lines=((Code(outside),),))))


def test_a_heading_and_its_own_words_are_plain_text() -> None:
    assert re.search(r"#### a\\\*b\\<c\\>", markdown.write(made(Section(title="a*b<c>", lines=(("x",),)))))


def test_a_file_name_cannot_steer_the_terminal() -> None:
    written = text.write(made(Section(title="Files", lines=((Code("/\x1b[2Jevil"),),))))

    assert "\x1b" not in written
    assert r"\x1b[2Jevil" in written
