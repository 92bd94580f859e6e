"""Collects the published metaschemas from Debian's python3-jsonschema into one JSON object, by URI.

usage: metaschemas.py OUTPUT; writes {} where the package is absent, and the tests are skipped.
"""

import json
import pathlib
import sys


def own_uri(schema):
    return schema.get("$id", schema.get("id", "")).rstrip("#")


def collect():
    try:
        import jsonschema
    except ImportError:
        return {}
    folder = pathlib.Path(jsonschema.__file__).parent / "schemas"
    found = {}
    for name in ("draft4", "draft7", "draft2019-09", "draft2020-12"):
        path = folder / f"{name}.json"
        if path.exists():
            schema = json.loads(path.read_text())
            found[own_uri(schema)] = schema
    path = folder / "vocabularies.json"
    if path.exists():
        found.update(json.loads(path.read_text()))
    return found


pathlib.Path(sys.argv[1]).write_text(json.dumps(collect(), indent=1))
