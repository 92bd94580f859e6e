"""AUDIT-1 and AUDIT-2: every call has one record, and nothing enters one that was not declared."""
import json
import os
import signal
import subprocess
import time

import pytest

from conftest import children
from lib.behaviours import BEHAVIOURS
from lib.gateway import Gateway
from lib.procs import wait_until
from lib.upstreams import Upstream

CANARY = "canary7f3a91"


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as started:
        yield started


@pytest.fixture(scope="module")
def gateway(upstream):
    with Gateway(upstream) as started:
        yield started


@pytest.fixture(autouse=True)
def fresh(upstream):
    upstream.reset(drop=False)


def call(gateway, method="GET", target="/v1/items", headers=(), body=b""):
    with gateway.tls() as client:
        return client.request(method, target, headers, body)


def test_a_record_says_who_what_where_and_how_long(gateway):
    response = call(gateway, target="/v1/items/42?q=2", headers=[("User-Agent", "probe/1"),
                                                                    ("Accept-Language", "de-CH,de;q=0.9")])
    record = gateway.record(response)
    assert record["method"] == "GET"
    assert record["op_id"] == "getItem"
    assert record["template"] == "/v1/items/{id}"
    assert record["status"] == response.status == 200
    assert record["verdict"] == "allowed" and "problem" not in record
    assert record["ip"] == "127.0.0.1" and record["port"] > 0
    assert record["user_agent"] == "probe/1"
    assert record["accept_language"] == "de-CH"
    assert record["stage"] == "complete"
    assert record["dur_us"] > 0
    assert abs(record["time_us"] / 1e6 - time.time()) < 60


def test_a_refused_call_names_control_and_problem(gateway, upstream):
    response = call(gateway, headers=[("Origin", "https://evil.test")])
    record = gateway.record(response)
    assert (record["verdict"], record["control"], record["problem"]) == ("denied", "cors", "origin-not-allowed")
    assert not upstream.requests


def test_unknown_paths_are_not_told(gateway):
    record = gateway.record(call(gateway, target=f"/v1/{CANARY}"))
    assert record["op_id"] == "(unmatched)"
    assert "template" not in record
    assert CANARY not in json.dumps(record)


def test_a_request_that_nginx_refused_has_a_record(gateway):
    with gateway.tls() as client:
        response = client.exchange(b"GARBAGE\r\n\r\n")
    record = gateway.record(response)
    assert record["op_id"] == "(unparsed)"
    assert record["status"] == 400


