"""Faults that were seen in other gateways, one test each, by the number of the regression list in docs.

Numbers that belong to tokens, validated bodies and limits stand with their controls.
"""
import hashlib
import json
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from lib.api import DOCUMENT, document, operation
from lib.behaviours import BEHAVIOURS, JSON, LEAKY_FIELDS, fixed
from lib.cases import CASES, h1
from lib.certs import Authority, server_tls
from lib.gateway import Gateway, api, merlon
from lib.hello import OLD_SUITES, TLS12, client_hello, say
from lib.procs import Processes, free_port
from lib.rawhttp import Client, tls_context
from lib.schema import check_preset, check_problem
from lib.upstreams import Upstream

O = "https://app.example.com"
MANY = {f"/trap18/marker-{number}": {"get": operation(f"trapEighteenMarker{number}")} for number in range(200)}


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as started:
        yield started


@pytest.fixture(scope="module")
def gateway(upstream):
    """`/v1` lists an origin, `/bare` says nothing of cors, `/down` is not there."""
    policy = {"apis": [api(upstream, controls={"cors": {"origins": [O]}}),
                       api(upstream, "bare", base_path="/bare"),
                       api(f"http://127.0.0.1:{free_port()}", "down", base_path="/down")]}
    with Gateway(upstream, policy, document({**DOCUMENT["paths"], **MANY})) as started:
        yield started


@pytest.fixture(autouse=True)
def fresh(upstream):
    upstream.reset(drop=False)


def send(gateway, method="GET", target="/v1/items", headers=(), body=b""):
    with gateway.tls() as client:
        return client.request(method, target, headers, body)


def raw(gateway, data):
    with gateway.tls() as client:
        return client.exchange(data)


def cors_fields(response):
    return [name for name, _ in response.headers if name.lower().startswith("access-control-")]


# --- Wallarm

def test_trap_03_refused_calls_are_recorded(gateway, upstream):
    """Each refusal leaves one record, whoever refused."""
    calls = [h1("GET /v1/nothing"), h1("DELETE /v1/items"), h1("GET /v1//x"), h1("GET /v1/items", ("Origin", "https://evil.test")),
             h1("GET /v1/items", ("X-Big", "b" * 14000)), h1("GET /v1/items", ("Expect", "x")), b"GARBAGE\r\n\r\n",
             h1("GET /v1/items", ("X-Big", "b" * 40000)), h1("GET /down/items"), h1("GET /v1/items HTTP/9.9")]
    before = gateway.settle()
    answers = [raw(gateway, data) for data in calls]
    for response in answers:
        record = gateway.record(response)
        assert record["status"] == response.status >= 400 and record["verdict"] == "denied", record
        assert record["problem"] == response.json()["type"].rpartition(":")[2]
    assert gateway.settle() == before + len(calls)


# --- CORS: Kong, APISIX, KrakenD, Envoy Gateway

def test_trap_11_no_cors_by_default(gateway, upstream):
    for method in ("GET", "OPTIONS"):
        plain = send(gateway, method, "/bare/items")
        assert plain.status in (200, 204) and cors_fields(plain) == []
        foreign = send(gateway, method, "/bare/items", [("Origin", O), ("Access-Control-Request-Method", "GET")])
        check_problem(foreign, "origin-not-allowed", 403)
        assert cors_fields(foreign) == []
    assert len(upstream.requests) == 1


def test_trap_12_the_upstreams_allow_origin_does_not_leak(gateway, upstream):
    upstream.default = fixed(200, [*JSON, ("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Origin", "https://evil.test"),
                                   ("Vary", "Accept"), ("vary", "Origin")], b"{}")
    response = send(gateway, headers=[("Origin", O)])
    assert response.all("Access-Control-Allow-Origin") == [O] and response.all("Vary") == ["Accept, Origin"]
    assert cors_fields(send(gateway)) == []


@pytest.mark.parametrize("origin", [O + ".evil.test", O + ":8443", O + "/", O + "evil.test", O[:-1]])
def test_trap_13_origins_are_not_matched_by_prefix(gateway, upstream, origin):
    check_problem(send(gateway, headers=[("Origin", origin)]), "origin-not-allowed", 403)
    assert upstream.requests == []


