"""The command line without a gateway: help, usage, lint, explain, schema, completion, error, version."""
import datetime
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
import yaml

from lib.certs import Authority
from lib.gateway import ROOT, merlon

ORDERS = ROOT / "examples" / "orders"
COMMANDS = ["up", "reload", "status", "limits", "lint", "explain", "schema", "error", "completion", "version", "help"]
ID = "019aa3c1-7b1e-7c3a-9f00-2b5d8c1e4a77"


@pytest.fixture
def folder(tmp_path):
    """A policy that is right, with its document, in a folder of its own."""
    shutil.copy(ORDERS / "openapi.yaml", tmp_path)
    (tmp_path / "merlon.yaml").write_text("""\
merlon: 1
listeners: [{address: "127.0.0.1:8443"}]
apis:
  - name: orders
    hosts: [localhost]
    openapi: openapi.yaml
    upstream: {url: "http://127.0.0.1:3000"}
""")
    return tmp_path


def change(folder, old, new):
    path = folder / "merlon.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def findings(folder):
    result = merlon("lint", "--json", cwd=folder)
    told = json.loads(result.stdout)
    assert result.returncode == (0 if told["ok"] else 1)
    return told["findings"]


def codes(folder):
    return {finding["code"] for finding in findings(folder)}


# --- help and usage

def test_the_table_lists_every_command():
    table = json.loads(merlon("help", "--json").stdout)
    assert [row["name"] for row in table] == COMMANDS
    for row in table:
        assert row["summary"] and row["description"]
        assert {"json", "help"} <= {option["name"] for option in row["options"]}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command(command):
    by_option, by_word = merlon(command, "--help"), merlon("help", command)
    assert by_option.returncode == by_word.returncode == 0
    assert by_option.stdout == by_word.stdout
    assert by_option.stdout.startswith(f"usage: merlon {command} ")
    assert "\x1b" not in by_option.stdout


def test_nothing_is_usage():
    result = merlon()
    assert result.returncode == 2 and result.stdout == "" and "usage:" in result.stderr


@pytest.mark.parametrize("arguments, told", [
    (["upp"], 'did you mean "up"?'),
    (["relaod"], 'did you mean "reload"?'),
    (["zzzzzzzz"], "there is no command"),
    (["lint", "--jsn"], 'did you mean "--json"?'),
    (["up", "--upstrem", "http://127.0.0.1:1"], 'did you mean "--upstream"?'),
    (["lint", "-x"], "there is no option"),
    (["lint", "-c"], "a value is missing"),
    (["lint", "--json=1"], "no value belongs to"),
    (["lint", "-c", "a", "-c", "b"], "given twice"),
    (["lint", "a", "b"], "not understood"),
    (["lint", "a", "-c", "b"], "name the policy once"),
    (["schema", "more"], "not understood"),
    (["error"], "missing"),
    (["error", "x"], "is no request id"),
    (["error", ID.upper()], "is no request id"),
    (["completion", "tcsh"], "bash, zsh or fish"),
    (["explain", "crs"], 'did you mean "cors"?'),
    (["help", "upp"], "there is no command"),
    (["up"], "give -c FILE, or both"),
    (["up", "--upstream", "http://127.0.0.1:1"], "give -c FILE, or both"),
    (["up", "-c", "a", "--listen", "127.0.0.1:1"], "is for a start without a policy"),
    (["up", "--upstream", "http://127.0.0.1:1", "--openapi", "x", "--name", "example.com"], "does not sign for"),
    (["up", "--upstream", "http://127.0.0.1:1", "--openapi", "x", "--instance", "Big"], "is no name"),
    (["status", "--instance", "../x"], "is no name"),
])
def test_misuse(arguments, told):
    result = merlon(*arguments)
    assert result.returncode == 2, result
    assert told in result.stderr and result.stdout == ""


