"""Writes the tables of inputs and outputs into README.md; with `--check` says what is missing or out of date.

Reads the text that `terraform fmt` leaves: a block's attributes stand two spaces in, one below the other.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
BEGIN = "<!-- {name}: written by docs.py -->"
END = "<!-- end of {name} -->"


@dataclass
class Block:
    """A `variable` or an `output`."""

    name: str
    attributes: dict[str, str]
    validated: bool


def blocks(kind: str, text: str) -> list[Block]:
    """The blocks of a kind in a file, in its order."""
    found = re.finditer(rf'^{kind} "(\w+)" {{\n(.*?)^}}$', text, re.MULTILINE | re.DOTALL)
    return [Block(match[1], attributes(match[2]), "  validation {" in match[2]) for match in found]


def attributes(body: str) -> dict[str, str]:
    """Attributes of a block by name, each with its value as it is written."""
    starts = list(re.finditer(r"^  (\w+) += |^  \w+ \{", body, re.MULTILINE))
    values: dict[str, str] = {}
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        if start[1]:
            end = following.start() if following else len(body)
            values[start[1]] = body[start.end() : end].rstrip()
    return values


def described(block: Block) -> str:
    """A description in one line."""
    text = block.attributes.get("description", "")
    heredoc = re.fullmatch(r"<<-(\w+)\n(.*?)\n\s*\1", text, re.DOTALL)
    if heredoc:
        return " ".join(line.strip() for line in heredoc[2].splitlines())
    return text.strip('"').replace('\\"', '"').replace("\\\\", "\\")


def dedent(value: str) -> str:
    """A value whose lines after the first stand two spaces in."""
    return re.sub(r"^  ", "", value, flags=re.MULTILINE)


def inputs(variables: list[Block]) -> str:
    """One heading an input, for types of objects do not fit into a table."""
    lines = ["| input | type | default | what it is |", "| --- | --- | --- | --- |"]
    details = []
    for variable in variables:
        kind = dedent(variable.attributes["type"])
        default = dedent(variable.attributes["default"]) if "default" in variable.attributes else None
        long = "\n" in kind or (default is not None and "\n" in default)
        head = kind.split("({")[0]
        shown = head + "({…})" + ")" * head.count("(") if "({" in kind else kind
        value = "required" if default is None else "below" if "\n" in default else f"`{default}`"
        lines.append(f"| `{variable.name}` | `{shown}` | {value} | {described(variable)} |")
        if long:
            given = f"\n\n# default\n{default}" if default and "\n" in default else ""
            details.append(f"`{variable.name}`:\n\n```hcl\n{kind}{given}\n```")
    return "\n".join(lines) + "\n\n" + "\n\n".join(details)


def outputs(found: list[Block]) -> str:
    """A table of outputs."""
    rows = [f"| `{output.name}` | {described(output)} |" for output in found]
    return "\n".join(["| output | what it is |", "| --- | --- |", *rows])


def replaced(readme: str, name: str, text: str) -> str:
    """The README with another text between the marks of `name`."""
    begin, end = BEGIN.format(name=name), END.format(name=name)
    if begin not in readme or end not in readme:
        raise SystemExit(f"README.md has no marks for {name}")
    head, rest = readme.split(begin, 1)
    return f"{head}{begin}\n\n{text}\n\n{end}{rest.split(end, 1)[1]}"


def sources(pattern: str) -> str:
    """The text of files, in the order of their names."""
    return "\n".join(path.read_text() for path in sorted(HERE.glob(pattern)))


def incomplete() -> list[str]:
    """Inputs and outputs, also those of the parts, that are not fully described."""
    problems = []
    for path in sorted([*HERE.glob("*.tf"), *HERE.glob("modules/*/*.tf")]):
        text, place = path.read_text(), path.relative_to(HERE)
        for variable in blocks("variable", text):
            for wanted in ("description", "type"):
                if wanted not in variable.attributes:
                    problems.append(f"{place}: the input {variable.name} has no {wanted}")
            if not variable.validated and variable.attributes.get("type") != "bool":
                problems.append(f"{place}: the input {variable.name} is not validated")
        for output in blocks("output", text):
            if "description" not in output.attributes:
                problems.append(f"{place}: the output {output.name} has no description")
    return problems


def without_runbook(readme: str) -> list[str]:
    """Alarms that the README does not say what to do about."""
    text = (HERE / "alarms.tf").read_text()
    kinds = set(re.findall(r'"\$\{\w+\}-([a-z]+)" =>', text))
    single = set(re.findall(r"^      ([a-z]+-[a-z-]+) = \{$", text, re.MULTILINE))
    missing = [f"…-{kind}" for kind in sorted(kinds) if f"-{kind}`**" not in readme]
    missing += [name for name in sorted(single) if f"**`{name}`**" not in readme]
    return [f"README.md: no paragraph about the alarm {name}" for name in missing]


def main() -> int:
    """The exit status: 1 where something is wrong."""
    path = HERE / "README.md"
    readme = path.read_text()
    written = replaced(readme, "inputs", inputs(blocks("variable", sources("variables*.tf"))))
    written = replaced(written, "outputs", outputs(blocks("output", sources("outputs.tf"))))
    if "--check" not in sys.argv:
        path.write_text(written)
        return 0
    problems = incomplete() + without_runbook(readme)
    if written != readme:
        problems.append("README.md is out of date: run python3 infra/terraform/docs.py")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
