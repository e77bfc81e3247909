"""Links in the docs lead somewhere: relative ones to a file that git has, and to a heading that it has."""

import re
import subprocess
from pathlib import Path

import pytest

from hearth import project

ROOT = project.root()

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def listed(*patterns: str) -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()


PAGES = [name for name in listed("*.md") if (ROOT / name).is_file()]


def links(text: str) -> list[str]:
    """The relative targets in Markdown, outside code; pictures too."""
    found = _LINK.findall(_CODE.sub("", text))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def anchors(text: str) -> set[str]:
    """What GitHub calls the headings of a page."""
    headings = re.findall(
        r"^#{1,6} (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    bare = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in bare}


def dead(page: Path, text: str, root: Path = ROOT) -> list[str]:
    """The links of a page that lead nowhere."""
    tracked = {(root / name).resolve() for name in listed()}
    there = tracked | {parent for file in tracked for parent in file.parents}
    found = []
    for link in links(text):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        content = text if target == page else ""
        if target not in there:
            found.append(f"{link}: no such file")
            continue
        if anchor and not content:
            content = target.read_text(encoding="utf-8")
        if anchor and anchor not in anchors(content):
            found.append(f"{link}: no such heading")
    return found


@pytest.mark.parametrize("name", PAGES)
def test_every_relative_link_leads_somewhere(name: str) -> None:
    page = (ROOT / name).resolve()

    assert dead(page, page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a](nowhere.md)", ["nowhere.md: no such file"]),
        ("![a](docs/nowhere.svg)", ["docs/nowhere.svg: no such file"]),
        ("[a](#nothing)", ["#nothing: no such heading"]),
        ("[a](CHANGELOG.md#nothing)", ["CHANGELOG.md#nothing: no such heading"]),
        ("# It is `so`, it is\n[a](#it-is-so-it-is)", []),
        ("[a](https://nowhere.example/x.md) `[a](code.md)`", []),
    ],
)
def test_a_link_that_leads_nowhere_is_found(text: str, found: list[str]) -> None:
    assert dead((ROOT / "hearth" / "README.md").resolve(), text) == found
