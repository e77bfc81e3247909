"""The previews of a pull request: each cloud stack gets one, or a word that it has none."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from hearth import project
from hearth.ci import previews
from hearth.ci.stacks import on_google
from hearth.tests import example

ROOT = project.root()


class Preview:
    """Stands for `python -m hearth.preview`; `codes` by stack, 0 where there is none."""

    def __init__(self, codes: Mapping[str, int]) -> None:
        self.codes = codes
        self.asked: list[dict[str, str]] = []

    def __call__(self, options: Sequence[str]) -> int:
        asked = dict(zip(options[::2], options[1::2], strict=True))
        self.asked.append(asked)
        code = self.codes.get(asked["--stack"], 0)
        if code in (0, 3):
            Path(asked["--markdown"]).write_text(f"summary of {asked['--stack']}\n", encoding="utf-8")
        return code


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Stacks on Google Cloud and here, and one with dots in its name."""
    example.put_into(tmp_path)
    shutil.copy(tmp_path / "Pulumi.dev.yaml", tmp_path / "Pulumi.eu.west-1.yaml")
    return tmp_path


def run(checkout: Path, preview: Preview, environ: Mapping[str, str] | None = None) -> int:
    arguments = ["--base", "origin/main", "--into", str(checkout / "made"), "--fail-on", "delete"]
    return previews.main(arguments, environ or {}, checkout, preview)


def test_the_stacks_are_those_of_the_files_but_for_the_local_ones(checkout: Path) -> None:
    assert on_google(checkout) == ["dev", "eu.west-1", "prod"]


def test_each_stack_is_previewed_against_the_base_into_a_file_of_its_name(checkout: Path) -> None:
    preview = Preview({})

    assert run(checkout, preview) == 0
    assert [each["--stack"] for each in preview.asked] == ["dev", "eu.west-1", "prod"]
    assert {(each["--base"], each["--fail-on"]) for each in preview.asked} == {("origin/main", "delete")}
    assert sorted(file.name for file in (checkout / "made").iterdir()) == ["dev.md", "eu.west-1.md", "prod.md"]


@pytest.mark.parametrize(
    ("codes", "code"),
    [({"dev": 1}, 1), ({"dev": 3}, 3), ({"dev": 3, "prod": 1}, 1), ({"dev": 1, "prod": 3}, 1), ({"prod": 2}, 1)],
)
def test_the_worst_of_them_is_the_answer_and_none_is_left_out(
    checkout: Path, codes: Mapping[str, int], code: int
) -> None:
    preview = Preview(codes)

    assert run(checkout, preview) == code
    assert len(preview.asked) == 3


def test_a_stack_without_a_preview_says_so_where_its_comment_is(checkout: Path) -> None:
    (checkout / "made").mkdir()
    (checkout / "made" / "dev.md").write_text("of yesterday", encoding="utf-8")

    run(checkout, Preview({"dev": 1}))

    written = (checkout / "made" / "dev.md").read_text(encoding="utf-8")
    assert written.startswith("<!-- hearth-preview:dev -->\n")
    assert "**There is no preview**" in written
    assert "yesterday" not in written


def test_a_summary_from_before_is_not_taken_for_this_runs(checkout: Path) -> None:
    """A preview that says all is well and writes nothing has not told what there is."""
    (checkout / "made").mkdir()
    (checkout / "made" / "dev.md").write_text("of yesterday", encoding="utf-8")

    def silent(options: Sequence[str]) -> int:
        return 0

    assert previews.main(["--base", "b", "--into", str(checkout / "made")], {}, checkout, silent) == 1
    assert "**There is no preview**" in (checkout / "made" / "dev.md").read_text(encoding="utf-8")


def test_all_of_them_stand_on_the_jobs_page(checkout: Path) -> None:
    page = checkout / "page.md"
    page.write_text("before\n", encoding="utf-8")

    run(checkout, Preview({}), {"GITHUB_STEP_SUMMARY": str(page)})

    assert page.read_text(encoding="utf-8") == "before\nsummary of dev\n\nsummary of eu.west-1\n\nsummary of prod\n\n"


def test_an_interrupted_one_ends_all(checkout: Path) -> None:
    preview = Preview({"dev": 130})

    assert run(checkout, preview) == 130
    assert len(preview.asked) == 1


def test_a_stack_file_that_is_none_is_said(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkout / "Pulumi.dev.yaml").write_text("- a list\n", encoding="utf-8")

    assert run(checkout, Preview({})) == 1
    assert "Pulumi.dev.yaml can't be used" in capsys.readouterr().err