def test_trap_14_an_empty_origin_does_not_break_the_worker(gateway, upstream):
    workers = gateway.workers()
    for _ in range(20):
        check_problem(send(gateway, headers=[("Origin", "")]), "origin-not-allowed", 403)
        check_problem(raw(gateway, h1("GET /v1/items", b"Origin:")), "origin-not-allowed", 403)
    assert gateway.workers() == workers and workers and upstream.requests == []
    assert send(gateway).status == 200


@pytest.mark.parametrize("token", [[], [("Authorization", "Bearer whatever")]])
def test_trap_15_a_foreign_origin_is_refused_not_only_left_without_headers(gateway, upstream, token):
    for method, body in (("GET", b""), ("POST", b"{}")):
        response = send(gateway, method, headers=[("Origin", "https://evil.test"), *token, *(JSON if body else [])], body=body)
        check_problem(response, "origin-not-allowed", 403)
    assert upstream.requests == []


@pytest.mark.parametrize("origin", ["http://app.example.com", O + ":8443", "app.example.com", "//app.example.com"])
def test_trap_16_scheme_and_port_are_part_of_an_origin(gateway, upstream, origin):
    check_problem(send(gateway, headers=[("Origin", origin)]), "origin-not-allowed", 403)
    assert upstream.requests == []


# --- Envoy Gateway

def test_trap_17_security_headers_are_on_our_own_errors(gateway, upstream):
    upstream.default = BEHAVIOURS["503_retry_after"]
    expected = {"GET /v1/nothing": 404, "GET /down/items": 502, "GET /v1/items": 503, "GET /v1/%zz": 400, "DELETE /v1/items": 405}
    for line, status in expected.items():
        response = raw(gateway, h1(line))
        assert response.status == status
        check_preset(response)
    for data, status in ((b"GARBAGE\r\n\r\n", 400), (h1("GET /v1/items", ("X-Big", "b" * 40000)), 431)):
        response = raw(gateway, data)
        assert response.status == status
        check_preset(response)
    with gateway.clear_on_tls() as client:
        check_preset(client.exchange(h1("GET /v1/items")), tls=False)


# --- kjdev

SANITIZERS_OWN = 1 << 30


def pages_with(pid, marker):
    """Address -> digest of each writable anonymous page of the process that holds the marker."""
    found = {}
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        fields = line.split()
        if not fields[1].startswith("rw") or len(fields) > 5 and fields[5] != "[heap]":
            continue
        begin, end = (int(part, 16) for part in fields[0].split("-"))
        if end - begin > SANITIZERS_OWN:
            continue
        with open(f"/proc/{pid}/mem", "rb") as memory:
            memory.seek(begin)
            data = memory.read(end - begin)
        for at in range(0, len(data), 4096):
            page = data[at:at + 4096]
            if marker in page:
                found[begin + at] = hashlib.sha256(page).hexdigest()
    return found


def test_trap_18_ten_thousand_refusals_do_not_change_the_configuration(gateway, upstream):
    """The pages that hold the compiled document are, byte for byte, what they were."""
    assert send(gateway, target="/v1/trap18/marker-7").status == 200
    upstream.reset(drop=False)
    before = {pid: pages_with(pid, b"marker-1") for pid in gateway.workers()}
    assert before and all(len(pages) >= 2 for pages in before.values()), before
    bad = h1("GET /v1/trap18/marker-5", ("Authorization", "Bearer x"), ("X-Original-URL", "/")) + \
        h1("DELETE /v1/trap18/marker-9", ("Authorization", "Bearer x"))
    refused = 0
    for _ in range(50):
        with gateway.tls() as client:
            client.send(bad * 100)
            for _ in range(200):
                refused += client.read_response().status in (400, 405)
    assert refused == 10000 and upstream.requests == []
    for pid, pages in before.items():
        now = pages_with(pid, b"marker-1")
        changed = [hex(page) for page, digest in pages.items() if now.get(page) != digest]
        assert changed == [], f"{len(changed)} of {len(pages)} pages of {pid}"
    assert send(gateway, target="/v1/trap18/marker-7").status == 200


