"""A control is done when its code, tests, documentation, example and fuzz note exist."""
import re
import sys

import yaml

TABLE = "tests/controls.txt"
ABOUT = "every control has code, unit test, end-to-end test, docs, example policy and fuzz note"


def load_traceability(repo):
    sys.path.insert(0, str(repo.root / "tools/docs"))
    import traceability
    return traceability


def example_findings(repo, name):
    path = f"examples/policies/{name}.yaml"
    if path not in repo.files:
        yield f"{path} is missing: an example policy"
        return
    try:
        yaml.safe_load(repo.text(path))
    except yaml.YAMLError as error:
        yield f"{path}: {error}"
        return
    if not re.search(rf"\b{name}\b|^# [A-Z]+-[0-9]", repo.text(path), re.MULTILINE):
        yield f"{path} names neither {name} nor the line of the checklist that it answers"


def fuzz_findings(repo, shown):
    if not shown.fuzz and len(shown.reason) < 10:
        yield f"{TABLE}: {shown.name}: say why no fuzz target feeds it"
    for target in shown.fuzz:
        if f"tests/fuzz/fuzz_{target}.c" not in repo.files:
            yield f"{TABLE}: {shown.name}: there is no fuzz target {target}"


def e2e_findings(repo, shown, traceability):
    if not shown.tests:
        yield f"{TABLE}: {shown.name} has no end-to-end test"
    for place in shown.tests:
        file, _, function = place.partition("::")
        path = f"tests/e2e/{file}"
        if path not in repo.files or function not in traceability.functions_of(repo.root / path):
            yield f"{TABLE}: {shown.name}: there is no test {place}"


def judge(repo, name, traceability, table, docs):
    if f"src/control/{name}.c" not in repo.files:
        yield f"src/control/{name}.c is missing"
    if not traceability.unit_test(repo.root, name):
        yield f"tests/unit/control/test_{name}.c is missing"
    if name in table:
        yield from fuzz_findings(repo, table[name])
        yield from e2e_findings(repo, table[name], traceability)
    else:
        yield f"{TABLE} has no line for {name}"
    if docs and not re.search(rf"^## {name}$", docs, re.MULTILINE):
        yield f"{name}: no section in the generated docs/controls.md"
    yield from example_findings(repo, name)


def check(repo):
    traceability = load_traceability(repo)
    page = repo.build / "docs/controls.md"
    docs = page.read_text() if page.exists() else ""
    table = traceability.shown(repo.root)
    findings = [] if docs else [f"{repo.build.name}/docs/controls.md is not built"]
    for name in repo.controls:
        findings += judge(repo, name, traceability, table, docs)
    findings += [f"{TABLE}: there is no control {name}" for name in table if name not in repo.controls]
    return findings
