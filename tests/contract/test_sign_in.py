"""The sign-in page's key is good for pages of the site alone, which Google tells by the Referer that they send."""

from flask_hearth import headers

# With the others a browser sends no Referer to another host (Referrer Policy, section 3).
TOLD = {"strict-origin-when-cross-origin", "origin-when-cross-origin", "strict-origin", "origin"}


def test_the_page_tells_google_where_it_is() -> None:
    assert headers.SECURITY["Referrer-Policy"] in TOLD