def test_a_full_disk_is_a_failure():
    with open("/dev/full", "w") as full:
        result = subprocess.run([*merlon("version").args[:1], "help"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert result.returncode == 70 and "cannot be written" in result.stderr


def test_version():
    told = json.loads(merlon("--version", "--json").stdout)
    assert re.fullmatch(r"\d+\.\d+\.\d+", told["version"])
    assert told["nginx"].startswith("1.") and told["openssl"].startswith("3.")
    assert Path(told["module_path"]).exists() and Path(told["auditd_path"]).exists()
    assert merlon("version").stdout.startswith(f"merlon  {told['version']}\n")


# --- lint

def test_a_good_policy(folder):
    result = merlon("lint", cwd=folder)
    assert result.returncode == 0, result.stdout
    assert findings(folder) == []


@pytest.mark.parametrize("path", sorted((ROOT / "examples").rglob("*.yaml")), ids=lambda path: path.name)
def test_the_examples(path):
    if "merlon:" not in path.read_text():
        return
    result = merlon("lint", path)
    assert result.returncode == 0, result.stdout


def test_a_finding_names_its_place(folder):
    change(folder, "hosts:", "host:")
    result = merlon("lint", cwd=folder)
    assert result.returncode == 1
    assert re.search(r"merlon\.yaml:5:5: error: .*\(at /apis/0/host\)", result.stdout), result.stdout
    assert "hosts" in result.stdout
    places = {(one["line"], one["column"], one["pointer"]) for one in findings(folder)}
    assert (5, 5, "/apis/0/host") in places


def test_all_is_told_at_once(folder):
    change(folder, "hosts:", "host:")
    change(folder, "listeners:", "listener:")
    assert len(findings(folder)) >= 2


def test_no_such_policy(folder):
    result = merlon("lint", folder / "none.yaml")
    assert result.returncode == 1 and "none.yaml" in result.stdout


def test_no_such_document(folder):
    (folder / "openapi.yaml").unlink()
    assert merlon("lint", cwd=folder).returncode == 1


def test_a_foreign_name_needs_a_certificate(folder):
    change(folder, "[localhost]", "[localhost, api.example.com]")
    assert codes(folder) == {"tls-local-name"}


def test_a_plain_gateway_needs_none(folder):
    change(folder, "[localhost]", "[api.example.com]")
    change(folder, '8443"', '8443", plain: on')
    assert codes(folder) == set()


# --- certificates [TLS-1]

@pytest.fixture
def certified(folder):
    change(folder, "apis:", "tls: {certificates: [{cert: api.crt, key: api.key}]}\napis:")
    change(folder, "[localhost]", "[api.example.com]")
    authority = Authority(folder)
    authority.issue("api", ["api.example.com"])
    return folder, authority


def test_a_good_certificate(certified):
    assert findings(certified[0]) == []


def test_a_key_of_another_certificate(certified):
    folder, authority = certified
    authority.issue("other", ["api.example.com"])
    (folder / "other.key").rename(folder / "api.key")
    assert codes(folder) == {"tls-key-match"}


def test_an_expired_certificate(certified):
    folder, authority = certified
    authority.issue("api", ["api.example.com"], expired=True)
    assert codes(folder) == {"tls-validity"}


def test_a_host_in_no_certificate(certified):
    folder, authority = certified
    authority.issue("api", ["www.example.com"])
    assert codes(folder) == {"tls-san"}


def test_a_chain_in_the_wrong_order(certified):
    folder, authority = certified
    leaf = (folder / "api.crt").read_text()
    (folder / "api.crt").write_text(authority.path.read_text() + leaf)
    assert "tls-chain-order" in codes(folder)


@pytest.mark.parametrize("mode, good", [(0o600, True), (0o640, True), (0o644, False), (0o660, False), (0o602, False)])
def test_who_may_read_the_key(certified, mode, good):
    folder, _ = certified
    (folder / "api.key").chmod(mode)
    assert codes(folder) == (set() if good else {"tls-key-file"})


def test_no_certificate_file(certified):
    folder, _ = certified
    (folder / "api.crt").unlink()
    assert codes(folder) == {"tls-file"}


def test_a_file_that_is_no_certificate(certified):
    folder, _ = certified
    (folder / "api.crt").write_text("nothing\n")
    assert codes(folder) == {"tls-cert-pem"}


# --- explain and schema

def test_explain_lists_every_control():
    names = re.findall(r"MRL_CONTROL\((\w+)\)", (ROOT / "include/merlon/controls.def").read_text())
    told = json.loads(merlon("explain", "--json").stdout)
    assert [control["name"] for control in told] == names
    assert all(f"{name} " in merlon("explain").stdout for name in names)


def test_explain_a_control():
    text = merlon("explain", "cors").stdout
    assert "max_age: 600 (0 to 7200)" in text and "origin-not-allowed 403" in text and "mode: enforce" in text


def test_explain_a_line_of_the_checklist():
    told = json.loads(merlon("explain", "--json", "ERR-1").stdout)
    assert {"reply_error", "reply_leak", "reply_frame"} <= {control["name"] for control in told}
    assert merlon("explain", "hdr-1").stdout.startswith("security_headers ")


def test_explain_a_problem():
    told = json.loads(merlon("explain", "--json", "origin-not-allowed").stdout)
    assert told["status"] == 403 and told["controls"] == ["cors"]


def test_explain_an_operation(folder):
    with open(folder / "merlon.yaml", "a") as file:
        file.write("controls: {cors: {max_age: 5, mode: shadow}}\n")
        file.write("exemptions: [{name: old, control: fields, operations: [\"GET /orders\"],"
                   f" reason: for a test of this, until: {soon()}}}]\n")
    told = json.loads(merlon("explain", "--json", "-c", folder / "merlon.yaml", "GET /orders").stdout)
    controls = {control["name"]: control for control in told[0]["controls"]}
    assert controls["cors"]["values"]["max_age"] == "5" and controls["cors"]["shadow"]
    assert controls["fields"]["exemption"]["name"] == "old"
    assert not controls["media"]["shadow"]
    text = merlon("explain", "-c", folder / "merlon.yaml", "GET /orders").stdout
    assert "max_age: 5   # set" in text and "(shadow: notes, does not refuse)" in text


def soon():
    return (datetime.date.today() + datetime.timedelta(days=9)).isoformat()


def test_trap_28_an_operation_without_controls_has_all_of_them(folder):
    """Elsewhere checks hold only where somebody opted in."""
    names = set(re.findall(r"MRL_CONTROL\((\w+)\)", (ROOT / "include/merlon/controls.def").read_text()))
    told = json.loads(merlon("explain", "--json", "-c", folder / "merlon.yaml", "GET /orders").stdout)
    assert {control["name"] for control in told[0]["controls"]} == names


def test_explain_an_unknown_operation(folder):
    result = merlon("explain", "-c", folder / "merlon.yaml", "GET /order")
    assert result.returncode == 2 and 'did you mean "GET /orders"?' in result.stderr


def test_explain_lists_operations(folder):
    assert "GET /orders" in json.loads(merlon("explain", "--json", "-c", folder / "merlon.yaml").stdout)


def test_explain_with_a_broken_policy(folder):
    change(folder, "hosts:", "host:")
    result = merlon("explain", "-c", folder / "merlon.yaml", "GET /orders")
    assert result.returncode == 78 and "/apis/0/host" in result.stderr


def test_the_schema_takes_what_lint_takes(folder):
    schema = json.loads(merlon("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert not list(validator.iter_errors(yaml.safe_load((folder / "merlon.yaml").read_text())))
    change(folder, "hosts:", "host:")
    assert list(validator.iter_errors(yaml.safe_load((folder / "merlon.yaml").read_text())))


# --- completion and manual

@pytest.mark.parametrize("line, word, expected", [
    (["merlon", "re"], 1, {"reload"}),
    (["merlon", "up", "--up"], 2, {"--upstream"}),
    (["merlon", "lint", "--j"], 2, {"--json"}),
    (["merlon", "completion", "f"], 2, {"fish"}),
    (["merlon", "help", "st"], 2, {"status"}),
])
def test_bash_completes(line, word, expected):
    words = " ".join(line)
    script = merlon("completion", "bash").stdout + f"""
COMP_WORDS=({words}); COMP_CWORD={word}; _merlon; printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    result = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, check=True)
    assert set(result.stdout.split()) == expected, result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_all(shell):
    """Every command and option of the table is in the script; a shell that is installed parses it."""
    script = merlon("completion", shell).stdout
    assert json.loads(merlon("completion", shell, "--json").stdout)["script"] == script
    for command in json.loads(merlon("help", "--json").stdout):
        assert re.search(rf"\b{command['name']}\b", script)
        for option in command["options"]:
            assert re.search(rf"(--|-l ){option['name']}\b", script), option
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


def test_the_manual_tells_all():
    page = (ROOT / "docs/man/merlon.1").read_text()
    for command in json.loads(merlon("help", "--json").stdout):
        assert f".Ss {command['name']}\n" in page
        for option in command["options"]:
            assert f"\\-{option['name']}" in page, (command["name"], option["name"])


def test_the_manual_of_the_policy_names_all_keys():
    page = (ROOT / "docs/man/merlon.yaml.5").read_text()
    for control in json.loads(merlon("explain", "--json").stdout):
        assert re.search(rf"\b{control['name']}\b", page)
        for key in control["keys"]:
            assert re.search(rf"\b{key['name']}\b", page), (control["name"], key["name"])


@pytest.mark.parametrize("page", sorted((ROOT / "docs/man").iterdir()), ids=lambda page: page.name)
def test_the_manual_is_well_formed(page):
    if shutil.which("mandoc"):
        result = subprocess.run(["mandoc", "-Tlint", "-W", "warning", page], capture_output=True, text=True)
        assert result.stdout == "" and result.returncode == 0


# --- error and status without a gateway

@pytest.fixture
def environment(tmp_path):
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state"),
            "XDG_RUNTIME_DIR": str(tmp_path / "run")}


def test_error_finds_record_and_line(tmp_path, environment):
    state = tmp_path / "state" / "merlon" / "default"
    (state / "audit").mkdir(parents=True)
    (state / "log").mkdir()
    other = ID.replace("019a", "019b")
    record = {"request_id": ID, "status": 500}
    (state / "audit" / "audit.jsonl").write_text(json.dumps({"request_id": other}) + "\n" + json.dumps(record) + "\n")
    (state / "log" / "error.log").write_text(f"new, id: {ID}\nforeign, id: {other}\n")
    (state / "log" / "error.log.3").write_text(f"old, id: {ID}\n")
    for word in (ID, f"urn:uuid:{ID}"):
        result = merlon("error", "--json", word, env=environment)
        told = json.loads(result.stdout)
        assert result.returncode == 0 and told["records"] == [record]
        assert told["lines"] == [f"new, id: {ID}", f"old, id: {ID}"]
    text = merlon("error", ID, env=environment).stdout
    assert text.count("\n") == 3 and other not in text


def test_error_of_an_unknown_id(environment):
    result = merlon("error", ID, env=environment)
    assert result.returncode == 1 and "nothing is known" in result.stdout


def test_status_and_reload_without_a_gateway(environment):
    result = merlon("status", "--json", env=environment)
    assert result.returncode == 1 and json.loads(result.stdout)["running"] is False
    assert merlon("status", env=environment).returncode == 1
    result = merlon("reload", env=environment)
    assert result.returncode == 1 and "no gateway" in result.stderr
