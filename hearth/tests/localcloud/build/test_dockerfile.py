"""Reading Dockerfiles."""

import pytest

from hearth.localcloud.build.dockerfile import Copy, Run, Stage, Workdir, parse
from hearth.localcloud.build.instructions import DockerfileError


def last(text: str, **build_args: str) -> Stage:
    return parse(text, build_args)[-1]


@pytest.mark.parametrize(
    ("lines", "env"),
    [
        ("ENV A=1 B=two", {"A": "1", "B": "two"}),
        ("ENV A='one two' B=\"three four\"", {"A": "one two", "B": "three four"}),
        ("ENV A one two", {"A": "one two"}),
        ("ENV A=1 \\\n  # why\n\n  B=2", {"A": "1", "B": "2"}),
        ("env A=1\nEnv B=$A-${A}", {"A": "1", "B": "1-1"}),
        ("ENV A=1\nENV A=2 B=$A", {"A": "2", "B": "1"}),
        ("ENV A=${NONE:-word} B=${NONE:+word} C=$NONE", {"A": "word", "B": "", "C": ""}),
        ("ARG X=1\nENV A=${X:+set} B=${X:-unset}", {"A": "set", "B": "1"}),
        ("ENV PATH=/opt/venv/bin:$PATH", {"PATH": "/opt/venv/bin:"}),
    ],
)
def test_variables_are_set_and_expanded_as_docker_does(lines: str, env: dict[str, str]) -> None:
    assert last(f"FROM x\n{lines}").env == env


@pytest.mark.parametrize(
    ("text", "given", "base", "value"),
    [
        ("ARG BASE=a\nFROM $BASE\nARG V=1\nENV V=$V", {}, "a", "1"),
        ("ARG BASE=a\nFROM ${BASE}:tag\nARG V=1\nENV V=$V", {"BASE": "b", "V": "2"}, "b:tag", "2"),
        ("ARG V=0\nFROM x\nARG V\nENV V=$V", {}, "x", "0"),
        ("ARG V=0\nFROM x\nENV V=$V", {}, "x", ""),
        ("FROM x AS one\nARG V=1\nFROM x\nENV V=$V", {}, "x", ""),
    ],
)
def test_arguments_live_where_docker_lets_them_live(text: str, given: dict[str, str], base: str, value: str) -> None:
    """Before the first FROM for FROM lines alone, in a stage for that stage alone, unless declared again."""
    stage = last(text, **given)

    assert (stage.base, stage.env["V"]) == (base, value)


@pytest.mark.parametrize(
    ("lines", "entrypoint", "command"),
    [
        ('CMD ["gunicorn", "app:create_app()"]', None, ["gunicorn", "app:create_app()"]),
        ("CMD exec gunicorn --bind :$PORT", None, ["/bin/sh", "-c", "exec gunicorn --bind :$PORT"]),
        ('ENTRYPOINT ["a"]\nCMD ["b"]', ["a"], ["b"]),
        ('CMD ["b"]\nENTRYPOINT ["a"]', ["a"], None),
        ('CMD ["a"]\nCMD ["b"]', None, ["b"]),
    ],
)
def test_what_runs_is_read_in_both_forms(lines: str, entrypoint: list[str] | None, command: list[str] | None) -> None:
    stage = last(f"FROM x\n{lines}")

    assert (stage.entrypoint, stage.command) == (entrypoint, command)


def test_a_stage_made_from_another_begins_with_what_that_one_says() -> None:
    stage = last('FROM x AS base\nENV A=1\nUSER app\nCMD ["a"]\nFROM base\nENV B=$A')

    assert (stage.env, stage.user, stage.command) == ({"A": "1", "B": "1"}, "app", ["a"])


def test_steps_come_in_order_with_their_options() -> None:
    stage = last(
        "FROM x\n"
        "WORKDIR /srv\n"
        "COPY --chown=1:1 --link --chmod=755 a b ./\n"
        'COPY --from=build ["with space", "/x"]\n'
        "RUN --mount=type=cache,target=/c --mount=type=bind,source=r.txt,target=/r.txt pip install -r /r.txt\n"
    )

    assert stage.steps == [
        Workdir("/srv"),
        Copy(sources=("a", "b"), target="./", stage=None, executable=True, line=3),
        Copy(sources=("with space",), target="/x", stage="build", executable=None, line=4),
        Run(script="pip install -r /r.txt", mounts={"/r.txt": "r.txt"}, line=5),
    ]


def test_a_here_document_is_the_script_of_its_run() -> None:
    stage = last("FROM x\nRUN <<EOF\nset -e\npip install -r r.txt\nEOF\nWORKDIR /a")

    assert stage.steps == [Run(script="set -e\npip install -r r.txt", mounts={}, line=2), Workdir("/a")]


@pytest.mark.parametrize(
    "line",
    ["EXPOSE 8080", "LABEL a=b", "HEALTHCHECK NONE", "STOPSIGNAL SIGINT", "# a comment", "   ", "MAINTAINER somebody"],
)
def test_what_only_describes_changes_nothing(line: str) -> None:
    assert last(f"FROM x\n{line}") == last("FROM x")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no FROM"),
        ("# nothing", "has no FROM"),
        ("WORKDIR /a\nFROM x", "line 1, `WORKDIR /a`: is before the first FROM"),
        ("FROM x\nADD a b", "line 2, `ADD a b`: the local cloud does not understand ADD; it understands ARG, FROM"),
        ("FROM x\nVOLUME /data", "does not understand VOLUME"),
        ('FROM x\nSHELL ["a"]', "does not understand SHELL"),
        ("FROM x y", "expected `FROM image` or `FROM image AS name`"),
        ("FROM --foo=1 x", "FROM --foo is not understood"),
        ("FROM x\nCOPY a", "COPY needs a source and a target"),
        ("FROM x\nCOPY --parents a b", "COPY --parents is not understood"),
        ("FROM x\nCOPY --chmod=u+x a b", "--chmod=u+x is not understood; write an octal mode"),
        ("FROM x\nCOPY <<EOF /a\ntext\nEOF", "here-documents are only understood in RUN"),
        ("FROM x\nRUN <<EOF\ntrue", "does not end; expected a line 'EOF'"),
        ("FROM x\nCMD ['a']", "the exec form is a JSON array with double quotes"),
        ("FROM x\nCMD " + "[" * 100_000, "the exec form is a JSON array with double quotes"),
        ("FROM x\nCMD [1]", "the exec form is a JSON array of strings"),
        ("FROM x\nENV A='", "No closing quotation"),
        ("FROM x\nENV A=1 B", "'B' is not of the form NAME=value"),
        ("FROM x\nENV", "ENV needs a value"),
        ("# escape=`\nFROM x", "another escape character"),
        ("FROM x\nRUN --device=a true", "RUN --device is not understood"),
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(DockerfileError) as refusal:
        parse(text, {})

    assert message in str(refusal.value)
