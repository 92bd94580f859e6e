"""Shell scripts parse in the shell that they name."""
import re
import shutil
import subprocess

ABOUT = "shell scripts pass dash -n or bash -n, and shellcheck where it is installed"

SHEBANG = re.compile(r"#!\s*/(?:usr/)?bin/(?:env )?(sh|bash|dash)\b")


def shell_of(repo, name):
    """"sh", "bash" or None; files that are only sourced say so by their ending."""
    if name.endswith(".sh") or ("." not in name.rsplit("/", 1)[-1]):
        found = SHEBANG.match(repo.text(name)[:80])
        if found:
            return found.group(1)
        return "sh" if name.endswith(".sh") else None
    return None


def run(repo, findings, *command):
    result = subprocess.run(command, cwd=repo.root, capture_output=True, text=True)
    if result.returncode:
        findings += (result.stdout + result.stderr).strip().splitlines()


def check(repo):
    findings = []
    for name in repo.files:
        shell = shell_of(repo, name)
        if not shell:
            continue
        parser = "bash" if shell == "bash" else "dash"
        run(repo, findings, parser, "-n", name)
        if shutil.which("shellcheck"):
            run(repo, findings, "shellcheck", "-s", "bash" if shell == "bash" else "sh", "-f", "gcc",
                "-e", "SC1090,SC1091,SC2154", name)
    return findings
