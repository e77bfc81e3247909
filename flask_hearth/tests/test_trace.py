import pytest
from werkzeug.datastructures import Headers

from flask_hearth.trace import Trace, read

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
OTHER = "105445aa7843bc8bf206b12000100000"


@pytest.mark.parametrize(
    ("traceparent", "expected"),
    [
        (f"00-{TRACE}-{SPAN}-01", Trace(id=TRACE, span=SPAN, sampled=True)),
        (f"00-{TRACE}-{SPAN}-00", Trace(id=TRACE, span=SPAN, sampled=False)),
        # Other flags than `sampled` may be set.
        (f"00-{TRACE}-{SPAN}-02", Trace(id=TRACE, span=SPAN, sampled=False)),
        (f"00-{TRACE}-{SPAN}-03", Trace(id=TRACE, span=SPAN, sampled=True)),
        # A later version is read as far as it is known, and may say more.
        (f"cc-{TRACE}-{SPAN}-01", Trace(id=TRACE, span=SPAN, sampled=True)),
        (f"cc-{TRACE}-{SPAN}-01-what-comes-later", Trace(id=TRACE, span=SPAN, sampled=True)),
        (f"00-{TRACE}-{SPAN}-01-more", None),
        (f"ff-{TRACE}-{SPAN}-01", None),
        (f"00-{'0' * 32}-{SPAN}-01", None),
        (f"00-{TRACE}-{'0' * 16}-01", None),
        (f"00-{TRACE.upper()}-{SPAN}-01", None),
        (f"00-{TRACE[1:]}-{SPAN}-01", None),
        (f"00-{TRACE}-{SPAN}", None),
        ("", None),
        ("nonsense", None),
    ],
)
def test_traceparent_is_read_as_trace_context_says(traceparent: str, expected: Trace | None) -> None:
    assert read(Headers({"traceparent": traceparent})) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (f"{OTHER}/1;o=1", Trace(id=OTHER, span="0000000000000001", sampled=True)),
        (f"{OTHER}/74;o=0", Trace(id=OTHER, span="000000000000004a", sampled=False)),
        (f"{OTHER}/18446744073709551615;o=1", Trace(id=OTHER, span="f" * 16, sampled=True)),
        (f"{OTHER}/18446744073709551616;o=1", Trace(id=OTHER, span=None, sampled=True)),
        (f"{OTHER}/0", Trace(id=OTHER, span=None, sampled=False)),
        (f"{OTHER}", Trace(id=OTHER, span=None, sampled=False)),
        (f"{OTHER};o=1", Trace(id=OTHER, span=None, sampled=True)),
        (f"{OTHER.upper()}/1;o=1", Trace(id=OTHER, span="0000000000000001", sampled=True)),
        (f"{'0' * 32}/1;o=1", None),
        (f"{OTHER}/abc;o=1", None),
        (f"{OTHER}/٣;o=1", None),
        (f"{OTHER[:-1]}/1;o=1", None),
        ("", None),
    ],
)
def test_the_older_header_is_read_with_its_decimal_span_made_hex(header: str, expected: Trace | None) -> None:
    """Unconverted, log entries and the request's span never meet."""
    assert read(Headers({"X-Cloud-Trace-Context": header})) == expected


def test_traceparent_counts_before_the_older_header() -> None:
    both = Headers({"traceparent": f"00-{TRACE}-{SPAN}-01", "X-Cloud-Trace-Context": f"{OTHER}/1;o=0"})

    assert read(both) == Trace(id=TRACE, span=SPAN, sampled=True)


def test_a_broken_traceparent_leaves_the_older_header_to_count() -> None:
    both = Headers({"traceparent": "broken", "X-Cloud-Trace-Context": f"{OTHER}/1;o=0"})

    assert read(both) == Trace(id=OTHER, span="0000000000000001", sampled=False)


def test_a_request_without_headers_has_no_trace() -> None:
    assert read(Headers()) is None
