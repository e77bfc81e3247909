"""Pieces of the console's pages. Each takes text, which anybody may have written, and gives HTML in which it is text:
escaped, and with characters that show nothing, or turn around what follows, in Python's notation.
"""

from collections.abc import Sequence
from html import escape

from hearth.localcloud import times

_DIGEST_LENGTH = 8


def text(value: str, most: int | None = None) -> str:
    """Line ends and tabs are kept; more than `most` characters are cut, and that is shown."""
    cut = value if most is None or len(value) <= most else f"{value[:most]}…"
    return escape("".join(each if each.isprintable() or each in "\n\t" else _named(each) for each in cut))


def code(value: str, title: str = "") -> str:
    """A name; `title` is the whole of one that is shortened, for those who hover over it."""
    return f"<code{_titled(title)}>{text(value)}</code>"


def image(reference: str) -> str:
    """`web@sha256:…` with as much of the digest as tells images apart."""
    name, at, digest = reference.partition("@sha256:")
    return code(f"{name}@{digest[:_DIGEST_LENGTH]}" if at else reference, reference if at else "")


def time(stamp: str) -> str:
    """In this machine's time zone, which is that of whoever looks: nobody else can reach the page."""
    when = times.local(stamp)
    if when is None:
        return text(stamp)
    full = f"{when:%Y-%m-%d %H:%M:%S} {when.tzname()}"
    return f'<time datetime="{when.isoformat()}"{_titled(full)}>{text(times.short(when))}</time>'


def link(url: str) -> str:
    """Only addresses of this machine are links: a document could hold `javascript:`."""
    return f'<a href="{text(url)}">{text(url)}</a>' if url.startswith("http://") else text(url)


def state(value: str, kind: str = "") -> str:
    """In the colour of its kind, which is by default the state itself: ready, failed, starting."""
    return f'<span class="{text(kind or value)}">{text(value)}</span>'


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Heads and cells are HTML."""
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def section(id: str, head: str, *parts: str) -> str:
    """What the script replaces as a whole; `head` is text, the parts are HTML."""
    return f'<section id="{text(id)}">\n<h2>{text(head)}</h2>\n{"".join(parts)}\n</section>\n'


def note(html: str) -> str:
    return f'<p class="soft">{html}</p>'


def _titled(title: str) -> str:
    return f' title="{text(title)}"' if title else ""


def _named(character: str) -> str:
    return character.encode("unicode_escape").decode()
