"""Links of the documentation lead somewhere: files, and headings within them."""
import posixpath
import re

ABOUT = "every relative link and anchor of the Markdown files resolves; each problem has a heading"

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
# Pages that the build generates, at their place beside the written ones.
GENERATED = {"docs/controls.md": "docs/controls.md", "docs/traceability.md": "docs/traceability.md"}


def anchors(text):
    """The anchors that GitHub gives to headings, and explicit ones."""
    found = set(re.findall(r'<a (?:id|name)="([^"]+)"', text))
    for heading in re.findall(r"^#{1,6} +(.*?) *#*$", FENCE.sub("", text), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", heading.lower().replace("`", ""))
        found.add(plain.strip().replace(" ", "-"))
    return found


def page(repo, name):
    """The text of a page, None if there is none."""
    if name in GENERATED:
        built = repo.build / GENERATED[name]
        return built.read_text() if built.exists() else None
    return repo.text(name) if (repo.root / name).is_file() else None


def judge(repo, name, link):
    target, _, anchor = link.partition("#")
    where = posixpath.normpath(posixpath.join(posixpath.dirname(name), target)) if target else name
    if (repo.root / where).is_dir():
        return None
    text = page(repo, where)
    if text is None:
        return f"{link} leads nowhere"
    if anchor and where.endswith(".md") and anchor not in anchors(text):
        return f"{link}: no such heading"
    return None


def problem_findings(repo):
    """Clients look a problem up by its id: each has a heading."""
    page = repo.text("docs/errors.md")
    for problem, status in re.findall(r'^MRL_PROBLEM\(\w+, "([a-z0-9-]+)", (\d+)', repo.text(
            "include/merlon/problems.def"), re.MULTILINE):
        found = re.search(rf"^## {problem}\n(\S+)", page, re.MULTILINE)
        if not found:
            yield f"docs/errors.md: no heading {problem}"
        elif status != "0" and found.group(1).strip(".,") != status:
            yield f"docs/errors.md: {problem} begins with {found.group(1)} instead of {status}"


def check(repo):
    findings = list(problem_findings(repo))
    for name in repo.matching(".md"):
        text = FENCE.sub(lambda fence: "\n" * fence.group().count("\n"), repo.text(name))
        for number, line in enumerate(text.splitlines(), 1):
            for link in LINK.findall(line):
                if re.match(r"[a-z]+:", link):
                    continue
                verdict = judge(repo, name, link)
                if verdict:
                    findings.append(f"{name}:{number}: {verdict}")
    return findings
