"""Python is the tests' and tools' language: it has to parse, and to fit the width."""
import ast

ABOUT = "Python parses, has a docstring, and lines of 150 columns at most"

COLUMNS_MAX = 150


def check(repo):
    findings = []
    for name in repo.matching(".py"):
        text = repo.text(name)
        try:
            tree = ast.parse(text, name)
        except SyntaxError as error:
            findings.append(f"{name}:{error.lineno}: {error.msg}")
            continue
        if text.strip() and not ast.get_docstring(tree):
            findings.append(f"{name}:1: begins without a docstring that says what it is for")
        findings += [f"{name}:{number}: {len(line)} columns" for number, line in repo.lines(name)
                     if len(line) > COLUMNS_MAX]
    return findings
