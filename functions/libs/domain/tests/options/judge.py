"""What the real Robot Framework makes of argument files: the judge of the tests beside this file.

Reads a question as JSON from standard input and writes the answers to standard output.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from robot.conf import RobotSettings
from robot.conf.languages import Language
from robot.errors import DataError, Information
from robot.output.console import ConsoleOutput
from robot.run import RobotFramework, run_cli

PACKAGE = {
    "a.robot": "*** Test Cases ***\nPlanned\n    [Tags]    smoke\n    No Operation\n",
    "old.txt": "*** Test Cases ***\nNot planned\n    No Operation\n",
    "lang/klingon.py": "",
    "lib/Listener.py": "ROBOT_LISTENER_API_VERSION = 3\n",
    "lib/Nothing.py": """from robot.api import SuiteVisitor
class Nothing(SuiteVisitor):
    def start_suite(self, suite):
        suite.tests.clear()
""",
    "vars.py": "X = 1\n",
}


def argument_file(lines: list[str]) -> str:
    """A file as the runner writes it: the package's lines, and those of QAOps after them."""
    own = ["--parseinclude a.robot", "--runemptysuite", "--outputdir out", "--output output.xml"]
    own += ["--log log.html", "--report NONE", "--consolecolors off"]
    Path("arguments.txt").write_text("".join(f"{line}\n" for line in [*lines, *own]), encoding="UTF-8")
    return "arguments.txt"


def settled(lines: list[str]) -> dict:
    """Options as Robot Framework takes them before it reads a suite, or why it refuses them."""
    try:
        options, paths = RobotFramework().parse_arguments(["--argumentfile", argument_file(lines), "."])
        settings = RobotSettings(dict(options))
        list(settings.languages)
        ConsoleOutput(**settings.console_output_config)
    except (DataError, Information) as error:
        return {"refused": str(error)}
    return {"options": options, "paths": paths}


def ran(lines: list[str]) -> dict:
    """How a run ends: its status, the names of the tests in its output, and what it wrote to the console."""
    Path("out/output.xml").unlink(missing_ok=True)
    child = os.fork()
    if not child:
        console = os.open("console", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(console, 1)
        os.dup2(console, 2)
        status = 255
        try:
            status = run_cli(["--argumentfile", argument_file(lines), "."], exit=False)
        except SystemExit as exit:
            status = exit.code
        finally:
            sys.__stdout__.flush()
            sys.__stderr__.flush()
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    output = Path("out/output.xml")
    text = output.read_text(encoding="UTF-8") if output.exists() else ""
    tests = [name for name in ("Planned", "Not planned") if f'name="{name}"' in text]
    return {"status": status, "tests": tests, "console": Path("console").read_text(encoding="UTF-8")}


def main() -> None:
    question = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, text in PACKAGE.items():
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_text(text, encoding="UTF-8")
        answer = {
            "languages": [[language.code, language.name] for language in Language.__subclasses__()],
            "settled": [settled(lines) for lines in question.get("settle", [])],
            "ran": [ran(lines) for lines in question.get("run", [])],
        }
        os.chdir("/")
    json.dump(answer, sys.stdout)


main()
