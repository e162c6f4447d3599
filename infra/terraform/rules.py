"""Reports resources that could have tags and have none, and policies that are not in the expected shape.

Reads the output of `terraform providers schema -json` from standard input, and the text that `terraform fmt`
leaves.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESOURCE = re.compile(r'^resource "(\w+)" "(\w+)" {\n(.*?)^}$', re.MULTILINE | re.DOTALL)


def taggable(schema: dict[str, Any]) -> set[str]:
    """Types of resources that have tags."""
    (provider,) = schema["provider_schemas"].values()
    resources = provider["resource_schemas"].items()
    return {name for name, about in resources if "tags" in about["block"]["attributes"]}


def untagged(text: str, types: set[str]) -> list[str]:
    """Resources of a file that could have tags and have none."""
    bare = [found for found in RESOURCE.finditer(text) if "\n  tags " not in found[0]]
    return [f"{found[1]}.{found[2]} has no tags" for found in bare if found[1] in types]


def unexpected_statements(policy: dict[str, Any]) -> list[str]:
    """Statements of a policy that are not in the one shape: with an id, lists, nothing denied or excepted."""
    problems = []
    for statement in policy["Statement"]:
        name = statement.get("Sid", "a statement")
        if set(statement) - {"Condition"} != {"Sid", "Effect", "Action", "Resource"}:
            problems.append(f"{name} has the keys {sorted(statement)}")
        elif statement["Effect"] != "Allow":
            problems.append(f"{name} does not allow")
        elif not all(isinstance(statement[key], list) for key in ("Action", "Resource")):
            problems.append(f"{name} has no list of actions or of resources")
        elif statement["Action"] != sorted(set(statement["Action"])):
            problems.append(f"{name} has its actions not in order, or twice")
    names = [statement.get("Sid") for statement in policy["Statement"]]
    return problems + [f"{name} stands twice" for name in {name for name in names if names.count(name) > 1}]


def planted() -> list[str]:
    """Mistakes that the rules must report, and do not."""
    missed = []
    if not untagged('resource "aws_vpc" "a" {\n  cidr_block = "10.0.0.0/16"\n}\n', {"aws_vpc"}):
        missed.append("a resource without tags is not reported")
    good = {"Sid": "A", "Effect": "Allow", "Action": ["a:B"], "Resource": ["*"]}
    if unexpected_statements({"Statement": [good]}):
        missed.append("a good statement is reported")
    mistakes: list[dict[str, Any]] = [
        {"Effect": "Deny"},
        {"Action": "a:B"},
        {"NotAction": []},
        {"Action": ["b:A", "a:B"]},
    ]
    for bad in mistakes:
        if not unexpected_statements({"Statement": [{**good, **bad}]}):
            missed.append(f"a statement with {bad} is not reported")
    return missed


def main() -> int:
    """The exit status: 1 where something is wrong."""
    types = taggable(json.load(sys.stdin))
    problems = planted()
    for path in sorted([*HERE.glob("*.tf"), *HERE.glob("modules/*/*.tf"), *HERE.glob("examples/*/*.tf")]):
        found = untagged(path.read_text(), types)
        problems += [f"{path.relative_to(HERE)}: {problem}" for problem in found]
    for path in sorted(HERE.glob("policies/*.json")):
        found = unexpected_statements(json.loads(path.read_text()))
        problems += [f"{path.relative_to(HERE)}: {problem}" for problem in found]
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