def leave_while_waiting(gateway):
    with gateway.tls() as client:
        client.send(b"GET /v1/items HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.3)


def test_a_client_that_leaves_is_499(gateway, upstream):
    upstream.on("/v1/items", BEHAVIOURS["silent"])
    before = len(gateway.records())
    leave_while_waiting(gateway)
    records = gateway.records(before + 1)
    assert records[-1]["status"] == 499


HEAD = b"POST /v1/items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize("sent", [HEAD[:30], HEAD, HEAD + b"Content-Length: 9\r\n\r\n{",
                                  HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\n{"])
def test_a_call_that_never_came_whole_was_not_allowed(gateway, upstream, sent):
    before = len(gateway.records())
    with gateway.tls() as client:
        client.send(sent)
        time.sleep(0.1)
    record = gateway.records(before + 1)[-1]
    assert record["status"] in (400, 499) and not upstream.requests
    assert (record["verdict"], record["problem"]) == ("denied", "bad-request"), record


def test_a_call_that_came_whole_was_allowed(gateway, upstream):
    upstream.on("/v1/items", BEHAVIOURS["silent"])
    before = len(gateway.records())
    with gateway.tls() as client:
        client.send(HEAD + b"Content-Length: 2\r\n\r\n{}")
        time.sleep(0.1)
    record = gateway.records(before + 1)[-1]
    assert (record["status"], record["verdict"]) == (499, "allowed") and "problem" not in record, record


CANARIES = [
    ("path", f"/v1/items/{CANARY}", []),
    ("query", f"/v1/items?x={CANARY}", []),
    ("authorization", "/v1/items", [("Authorization", f"Bearer {CANARY}")]),
    ("cookie", "/v1/items", [("Cookie", f"a={CANARY}")]),
    ("referer", "/v1/items", [("Referer", f"https://x.test/{CANARY}")]),
    ("unknown field", "/v1/items", [("X-Secret", CANARY)]),
    ("bad origin", "/v1/items", [("Origin", f"https://{CANARY}.test")]),
]


@pytest.mark.parametrize("place, target, headers", CANARIES, ids=[row[0] for row in CANARIES])
def test_nothing_of_the_caller_enters_record_or_log(gateway, place, target, headers):
    gateway.record(call(gateway, target=target, headers=headers))
    assert CANARY not in gateway.audit_path.read_text()
    assert CANARY not in gateway.error_log


def test_bodies_stay_out_also_when_the_upstream_fails(gateway, upstream):
    upstream.on("/v1/items", BEHAVIOURS["500_trace"])
    gateway.record(call(gateway, "POST", headers=[("Content-Type", "application/json")],
                        body=json.dumps({"secret": CANARY}).encode()))
    assert CANARY not in gateway.audit_path.read_text() + gateway.error_log


def test_sni_and_host_stay_out(gateway):
    response = None
    with gateway.tls() as client:
        response = client.exchange(f"GET / HTTP/1.1\r\nHost: {CANARY}.test\r\n\r\n".encode())
    gateway.record(response)
    assert CANARY not in gateway.audit_path.read_text() + gateway.error_log


def test_a_user_agent_cannot_forge_a_line(gateway):
    record = gateway.record(call(gateway, headers=[("User-Agent", 'x"}{"a":"b\\')]))
    assert record["user_agent"] == 'x"}{"a":"b\\'


def auditd_pid(gateway):
    for pid in children(gateway.process.popen.pid):
        if "merlon-auditd" in os.readlink(f"/proc/{pid}/exe"):
            return pid
    raise AssertionError("no merlon-auditd")


def test_a_stopped_daemon_loses_nothing(upstream):
    """Calls go on while the daemon stands still for less than five seconds; then it catches up."""
    with Gateway(upstream) as gateway:
        pid = auditd_pid(gateway)
        os.kill(pid, signal.SIGSTOP)
        try:
            with gateway.tls() as client:
                for _ in range(300):
                    assert client.request(target="/v1/items").status == 200
        finally:
            os.kill(pid, signal.SIGCONT)
        assert len(gateway.records(300, timeout=10)) == 300


def test_without_a_daemon_calls_are_refused_and_counted(upstream):
    """Fail closed: what cannot be recorded is not served."""
    with Gateway(upstream) as gateway:
        pid = auditd_pid(gateway)
        os.kill(pid, signal.SIGSTOP)
        try:
            def refused():
                with gateway.tls() as client:
                    return client.request(target="/v1/items").status == 503
            wait_until(refused, 15, "503 unavailable", every=0.5)
            with gateway.tls() as client:
                response = client.request(target="/v1/items")
            assert response.json()["type"] == "urn:merlon:problem:unavailable"
            assert response.get("Retry-After") == "1"
        finally:
            os.kill(pid, signal.SIGCONT)

        def gap():
            lines = [json.loads(line) for line in gateway.audit_path.read_text().splitlines()]
            return [line for line in lines if "gap" in line]
        gaps = wait_until(gap, 10, "a gap in the records")
        assert sum(line["count"] for line in gaps) >= 2


def test_records_survive_reloads_under_load(upstream, tmp_path):
    """Trap 30: calls = records over ten reloads."""
    with Gateway(upstream) as gateway:
        served = 0
        for _ in range(10):
            for _ in range(20):
                # One call a connection: a worker that ends may say `Connection: close`.
                assert call(gateway).status == 200
                served += 1
            gateway.process.signal(signal.SIGHUP)
            time.sleep(0.2)
        assert len(gateway.records(served, timeout=20)) == served


def test_the_file_is_private(gateway):
    call(gateway)
    mode = gateway.audit_path.stat().st_mode & 0o777
    assert mode == 0o600
    assert (gateway.state / "log" / "error.log").stat().st_mode & 0o777 == 0o600


def test_merlon_error_finds_a_call(gateway, upstream):
    upstream.on("/v1/items", BEHAVIOURS["garbage"])
    identifier = call(gateway).get("X-Request-Id")
    gateway.record(identifier)
    environment = {**os.environ, "XDG_STATE_HOME": str(gateway.folder / "state"),
                   "XDG_RUNTIME_DIR": str(gateway.run_folder)}
    options = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    from lib.gateway import BUILD
    result = subprocess.run([BUILD / "cli" / "merlon", "error", identifier], env=environment,
                            capture_output=True, text=True, timeout=30, **options)
    assert result.returncode == 0, result.stderr
    assert identifier in result.stdout
