"""The first line of a summary's Markdown.

In a file of its own, which imports nothing: what posts a comment runs with a token, and therefore without packages.
"""


def marker(stack: str) -> str:
    """By which the comment about a stack is found and updated; always the same, and shown to nobody."""
    return f"<!-- hearth-preview:{stack} -->"
