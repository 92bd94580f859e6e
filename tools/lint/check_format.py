"""clang-format decides how C looks."""
import shutil
import subprocess

ABOUT = "clang-format leaves every C file as it is"

# Other versions format a little differently.
FORMATTER = "clang-format-14"


def check(repo):
    if not shutil.which(FORMATTER):
        return [f"{FORMATTER} is not installed; ./dev setup test installs it"]
    names = repo.matching(".c", ".h")
    result = subprocess.run([FORMATTER, "--dry-run", "--Werror", "--ferror-limit=1", *names], cwd=repo.root,
                            capture_output=True, text=True)
    findings = [line for line in result.stderr.splitlines() if "error:" in line]
    return findings or ([result.stderr] if result.returncode else [])
