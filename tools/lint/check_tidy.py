"""clang-tidy over everything that the build compiles; .clang-tidy names the checks.

Results are kept in the build folder by the hash of all that can change them, so that only files whose
own text, headers or compile command changed are looked at again.
"""
import hashlib
import os
import re
import shlex
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

ABOUT = "clang-tidy finds nothing: bugprone, cert, analyzer, sizes, in edge/ nginx's macros in braces"

TIDY = "clang-tidy-14"
# gcc's, which clang does not know.
FOREIGN_OPTIONS = ("-fstack-clash-protection", "-fno-plt", "-ftrivial-auto-var-init")
# nginx's macros hold several statements; unbraced, one of them crashed workers at each reload.
EDGE_CHECKS = ["--checks=bugprone-multiple-statement-macro,-bugprone-easily-swappable-parameters"]
FINDING = re.compile(r"^(\S+?):(\d+):\d+: (?:warning|error): (.*)$", re.MULTILINE)


def arguments_of(command):
    """The compile command's options that matter to clang: includes, macros, language."""
    words, kept, index = shlex.split(command), [], 1
    while index < len(words):
        word = words[index]
        if word in ("-isystem", "-include", "-I"):
            kept += words[index:index + 2]
            index += 1
        elif word.startswith(("-I", "-D", "-U", "-std=", "-isystem", "-msse", "-m")):
            kept.append(word)
        index += 1
    return kept


def headers_hash(repo):
    """One hash over all that any source may include."""
    digest = hashlib.sha256()
    for name in [".clang-tidy", "tools/lint/check_tidy.py", *repo.matching(".h", ".def", ".py")]:
        digest.update(name.encode() + b"\0" + (repo.root / name).read_bytes())
    return digest.hexdigest()


def shown_path(repo, path):
    absolute = os.path.normpath(os.path.join(repo.build, path))
    return os.path.relpath(absolute, repo.root)


def run_tidy(repo, name, command):
    """The findings in one file; those in system headers are not shown by clang-tidy."""
    arguments = arguments_of(command)
    result = subprocess.run([TIDY, "--quiet", str(repo.root / name), "--", *arguments], cwd=repo.build,
                            capture_output=True, text=True)
    found = {f"{shown_path(repo, path)}:{number}: {text}"
             for path, number, text in FINDING.findall(result.stdout)}
    if result.returncode and not found:
        found = {f"{name}: {(result.stderr or result.stdout).strip().splitlines()[-1]}"}
    return sorted(found)


def judge(repo, name, command, base):
    key = hashlib.sha256((base + command).encode() + (repo.root / name).read_bytes()).hexdigest()
    kept = repo.build / "lint" / key
    if kept.exists():
        return kept.read_text().splitlines()
    findings = run_tidy(repo, name, command)
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("".join(line + "\n" for line in findings))
    return findings


def check(repo):
    if not shutil.which(TIDY):
        return [f"{TIDY} is not installed; ./dev setup test installs it"]
    if not repo.compile_commands:
        return [f"{repo.build.name} is not built"]
    base = headers_hash(repo)
    work = [(name, command) for name, command in sorted(repo.compile_commands.items())
            if name.startswith(("src/", "edge/", "cli/", "daemon/", "tools/"))]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda item: judge(repo, *item, base), work)
        return sorted({finding for findings in results for finding in findings})
