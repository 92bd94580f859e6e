"""What every benchmark ends in: a table on the terminal, build/bench/NAME.json, and whether the bars hold."""
import json
import os
import sys
from pathlib import Path

# Machines that are shared measure a little worse than the bar; that much is forgiven there.
CI_SLACK = 0.03


def row(name, value, unit, ratio=None, bar=None, at_most=True):
    """`bar` is for the ratio, or for the value where there is no ratio. Without a bar, `holds` is None."""
    holds = None
    if bar is not None:
        judged = value if ratio is None else ratio
        slack = CI_SLACK if os.environ.get("CI") == "true" else 0.0
        holds = judged <= bar + slack if at_most else judged >= bar - slack
    return {"name": name, "value": round(value, 3), "unit": unit,
            "ratio": None if ratio is None else round(ratio, 4), "bar": bar, "holds": holds}


def print_rows(rows):
    width = max(len(item["name"]) for item in rows)
    print(f"{'':{width}}  {'value':>12}  {'':12}  {'ratio':>7}  {'bar':>6}")
    for item in rows:
        ratio = "" if item["ratio"] is None else f"{item['ratio']:.3f}"
        bar = "" if item["bar"] is None else f"{item['bar']:g}"
        verdict = {None: "", True: "holds", False: "DOES NOT HOLD"}[item["holds"]]
        print(f"{item['name']:{width}}  {item['value']:12.2f}  {item['unit']:12}  {ratio:>7}  {bar:>6}  {verdict}")


def finish(bench, rows, path, **more):
    """Prints, writes, and returns the exit status."""
    print_rows(rows)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"bench": bench, "rows": rows, **more}, indent=1) + "\n")
    print(f"written: {path}")
    return 1 if any(item["holds"] is False for item in rows) else 0


def check(path):
    """For a result that another program wrote."""
    broken = [item for item in json.loads(Path(path).read_text())["rows"] if item["holds"] is False]
    for item in broken:
        print(f"DOES NOT HOLD: {item['name']}: {item['value']} {item['unit']}, bar {item['bar']}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(check(sys.argv[1]))
