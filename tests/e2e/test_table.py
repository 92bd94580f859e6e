"""The table: every kind of good, bad and broken call over HTTP/1.1 and HTTP/2, and what has to hold for each answer.

With -s it is printed; it is left in BUILD/e2e-table.md. The rows stand in lib/cases.py; what takes
seconds runs beside the table, in threads.
"""
import os
import threading
import time

import pytest

from lib.behaviours import BEHAVIOURS, slow_error
from lib.cases import CASES, O, h1
from lib.certs import Authority, server_tls
from lib.gateway import BUILD, Gateway, api
from lib.hello import SUITES, TLS13
from lib.procs import free_port, nginx_version
from lib.rawhttp import Truncated
from lib.schema import PROBLEMS_DEF, check_preset, check_problem, check_problem_head, read_problems
from lib.upstreams import Upstream

PROTOCOL_ERROR, ENHANCE_YOUR_CALM = 1, 11
NGINX = nginx_version()
HTTP_NUMBERS = {"h1": (10, 11), "h2": (20,)}
results = {}


def policy(upstream, badcert):
    """One API that works; one that is down and one whose certificate nobody signed, by base path."""
    operations = {"POST /upload": {"controls": {"media": {"body_bytes": 4096}}},
                  "GET /strict": {"controls": {"reply": {"judge": "enforce"}}},
                  "GET /page": {"controls": {"security_headers": {"profile": "html"}}}}
    down = f"http://127.0.0.1:{free_port()}"
    return {"apis": [api(upstream, operations=operations),
                     api(down, "down", base_path="/down"),
                     api(badcert, "badcert", base_path="/badcert")],
            "controls": {"cors": {"origins": [O]}}}


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as started:
        yield started


@pytest.fixture(scope="module")
def badcert(tmp_path_factory):
    pair = Authority(tmp_path_factory.mktemp("badcert")).issue("self", ["127.0.0.1"], self_signed=True)
    with Upstream(tls=server_tls(pair)) as started:
        yield started


@pytest.fixture(scope="module")
def gateway(upstream, badcert):
    with Gateway(policy=policy(upstream, badcert)) as started:
        yield started
    write_table()


def write_table():
    """All rows that ran, as Markdown."""
    if not results:
        return
    width = max(map(len, results))
    lines = [f"| {'call':{width}} | HTTP/1.1 | HTTP/2 |", f"|{'-' * (width + 2)}|----------|--------|"]
    for name, seen in results.items():
        lines.append(f"| {name:{width}} | {seen.get('h1', ''):8} | {seen.get('h2', ''):6} |")
    text = "\n".join(lines) + "\n"
    print("\n" + text)
    if os.access(BUILD, os.W_OK):
        (BUILD / "e2e-table.md").write_text(text)


def show(name, protocol, what):
    results.setdefault(name, {})[protocol] = str(what)


def send(gateway, case, protocol):
    """The answer, and whether the connection went on or ended as the answer said."""
    if protocol == "h2":
        fields, body = case.h2
        with gateway.h2(case.sni) as client:
            return client.send_list(fields, body)
    ways = {"tls": lambda: gateway.tls(case.sni), "plain": gateway.plain, "clear_on_tls": gateway.clear_on_tls}
    with ways[case.via]() as client:
        response = client.exchange(case.h1, case.method)
        check_connection(client, case, response)
        return response


def check_connection(client, case, response):
    """A problem that ends the connection says so; what is said is done."""
    says_close = response.get("Connection") == "close"
    assert says_close or not ends_connection(case.problem), response
    assert client.is_closed() if says_close else client.is_open(0.01), response


def ends_connection(problem):
    row = [line for line in PROBLEMS_DEF.read_text().splitlines() if f'"{problem}"' in line]
    return row != [] and "MRL_PROBLEM_CLOSE" in row[0]


def check_answer(case, response):
    assert response.status == case.status, response
    check_preset(response, tls=case.tls, html=case.html, cors=case.cors)
    if case.problem and case.method == "HEAD":
        check_problem_head(response, case.status)
    elif case.problem:
        check_problem(response, case.problem, case.status, case.more)
    else:
        assert response.get("Content-Type") != "application/problem+json", response
    for name, value in case.fields.items():
        assert response.all(name) == [value], response
    if case.status in (204, 304):
        assert not response.all("Content-Length") and response.body == b""


def check_record(case, record, protocol):
    assert record["status"] == case.status, record
    assert record["stage"] == "complete" and record["http"] in HTTP_NUMBERS[protocol], record
    assert record["time_us"] > 1600000000 * 10**6 and record["dur_us"] >= 0, record
    assert record["ip"] == "127.0.0.1" and record["port"] > 0, record
    assert (record.get("tls"), record.get("cipher") in SUITES) == ((TLS13, True) if case.tls else (None, False)), record
    unread = {"other"} if record["op_id"] == "(unparsed)" else set()
    assert record["method"] in {case.recorded or case.method} | unread, record
    if case.problem:
        assert (record["verdict"], record["problem"]) == ("denied", case.problem), record
    else:
        assert record["verdict"] == "allowed" and "problem" not in record, record


def check_reset(gateway, upstream, response, before):
    """No answer, since the head cannot be read; a record nevertheless, of what nobody was answered."""
    assert (response.status, response.reset) == (None, PROTOCOL_ERROR), response
    assert upstream.requests == []
    record, = gateway.records(before + 1)[before:]
    assert record["op_id"] == "(unparsed)" and record["status"] in (400, 499), record


ROWS = [pytest.param(case, protocol, id=f"{case.name}-{protocol}")
        for case in CASES for protocol in ("h1", "h2") if getattr(case, protocol) is not None]


