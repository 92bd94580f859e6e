"""What no C file may contain, and what each must begin with."""
import re

import scan

ABOUT = "banned functions, first comment, size of files, no // comments, no TODO"

BANNED = re.compile(r"\b(strcpy|strncpy|stpcpy|strcat|strncat|sprintf|vsprintf|gets|atoi|atol|atoll|atof|strtok|"
                    r"alloca|tmpnam|mktemp|system|popen|setjmp|longjmp|rand|srand|gmtime|localtime|ctime|"
                    r"asctime|scanf|sscanf|fscanf)\s*\(")
# Place -> what is allowed there all the same, and why.
ALLOWED = {
    "tests/unit/": ("setjmp", "cmocka.h needs it"),
    "tests/unit/http/leak_driver.c": ("scanf", "reads a number that its own test wrote"),
}
SPDX_OR_COMMENT = re.compile(r"/\*")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
LINES_ADVISED, LINES_MAX, TEST_LINES_MAX = 300, 400, 500


def allowed(name, function):
    return any(name.startswith(place) and function in words.split() for place, (words, _) in ALLOWED.items())


def banned_functions(repo, name, code):
    for number, line in enumerate(code.splitlines(), 1):
        for function in BANNED.findall(line):
            if not allowed(name, function):
                yield f"{name}:{number}: {function} is banned"


def comment_findings(name, text):
    if not SPDX_OR_COMMENT.match(text):
        yield f"{name}:1: begins without a comment that says what it is for"
    for number, comment in scan.comments(text):
        if comment.startswith("//"):
            yield f"{name}:{number}: comments are /* */"
        if UNFINISHED.search(comment):
            yield f"{name}:{number}: unfinished work stands in the issues, not in comments"


def size_findings(name, text):
    lines = text.count("\n")
    most = TEST_LINES_MAX if name.startswith("tests/") else LINES_MAX
    if lines > most and name.endswith(".c"):
        yield f"{name}: {lines} lines; {most} at most"
    elif lines > LINES_ADVISED:
        yield f"{name}: advice: {lines} lines; {LINES_ADVISED} are enough for one file"


def check(repo):
    findings = []
    for name in repo.matching(".c", ".h", ".def"):
        text = repo.text(name)
        findings += banned_functions(repo, name, scan.without_comments(text))
        findings += comment_findings(name, text)
        findings += size_findings(name, text)
    return findings
