"""What is shown of the lines that the Pulumi CLI writes."""

from hearth.localcloud.commands import display


def files(count: int, sign: str = "+") -> list[str]:
    return [f'          {sign} /f{number}.txt : "{number:064x}"\n' for number in range(count)]


def test_markup_that_the_cli_left_in_is_taken_out() -> None:
    assert list(display.shown(["    <{%fg 1%}>1 errored<{%reset%}>\n"])) == ["    1 errored\n"]


def test_of_a_long_list_the_first_are_shown_and_the_others_counted() -> None:
    lines = ["      ~ files: {\n", *files(2500), *files(3, "-"), "        }\n"]

    shown = list(display.shown(lines))

    assert shown == [
        *lines[: 1 + display.MOST_ALIKE],
        f"          + … and {2500 - display.MOST_ALIKE:,} more\n",
        *files(3, "-"),
        "        }\n",
    ]


def test_a_list_at_the_end_and_one_in_colours_are_shortened_as_well() -> None:
    coloured = [f"\x1b[32m{line}\x1b[0m" for line in files(30)]

    assert list(display.shown(coloured))[-1] == "          + … and 10 more\n"


def test_resources_and_a_list_that_is_no_longer_than_allowed_are_all_shown() -> None:
    lines = [f" +  gcp:storage:Bucket b{number} created (0.03s)\n" for number in range(50)]
    lines += files(display.MOST_ALIKE)

    assert list(display.shown(lines)) == lines
