"""docs/dependencies.md lists what ./dev setup installs, and nothing else."""
import re

ABOUT = "docs/dependencies.md lists the packages of tools/dev/packages.txt with the same reasons"

TABLE = "tools/dev/packages.txt"
DOCS = "docs/dependencies.md"


def installed(repo):
    rows = {}
    for line in repo.text(TABLE).splitlines():
        fields = line.split("#")[0].split(None, 3)
        if fields:
            rows[fields[0]] = fields[3]
    return rows


def documented(repo):
    """Rows `| name | needed for | why |` whose name is code; two names mean Debian 12, 13."""
    rows = {}
    for line in repo.text(DOCS).splitlines():
        found = re.match(r"\| `([^`]+)`(?:, on Debian 13 `([^`]+)`)? \| [a-z0-9]+ \| (.*) \|$", line)
        if found:
            name = "/".join(part for part in found.groups()[:2] if part)
            rows[name] = found.group(3)
    return rows


def check(repo):
    if DOCS not in repo.files:
        return [f"{DOCS} is missing"]
    wanted, found = installed(repo), documented(repo)
    findings = [f"{DOCS}: {name} is missing: {why}" for name, why in wanted.items() if name not in found]
    findings += [f"{DOCS}: {name} is not in {TABLE}" for name in found if name not in wanted]
    findings += [f"{DOCS}: {name}: the reason differs from {TABLE}: {why}" for name, why in wanted.items()
                 if name in found and found[name] != why]
    return findings
