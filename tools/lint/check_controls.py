"""A control is done when its code, tests, documentation, example and fuzz note exist."""
import re
import sys

import yaml

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


def fuzz_findings(repo, name, notes):
    note = notes.get(name)
    if not note:
        yield f"tests/fuzz/controls.txt has no line for {name}"
    elif note.startswith("-"):
        if len(note) < 10:
            yield f"tests/fuzz/controls.txt: {name}: say why no target feeds it"
    else:
        for target in note.split():
            if f"tests/fuzz/fuzz_{target}.c" not in repo.files:
                yield f"tests/fuzz/controls.txt: {name}: there is no target {target}"


def judge(repo, name, traceability, tests, notes, docs):
    if f"src/control/{name}.c" not in repo.files:
        yield f"src/control/{name}.c is missing"
    if not traceability.unit_test(repo.root, name):
        yield f"tests/unit/control/test_{name}.c is missing"
    if name not in tests:
        yield f'{name}: no end-to-end test is marked @pytest.mark.control("{name}")'
    if docs and not re.search(rf"^## {name}$", docs, re.MULTILINE):
        yield f"{name}: no section in the generated docs/controls.md"
    yield from example_findings(repo, name)
    yield from fuzz_findings(repo, name, notes)


def check(repo):
    traceability = load_traceability(repo)
    page = repo.build / "docs/controls.md"
    docs = page.read_text() if page.exists() else ""
    tests, notes = traceability.e2e_tests(repo.root), traceability.fuzz_notes(repo.root)
    findings = [] if docs else [f"{repo.build.name}/docs/controls.md is not built"]
    for name in repo.controls:
        findings += judge(repo, name, traceability, tests, notes, docs)
    findings += [f"tests/fuzz/controls.txt: there is no control {name}" for name in notes if name not in repo.controls]
    return findings