# --- Curity

@pytest.mark.parametrize("name", ["X-Request-Id", "traceparent", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Host",
                                  "Accept-Encoding", "Content-Length"])
def test_trap_20_what_the_edge_sets_arrives_once(gateway, upstream, name):
    theirs = {"Host": "localhost", "Content-Length": "2"}.get(name, "canary-20")
    for spelling in (name, name.lower(), name.upper()):
        upstream.reset(drop=False)
        fields = [] if name in ("Host", "Content-Length") else [(spelling, theirs), ("X-Between", "1")]
        response = send(gateway, "POST", headers=[*fields, *JSON], body=b"{}")
        assert response.status == 200, response
        request, = upstream.requests
        assert len(request.all(name)) == 1 and b"canary-20" not in request.raw, request.raw


def test_trap_21_a_slow_reader_gets_every_byte_of_an_error(gateway):
    """Answers pile up in the gateway while nobody reads: none of them stands in memory that is gone."""
    count = 400
    with socket.socket() as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        plain.connect(("127.0.0.1", gateway.tls_port))
        client = Client.__new__(Client)
        client.timeout, client.buffer = 30, b""
        client.sock = tls_context(gateway.ca).wrap_socket(plain, server_hostname="localhost")
        writer = threading.Thread(target=client.send, args=(h1("GET /v1/nothing") * count,))
        writer.start()
        time.sleep(0.5)
        seen = set()
        for _ in range(count):
            response = client.read_response()
            check_problem(response, "no-operation", 404)
            seen.add(response.get("X-Request-Id"))
        writer.join(10)
        client.close()
    assert len(seen) == count


@pytest.mark.parametrize("size, status", [(8199, 200), (12288, 200), (12289, 431)])
def test_trap_22_large_tokens_pass_up_to_the_bound(gateway, upstream, size, status):
    """The size of the field: its name and its value."""
    value = "Bearer " + "t" * (size - len("Authorization") - len("Bearer "))
    response = send(gateway, headers=[("Authorization", value)])
    assert response.status == status
    with gateway.h2() as client:
        assert client.request(path="/v1/items", headers=[("authorization", value)]).status == status
    if status == 200:
        assert [request.get("Authorization") for request in upstream.requests] == [value, value]
    else:
        check_problem(response, "header-too-large", 431)


# --- Kong, Tyk

def test_trap_23_two_failures_of_one_control_read_alike(gateway):
    """No text names the check that failed."""
    pairs = [(h1("GET /v1/items", ("Origin", "null")), h1("GET /v1/items", ("Origin", "https://evil.test:1"))),
             (h1("GET /v1//x"), h1("GET /v1/items", ("X-Original-URL", "/"))),
             (h1("GET /v1/items", b"X_A: 1"), h1("GET /v1/items", ("Content-Type", "a/b"), ("Content-Type", "a/b"))),
             (h1("GET /v1/items", ("X", "v" * 13000)), h1("GET /v1/items", *[(f"X-{n}", "v") for n in range(120)])),
             (h1("POST /v1/items", ("Content-Encoding", "gzip"), ("Content-Length", "1"), body=b"x"),
              h1("POST /v1/items", ("Content-Encoding", "x"), ("Content-Length", "2"), body=b"xx"))]
    for pair in pairs:
        shapes = []
        for data in pair:
            response = raw(gateway, data)
            name = response.get("X-Request-Id")
            fields = [(key, value) for key, value in response.headers if key not in ("Date", "X-Request-Id", "RateLimit")]
            shapes.append((response.status, fields, response.body.replace(name.encode(), b"ID")))
        assert shapes[0] == shapes[1]


PRODUCT = ("server", "via", "x-kong", "x-tyk", "x-krakend", "x-apisix", "x-envoy", "x-merlon", "merlon", "x-ratelimit",
           "x-response-time", "x-upstream", "server-timing", "x-powered")


