"""The pages that the edge answers by itself."""

from html import escape

from multidict import CIMultiDict

from hearth.localcloud.hosting.reply import Reply

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{text}</p></body>
</html>
"""
_TITLES = {
    400: "Bad Request",
    404: "Page Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    413: "Payload Too Large",
    416: "Range Not Satisfiable",
    500: "Internal Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def error_page(status: int, text: str, *, title: str = "", allow: str = "") -> Reply:
    """A small HTML page; `text` says why, `allow` lists the methods of a 405."""
    page = _PAGE.format(title=escape(title or _TITLES[status]), text=escape(text))
    headers = CIMultiDict({"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"})
    if allow:
        headers["Allow"] = allow
    return Reply(status, headers, page.encode())


def site_not_found(host: str) -> Reply:
    """No site has this host, it was never released, or it is disabled."""
    return error_page(
        404,
        f"Nothing is deployed at {host}: the site does not exist, has no release yet, or was disabled.",
        title="Site Not Found",
    )