@pytest.mark.smoke
@pytest.mark.parametrize("case, protocol", ROWS)
def test_table(gateway, upstream, case, protocol):
    upstream.reset(drop=False)
    upstream.default = case.behaviour
    before = len(gateway.records())
    response = send(gateway, case, protocol)
    if case.h2_malformed and protocol == "h2" and NGINX < (1, 26):
        show(case.name, protocol, "reset")
        check_reset(gateway, upstream, response, before)
        return
    show(case.name, protocol, response.status)
    check_answer(case, response)
    record = gateway.record(response)
    check_record(case, record, protocol)
    assert len(gateway.records()) == before + 1, gateway.records()[before:]
    if case.asked is not None:
        assert len(upstream.requests) == case.asked, upstream.requests
        told = (record.get("up_ip"), record.get("up_port"))
        assert told == (("127.0.0.1", upstream.port) if case.asked else (None, None)), record


def test_the_bad_certificate_saw_no_request(gateway, badcert):
    with gateway.tls() as client:
        assert client.request(target="/badcert/items").status == 502
    assert badcert.connections > 0 and badcert.requests == [] and not badcert.cut_requests()


# --- what has no answer, or takes its time

def test_too_many_bytes_of_fields_in_h2_end_the_connection(gateway, upstream):
    upstream.reset(drop=False)
    with gateway.h2() as client:
        response = client.request(path="/v1/items", headers=[(f"x-field-{n}", "v" * 15000) for n in range(5)])
    show("5 fields of 15,000 bytes", "h2", "GOAWAY")
    assert (response.status, response.goaway) == (None, ENHANCE_YOUR_CALM)
    assert upstream.requests == []


def test_http_0_9_gets_no_byte(gateway, upstream):
    upstream.reset(drop=False)
    before = gateway.settle()
    with gateway.tls() as client:
        client.send(b"GET /v1/items\r\n")
        assert client.is_closed()
    show("HTTP/0.9", "h1", "no byte")
    assert upstream.requests == []
    gateway.records(before + 1)
    assert gateway.settle() == before + 1


def test_a_slow_error_is_answered_at_once(gateway, upstream):
    """1 MB at 10 kB/s behind a 500: the client does not wait for it, and its connection goes on."""
    upstream.reset(drop=False)
    times = []
    with gateway.tls() as client:
        for _ in range(3):
            upstream.queue(slow_error(size=1 << 20, bytes_per_s=10000))
            begun = time.monotonic()
            response = client.request(target="/v1/items")
            times.append(time.monotonic() - begun)
            check_problem(response, "upstream-error", 500)
            assert client.request(target="/v1/items").status == 200
    show("upstream 500 of 1 MB at 10 kB/s", "h1", 500)
    assert min(times) < 0.1, times


class Slow(threading.Thread):
    """One slow exchange beside the table; `result` is the answer, or what came instead."""

    def __init__(self, gateway, data, send_after=()):
        super().__init__(daemon=True)
        self.gateway, self.data, self.send_after = gateway, data, send_after
        self.result = None
        self.start()

    def run(self):
        self.begun = time.monotonic()
        with self.gateway.tls(timeout=60) as client:
            try:
                self.result = client.exchange(self.data)
            except Truncated as error:
                self.result = error.got
        self.took = time.monotonic() - self.begun

    def wait(self):
        self.join(60)
        assert not self.is_alive(), "no end"
        return self.result


@pytest.fixture(scope="module")
def slow_gateway():
    with Upstream() as silent:
        silent.default = BEHAVIOURS["silent"]
        # A worker that ends while its caller has not finished asking says so in nginx's own words.
        with Gateway(silent, expected=["open socket", "aborting"]) as started:
            yield started


@pytest.fixture(scope="module", autouse=True)
def slow(slow_gateway):
    """Started before the first row, looked at behind the last one."""
    post = h1("POST /v1/items", ("Content-Type", "application/json"), ("Content-Length", "10"), body=b"{")
    return {"silent": Slow(slow_gateway, h1("GET /v1/items")),
            "head": Slow(slow_gateway, b"GET /v1/items HTTP/1.1\r\nHost: loc"),
            "body": Slow(slow_gateway, post)}


def test_a_head_that_does_not_end_is_closed_without_a_byte(slow, slow_gateway):
    assert slow["head"].wait() == b""
    assert 8 < slow["head"].took < 14
    show("head that stops", "h1", "no byte")


def test_a_body_that_does_not_end_is_closed_without_a_byte(slow, slow_gateway):
    assert slow["body"].wait() == b""
    assert 13 < slow["body"].took < 20
    show("body that stops", "h1", "no byte")


def test_a_silent_upstream_is_504(slow, slow_gateway):
    response = slow["silent"].wait()
    show("upstream silent", "h1", response.status)
    check_preset(response)
    check_problem(response, "upstream-timeout", 504)
    assert 28 < slow["silent"].took < 35
    assert slow_gateway.record(response)["status"] == 504


def test_timeouts_are_recorded_as_408(slow, slow_gateway):
    for thread in slow.values():
        thread.wait()
    slow_gateway.records(3)
    slow_gateway.settle()
    assert sorted(record["status"] for record in slow_gateway.parsed) == [408, 408, 504]


def test_the_table_has_what_it_promises():
    """Rows that could be lost without anybody noticing."""
    assert len(CASES) > 140
    problems = {case.problem for case in CASES if case.problem}
    elsewhere = {"quota-exceeded",  # test_limit.py
                 "token-missing", "token-invalid", "token-scope", "token-step-up", "trust-unavailable"}  # test_token.py, test_keeper.py
    later = elsewhere | {"client-certificate", "token-request", "gateway-error", "unavailable", "upstream-timeout"}
    assert set(read_problems()) <= problems | later, set(read_problems()) - problems - later