def test_trap_24_no_header_names_the_product_or_a_latency(gateway, upstream):
    upstream.default = fixed(200, [*JSON, *LEAKY_FIELDS, ("X-Kong-Upstream-Latency", "3"), ("Via", "kong/3")], b"{}")
    for line in ("GET /v1/items", "GET /v1/nothing", "OPTIONS /v1/items", "GET /down/items", "GET /v1/%zz"):
        response = raw(gateway, h1(line))
        assert [name for name, _ in response.headers if name.lower().startswith(PRODUCT)] == []
        assert b"nginx" not in response.raw.lower() and b"merlon/" not in response.raw.lower()


# --- APISIX and others

def test_trap_25_errors_of_the_engine_have_our_shape(gateway, upstream):
    """Each of these statuses stands in the table, which checks the schema, for both versions where it can be said."""
    seen = {case.status for case in CASES if case.problem}
    assert {400, 413, 414, 431, 500, 501, 502, 503, 505} <= seen
    upstream.default = fixed(504, JSON, b"{}")
    for data, status in ((b"\0\r\n\r\n", 400), (h1("GET /v1/items", ("X", "b" * 40000)), 431), (h1("GET /" + "a" * 20000), 414),
                         (h1("POST /v1/items", ("Transfer-Encoding", "x")), 501), (h1("GET / HTTP/7.0"), 505), (h1("GET /v1/items"), 504),
                         (h1("POST /v1/items", *JSON, ("Content-Length", "99999999")), 413)):
        response = raw(gateway, data)
        check_problem(response, status=status)
        check_preset(response)


BAD_UPSTREAMS = ["self-signed", "expired", "wrong name", "unknown authority"]


@pytest.fixture(scope="module")
def bad_upstreams(tmp_path_factory):
    """A good TLS upstream and four bad ones behind one gateway, by base path."""
    folder = tmp_path_factory.mktemp("upstreams")
    ours, theirs = Authority(folder, "ours"), Authority(folder, "theirs")
    pairs = {"good": ours.issue("good", ["127.0.0.1"]), "self-signed": ours.issue("self", ["127.0.0.1"], self_signed=True),
             "expired": ours.issue("expired", ["127.0.0.1"], expired=True), "wrong name": ours.issue("wrong", ["127.0.0.2", "x.test"]),
             "unknown authority": theirs.issue("unknown", ["127.0.0.1"])}
    started = {name: Upstream(tls=server_tls(pair)) for name, pair in pairs.items()}
    apis = [api(item, name.replace(" ", "-"), base_path="/" + name.replace(" ", "-"), upstream={"ca": "upstreams.crt"})
            for name, item in started.items()]
    apis.append(api(started["good"], "system", base_path="/system"))
    with Gateway(policy={"apis": apis}, files={"upstreams.crt": ours.path}) as gateway:
        yield gateway, started
    for item in started.values():
        item.stop()


def test_trap_26_a_good_certificate_is_taken(bad_upstreams):
    gateway, started = bad_upstreams
    assert send(gateway, target="/good/items").status == 200
    assert len(started["good"].requests) == 1


@pytest.mark.parametrize("name", BAD_UPSTREAMS)
def test_trap_26_a_bad_certificate_gets_no_byte(bad_upstreams, name):
    gateway, started = bad_upstreams
    for method, body in (("GET", b""), ("POST", b'{"canary":1}')):
        response = send(gateway, method, f"/{name.replace(' ', '-')}/items", JSON if body else [], body)
        check_preset(response)
        check_problem(response, "upstream-unavailable", 502)
    assert started[name].connections >= 2 and started[name].requests == [] and not started[name].cut_requests()


def test_trap_26_the_systems_authorities_are_the_default(bad_upstreams):
    """Without `ca` an authority of one's own is nobody."""
    gateway, _ = bad_upstreams
    check_problem(send(gateway, target="/system/items"), "upstream-unavailable", 502)


