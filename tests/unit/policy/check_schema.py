"""The policy's JSON Schema is one, every example fits it, and a wrong key or value does not."""
import json
import pathlib
import subprocess
import sys

import jsonschema
import yaml

SMALLEST = """
merlon: 1
apis: [{name: a, hosts: [a.test], openapi: a.yaml, upstream: {url: "http://a"}}]
"""

BAD = [
    {"later": 1},
    {"merlon": 2},
    {"apis": []},
    {"controls": {"cors": {"origin": []}}},
    {"controls": {"cors": {"max_age": 7201}}},
    {"controls": {"transport": {"mode": "shadow"}}},
    {"listeners": [{"address": "a", "client_ip": {"source": "none"}}]},
    {"exemptions": [{"name": "a"}]},
]


def main():
    printer, examples = sys.argv[1], pathlib.Path(sys.argv[2])
    schema = json.loads(subprocess.run([printer], check=True, capture_output=True).stdout)
    validator = jsonschema.Draft202012Validator
    validator.check_schema(schema)
    checker = validator(schema)
    policies = [*(examples / "policies").glob("*.yaml"), examples / "orders" / "merlon.yaml"]
    assert len(policies) > 10, policies
    failed = 0
    for path in policies:
        policy = yaml.load(path.read_text(), Loader=Core)
        for error in checker.iter_errors(policy):
            print(f"{path}: {error.json_path}: {error.message}")
            failed += 1
    smallest = yaml.safe_load(SMALLEST)
    assert checker.is_valid(smallest)
    for change in BAD:
        assert not checker.is_valid(smallest | change), change
    sys.exit(1 if failed else 0)


class Core(yaml.SafeLoader):
    """YAML 1.2's core schema for what policies hold: a date is a text."""


Core.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rows if not tag.endswith(":timestamp")]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

if __name__ == "__main__":
    main()
