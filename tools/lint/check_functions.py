"""How long functions are. Tables are no functions; a state machine is one, and has 60 lines."""
import scan

ABOUT = "functions of 40 lines, 60 at the very most"

LINES_ADVISED, LINES_MAX = 40, 60


def check(repo):
    findings = []
    for name in repo.matching(".c", ".h"):
        for number, function, lines in scan.functions(repo.text(name)):
            if lines > LINES_MAX:
                findings.append(f"{name}:{number}: {function} has {lines} lines; {LINES_MAX} at most")
            elif lines > LINES_ADVISED:
                findings.append(f"{name}:{number}: advice: {function} has {lines} lines; {LINES_ADVISED} are enough")
    return findings
