"""Public headers stand alone, in plain C11."""
import subprocess

ABOUT = "each public header compiles by itself as C11, pedantic"


def check(repo):
    findings = []
    for name in repo.matching(".h", under=["include/merlon"]):
        include = name[len("include/"):]
        for compiler in ("gcc",):
            result = subprocess.run(
                [compiler, "-std=c11", "-pedantic-errors", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                 "-Iinclude", "-D_DEFAULT_SOURCE", "-x", "c", "-"],
                input=f"#include <{include}>\nextern int alone;\n", cwd=repo.root, capture_output=True, text=True)
            if result.returncode:
                first = result.stderr.strip().splitlines()
                findings.append(f"{name}: {next((line for line in first if 'error' in line), first[0])}")
    return findings
