"""`merlon lint openapi.yaml` [INPUT-1 INPUT-3]: everything that a document leaves open is told, in three formats, and can be mended."""
import json

import pytest
import yaml

from lib.gateway import merlon

OPEN = """\
openapi: 3.1.0
info: {title: Pets, version: "1"}
paths:
  /pets:
    post:
      operationId: addPet
      security: [{key: []}]
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                name: {type: string}
                tags: {type: array, items: {type: string, maxLength: 9}}
                extra: {type: object, additionalProperties: {type: boolean}}
                age: {type: integer}
                code: {type: string, maxLength: 9, pattern: "[a-z]+"}
      responses: {"201": {description: Made.}}
  /pets/{id}:
    get:
      operationId: getPet
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses: {"200": {description: A pet.}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
"""
BROKEN = """\
openapi: 3.1.0
info: {title: Pets, version: "1"}
paths:
  /a:
    post:
      operationId: a
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/None"}}}}
      responses: {"200": {description: A.}}
  /b:
    post:
      operationId: b
      requestBody: {content: {application/json: {schema: {type: object, properties: {p: {type: string, pattern: "(?<n>"}, q: {}}}}}}
      responses: {"200": {description: B.}}
  /c:
    post:
      operationId: c
      requestBody: {content: {application/xml: {schema: {type: object, properties: {}}}}}
      responses: {"200": {description: C.}}
  /d:
    post:
      operationId: d
      requestBody: {content: {application/json: {schema: {type: object, properties: {n: {type: string, minLength: -1}}}}}}
      responses: {"200": {description: D.}}
"""


@pytest.fixture
def place(tmp_path):
    def write(text, name="api.yaml"):
        path = tmp_path / name
        path.write_text(text)
        return path
    return write


def findings(path, *options):
    result = merlon("lint", path, "--json", *options)
    told = json.loads(result.stdout)
    return result.returncode, told, [(f["code"], f["severity"], f["line"], f["pointer"]) for f in told["findings"]]


def test_what_is_open_is_told_with_its_place(place):
    code, told, found = findings(place(OPEN))
    schema = "/paths/~1pets/post/requestBody/content/application~1json/schema/properties"
    assert code == 0 and told["ok"]
    for row in (("oa-maxlength", "note", 14, f"{schema}/name"), ("oa-array-max", "note", 15, f"{schema}/tags"),
                ("oa-map-max", "note", 16, f"{schema}/extra"), ("oa-range", "note", 17, f"{schema}/age"),
                ("oa-pattern", "warning", 18, f"{schema}/code/pattern"),
                ("oa-maxlength", "note", 24, "/paths/~1pets~1{id}/get/parameters/0/schema"),
                ("oa-security", "warning", 22, "/paths/~1pets~1{id}/get")):
        assert row in found
    counts = {row.pop("operation"): row for row in told["operations"]}
    assert counts["POST /pets"] == {"strings": 3, "strings_capped": 1, "arrays": 1, "arrays_capped": 1, "open_objects": 1}
    assert counts["GET /pets/{id}"]["strings_capped"] == 1


def test_the_text_names_place_rule_and_mend(place):
    path = place(OPEN)
    result = merlon("lint", path)
    assert f"{path}:14:23: note oa-maxlength: this string has no maximum" in result.stdout
    assert "    hint: add maxLength" in result.stdout
    assert "POST /pets: 3 strings (1 capped), 1 array (1 capped), 1 open object" in result.stdout
    assert "\033" not in result.stdout and result.returncode == 0


def test_all_errors_at_once(place):
    code, told, found = findings(place(BROKEN))
    assert code == 1 and not told["ok"]
    rules = {rule for rule, severity, _, _ in found if severity == "error"}
    assert {"js-pattern", "oa-media-unjudged", "js-value", "oa-ref"} <= rules, found
    assert all(line > 0 for _, severity, line, _ in found if severity == "error")


@pytest.mark.parametrize("least, code", [("error", 0), ("warning", 1), ("note", 1)])
def test_severity_decides_the_exit_code(place, least, code):
    assert merlon("lint", place(OPEN), "--fail-on", least).returncode == code


def test_strict_makes_what_is_unbounded_an_error(place):
    code, told, found = findings(place(OPEN), "--strict")
    assert code == 1
    assert {rule for rule, severity, _, _ in found if severity == "error"} == {"oa-maxlength", "oa-array-max", "oa-map-max"}


def test_sarif_has_rules_places_and_levels(place):
    path = place(OPEN)
    sarif = json.loads(merlon("lint", path, "--format", "sarif").stdout)
    run, = sarif["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert sarif["version"] == "2.1.0" and run["results"]
    for result in run["results"]:
        assert result["ruleId"] in rules and result["level"] in ("note", "warning", "error")
        location = result["locations"][0]["physicalLocation"]
        assert location["artifactLocation"]["uri"] == str(path) and location["region"]["startLine"] > 0


def steps(target):
    """The members that a JSONPath of names and indices goes through."""
    at = 1
    while at < len(target):
        if target[at:at + 2] == "['":
            end = target.index("']", at)
            yield target[at + 2:end]
            at = end + 2
        else:
            end = target.index("]", at)
            yield int(target[at + 1:end])
            at = end + 1


def test_an_overlay_bounds_what_is_open(place, tmp_path):
    path, overlay = place(OPEN), tmp_path / "overlay.json"
    assert merlon("lint", path, "--fix-overlay", overlay).returncode == 0
    written = json.loads(overlay.read_text())
    assert written["overlay"] == "1.0.0" and written["extends"] == str(path)
    document = yaml.safe_load(OPEN)
    for action in written["actions"]:
        node = document
        for step in steps(action["target"]):
            node = node[step]
        node.update(action["update"])
    assert len(written["actions"]) == 4
    _, told, found = findings(place(json.dumps(document), "mended.json"), "--strict")
    assert not [row for row in found if row[0] in ("oa-maxlength", "oa-array-max", "oa-map-max")]
    assert told["ok"]
    assert document["paths"]["/pets/{id}"]["get"]["parameters"][0]["schema"]["maxLength"] == 1024


def test_a_policy_is_still_a_policy(place):
    path = place("merlon: 1\n", "merlon.yaml")
    assert merlon("lint", path).returncode == 1
    refused = merlon("lint", path, "--strict")
    assert refused.returncode == 2 and "no OpenAPI document" in refused.stderr
    assert merlon("lint", place(OPEN), "--format", "xml").returncode == 2
    assert merlon("lint", place(OPEN), "--fail-on", "never").returncode == 2


def test_the_manual_has_each_rule(place):
    text = (merlon.__globals__["ROOT"] / "docs" / "lint.md").read_text()
    sarif = json.loads(merlon("lint", place(OPEN), "--format", "sarif").stdout)
    for rule in sarif["runs"][0]["tool"]["driver"]["rules"]:
        assert f"| {rule['id']} |" in text