def keys_of(schema):
    """All property names of a JSON Schema, wherever they stand."""
    if isinstance(schema, list):
        return set().union(*map(keys_of, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    own = set(schema.get("properties", {})) if isinstance(schema.get("properties"), dict) else set()
    return own | set().union(*map(keys_of, schema.values()))


def test_trap_26_no_policy_key_turns_verification_off():
    done = merlon("schema")
    keys = keys_of(json.loads(done.stdout))
    assert {"apis", "upstream", "ca"} <= keys
    assert [key for key in keys if any(word in key.lower() for word in ("verify", "insecure", "skip"))] == []


def test_trap_27_tls_1_2_is_an_alert(gateway):
    answer = say(gateway.tls_port, client_hello(legacy=TLS12, versions=None, suites=OLD_SUITES))
    assert (answer.level, answer.alert) == (2, 70)


# --- Tyk

def test_trap_28_an_operation_without_controls_has_all_of_them(gateway):
    table = (Path(__file__).resolve().parents[2] / "include" / "merlon" / "controls.def").read_text()
    names = [line[12:-1] for line in table.splitlines() if line.startswith("MRL_CONTROL(")]
    done = merlon("explain", "-c", gateway.folder / "merlon.yaml", "GET /items")
    assert done.returncode == 0, done.stderr
    assert len(names) >= 16 and [name for name in names if name not in done.stdout] == [], done.stdout


# --- APISIX

def test_trap_29_two_content_types(gateway, upstream):
    for pair in (["application/json", "text/plain"], ["application/json", "application/json"]):
        fields = [("Content-Type", value) for value in pair]
        check_problem(send(gateway, "POST", headers=fields, body=b"{}"), "bad-request", 400)
        with gateway.h2() as client:
            lower = [(name.lower(), value) for name, value in fields]
            check_problem(client.request("POST", "/v1/items", lower, b"{}"), "bad-request", 400)
    assert upstream.requests == []


NGINX_UPSTREAM = """daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
 uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; keepalive_requests 1000000;
 server {{ listen 127.0.0.1:{port}; default_type application/json; location / {{ return 200 '{{}}'; }} }} }}
"""
COLLECT = """local file
function setup(thread) thread:set("name", os.tmpname()); print("ids " .. thread:get("name")) end
function delay() return 6 end
function init(args) file = io.open(name, "w") end
function response(status, headers, body) file:write(status, " ", headers["X-Request-Id"] or "-", "\\n") end
function done(summary, latency, requests)
 print("errors " .. summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout)
end
"""


@pytest.fixture
def fast(tmp_path):
    """An upstream that is no bottleneck, and a gateway in front of it."""
    with Processes() as started:
        port = free_port()
        configuration = started.directory / "nginx.conf"
        configuration.write_text(NGINX_UPSTREAM.format(folder=started.directory, port=port))
        nginx = started.start(["/usr/sbin/nginx", "-p", started.directory, "-c", configuration, "-e", started.directory / "error.log"])
        nginx.wait_for_port(port)
        with Gateway(policy={"apis": [api(f"http://127.0.0.1:{port}")]}) as gateway:
            yield gateway


def test_trap_30_no_record_is_lost_at_a_reload(fast, tmp_path):
    """10 reloads under load: every answer that a client got has its one record."""
    script = tmp_path / "collect.lua"
    script.write_text(COLLECT)
    with Processes() as started:
        wrk = started.start(["wrk", "-t1", "-c24", "-d11s", "-s", script, f"https://localhost:{fast.tls_port}/v1/items"], "wrk")
        for _ in range(10):
            time.sleep(1)
            fast.process.signal(signal.SIGHUP)
        wrk.popen.wait(30)
        output = wrk.log
    name = next(line.split()[1] for line in output.splitlines() if line.startswith("ids "))
    answers = [line.split() for line in Path(name).read_text().splitlines()]
    Path(name).unlink()
    assert "errors 0" in output and {status for status, _ in answers} == {"200"}, output
    assert len(answers) > 11 * 2000, f"only {len(answers)} calls in 11 s"
    fast.settle(0.5)
    ids = {item for _, item in answers}
    missing = ids - set(fast.by_id)
    assert len(ids) == len(answers) and not missing, f"{len(missing)} of {len(ids)} calls have no record"
    # those that were on their way when the load ended have a record, too
    assert 0 <= len(fast.parsed) - len(ids) <= 24, (len(fast.parsed), len(ids))
    generations = {record.get("gen") for record in fast.parsed}
    assert len(generations) >= 8, generations
