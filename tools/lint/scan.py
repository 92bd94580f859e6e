"""A reader of C that knows as much as the checks need: text without comments, and functions.

It relies on the house style, which check_format enforces: a function's braces stand in column one.
"""
import re

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
NAME = re.compile(r"(\w+)\s*\($|(\w+)\s*\(")


def blank(found):
    text = found.group()
    if text[0] in "\"'":
        return text[0] + " " * (len(text) - 2) + text[0]
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The same text and positions, with comments and the insides of literals blanked."""
    return TOKEN.sub(blank, text)


def comments(text):
    for found in TOKEN.finditer(text):
        if found.group()[0] == "/":
            yield text.count("\n", 0, found.start()) + 1, found.group()


def functions(text):
    """(first line, name, number of lines) of each function, from its head to its closing brace.

    The rows of a table within a function are not counted: `... = {` to a line that begins with `};`.
    """
    head_start, head, opened, table, rows = None, "", None, None, 0
    for number, line in enumerate(without_comments(text).splitlines(), 1):
        if opened is not None:
            if line.rstrip().endswith("= {") and table is None:
                table = number
            elif table is not None and line.lstrip().startswith("};"):
                rows += number - table
                table = None
            if line.startswith("}"):
                yield opened[0], opened[1], number - opened[0] + 1 - rows
                opened = head_start = table = None
                head, rows = "", 0
        elif line == "{" and "(" in head:
            names = [name for name in re.findall(r"(\w+)\s*\(", head) if not name.startswith(("MRL_", "__"))]
            opened = (head_start, names[0] if names else "?")
        elif not line.strip() or line.startswith(("#", "}")) or line.rstrip().endswith(";"):
            head_start, head = None, ""
        else:
            head_start = head_start or number
            head += line + "\n"
