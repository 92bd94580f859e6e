"""Nothing in the repository may know the machine that it was written on."""
import re

ABOUT = "no path of a developer's machine in any file"

MACHINE = re.compile(r"""(?<![\w/.$}~-])(/root\b|/work/|/home/[a-z]|/Users/|/tmp/)""")
# Where such a path is data: place -> why.
DATA = {
    "tools/lint/check_paths.py": "the pattern itself",
    "tools/dev/debian13.sh": "HOME inside the chroot",
    "include/merlon/leaks.def": "what a leaked path looks like",
    "tests/vectors/": "bodies with leaked paths",
    "tests/unit/http/test_leak": "the same",
    "tests/fuzz/seeds/": "inputs of parsers",
}


def check(repo):
    findings = []
    for name in repo.files:
        if name.startswith(tuple(DATA)):
            continue
        for number, line in repo.lines(name):
            found = MACHINE.search(line)
            if found:
                findings.append(f"{name}:{number}: {found.group()}")
    return findings
