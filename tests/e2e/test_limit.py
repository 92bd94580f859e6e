"""Rate limits [RATE-1..RATE-4]: so many units of an address and of all together in any window, and an answer that says when."""
import concurrent.futures
import json
import os
import signal
import time

import pytest

from lib.api import document, operation
from lib.gateway import ROOT, Gateway, api, merlon
from lib.schema import check_preset, check_problem
from lib.upstreams import Upstream, reply
from test_reload import as_its_user, reload

IANA = "https://iana.org/assignments/http-problem-types#quota-exceeded"
PATHS = {f"/things/{name}": {"get": operation(f"get{name}")} for name in ("a", "b", "c", "dear")}
OPERATIONS = {"GET /things/dear": {"controls": {"limit": {"cost": 4}}},
              "GET /things/c": {"controls": {"limit": {"add": ["export"]}}}}


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as started:
        yield started


def gateway(upstream, ip="10/1h", openapi=None, **limits):
    defaults = {"ip": ip, **limits.pop("default", {})}
    policy = {"apis": [api(upstream, operations=OPERATIONS if openapi is None else {})],
              "limits": {"default": defaults, "named": {"export": {"key": ["ip", "operation"], "rate": "2/1h"}}, **limits}}
    return Gateway(upstream, policy=policy, openapi=openapi or document(PATHS))


def get(client, path="/things/a"):
    return client.request("GET", "/v1" + path, [], b"")


def statuses(gateway, count, path="/things/a"):
    with gateway.tls() as client:
        return [get(client, path).status for _ in range(count)]


def test_below_the_limit_all_pass(upstream):
    with gateway(upstream) as started, started.tls() as client:
        for left in range(9, -1, -1):
            response = get(client)
            assert response.status == 200
            assert response.get("ratelimit-policy") == '"ip";q=10;w=3600'
            name, rest = response.get("ratelimit").split(";", 1)
            assert (name, rest.split(";")[0]) == ('"ip"', f"r={left}")


def test_above_it_the_answer_says_when(upstream):
    with gateway(upstream) as started:
        assert statuses(started, 10) == [200] * 10
        upstream.reset(drop=False)
        with started.tls() as client:
            response = get(client)
        assert response.status == 429
        members = json.loads(response.body)
        assert members["type"] == IANA and members["title"] == "Quota exceeded"
        assert members["violated-policies"] == ["ip"]
        wait = int(response.get("retry-after"))
        assert 3590 <= wait <= 3600
        assert response.get("ratelimit") == f'"ip";r=0;t={wait}'
        check_preset(response)
        assert upstream.requests == [] and upstream.connections == 0
        record = started.record(response)
        assert record["verdict"] == "denied" and record["facts"]["limit_violated"] == "ip"


def admitted_on_one_connection(gateway, end):
    """(sent, answered) of each call that passed; a connection ends after some calls."""
    admitted = []
    with gateway.tls() as client:
        for _ in range(500):
            before = time.monotonic()
            if before < end and get(client).status == 200:
                admitted.append((before, time.monotonic()))
    return admitted


def test_no_window_sees_more(upstream):
    """Greedy for some seconds: in no second are more admitted than the limit."""
    with gateway(upstream, ip="20/1s") as started:
        admitted = []
        end = time.monotonic() + 4
        while time.monotonic() < end:
            admitted += admitted_on_one_connection(started, end)
        for first, (begun, _) in enumerate(admitted):
            inside = [ended for _, ended in admitted[first:] if ended < begun + 1.0]
            assert len(inside) <= 20
        assert len(admitted) >= 60


def test_many_at_once_get_the_limit(upstream):
    with gateway(upstream, ip="50/1h") as started:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            results = list(pool.map(lambda _: statuses(started, 20), range(8)))
        assert sum(result.count(200) for result in results) == 50
        assert sum(result.count(429) for result in results) == 110


def test_one_limit_for_many_operations(upstream):
    paths = {f"/many/{number}": {"get": operation(f"get{number}")} for number in range(102)}
    with gateway(upstream, openapi=document(paths)) as started, started.tls() as client:
        assert sum(get(client, f"/many/{number}").status == 200 for number in range(102)) == 10


def test_a_cost_is_charged_whole(upstream):
    with gateway(upstream) as started:
        assert statuses(started, 3, "/things/dear") == [200, 200, 429]
        assert statuses(started, 3) == [200, 200, 429]


def test_a_named_limit_holds_where_it_is_added(upstream):
    with gateway(upstream) as started:
        assert statuses(started, 3, "/things/c") == [200, 200, 429]
        assert statuses(started, 1) == [200]


def test_what_is_not_found_counts_too(upstream):
    with gateway(upstream) as started:
        assert statuses(started, 11, "/nowhere") == [404] * 10 + [429]
        assert statuses(started, 1) == [429]


def test_all_together_are_counted_and_not_named(upstream):
    with gateway(upstream, ip="1000/1h", default={"global": "5/1h"}) as started:
        assert statuses(started, 5) == [200] * 5
        with started.tls() as client:
            response = get(client)
        assert response.status == 429 and "violated-policies" not in json.loads(response.body)
        assert response.all("ratelimit") == [] and response.all("ratelimit-policy") == []


def test_a_reload_and_a_crash_reset_nobody(upstream):
    with gateway(upstream) as started:
        assert statuses(started, 6) == [200] * 6
        assert reload(started).returncode == 0
        assert statuses(started, 3) == [200] * 3
        started.expected += ["exited on signal 9"]
        for worker in started.workers():
            os.kill(worker, signal.SIGKILL)
        started.wait_until_up()
        assert statuses(started, 3)[-1] == 429


def test_status_says_how_full_the_zones_are(upstream):
    with gateway(upstream) as started:
        assert statuses(started, 2) == [200] * 2
        zones = {zone["zone"]: zone for zone in json.loads(as_its_user(started, "status", "--json").stdout)["limits"]}
        assert {name: zone["keys"] for name, zone in zones.items()} == {"core": 1, "ip": 1, "user": 0, "login": 0}
        assert zones["ip"]["entries"] == 131072 and zones["ip"]["overflows"] == 0
        assert "zone ip: 1 of 131072 keys" in as_its_user(started, "status").stdout


def test_every_stream_of_http2_counts(upstream):
    with gateway(upstream) as started, started.h2() as client:
        assert [client.request("GET", "/v1/things/a", [], None).status for _ in range(12)] == [200] * 10 + [429] * 2


def test_fields_can_be_left_out_or_old(upstream):
    with gateway(upstream, fields="none") as started, started.tls() as client:
        assert get(client).all("ratelimit") == []
    with gateway(upstream, fields="denied", ip="4/1h", legacy_fields=True) as started, started.tls() as client:
        first, second = [get(client) for _ in range(5)][::4]
        assert first.all("ratelimit") == []
        assert second.get("ratelimit").startswith('"ip";r=0')
        assert (second.get("x-ratelimit-limit"), second.get("x-ratelimit-remaining")) == ("4", "0")


def test_explain_tells_the_limits_of_an_operation():
    policy = ROOT / "examples/policies/limit.yaml"
    told, = json.loads(merlon("explain", "--json", "-c", policy, "GET /orders").stdout)
    limits = {limit["name"]: (limit["key"], limit["rate"]) for limit in told["limits"]}
    assert limits["ip"] == ("ip", "300/60s") and limits["list"] == ("ip+operation", "20/3600s")
    assert "    list: 20/3600s for each ip+operation\n" in merlon("explain", "-c", policy, "GET /orders").stdout


# --- merlon limits

def limits(gateway, *arguments):
    result = as_its_user(gateway, "limits", *arguments, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_what_a_key_has_left_is_shown(upstream):
    with gateway(upstream) as started:
        assert statuses(started, 4) == [200] * 4
        row = limits(started, "show", "ip", "127.0.0.1")
        assert (row["used"], row["left"]) == (4, 6) and 3590_000 < row["reset_ms"] <= 3600_001
        assert limits(started, "show", "ip", "::ffff:127.0.0.1") == {**row, "reset_ms": pytest.approx(row["reset_ms"], abs=2000)}
        assert limits(started, "show", "ip", "127.0.0.2")["used"] == 0
        assert limits(started, "show", "global")["used"] == 4
        top, = limits(started, "top", "ip")
        assert (top["key"], top["used"]) == (row["key"], 4)
        assert limits(started, "show", "ip", "--key", row["key"])["used"] == 4
        everywhere = limits(started, "top")
        assert {"ip", "global"} <= {each["limit"] for each in everywhere}


def test_a_cleared_key_passes_again_and_that_is_on_record(upstream):
    with gateway(upstream) as started:
        assert statuses(started, 11) == [200] * 10 + [429]
        before = as_its_user(started, "limits", "clear", "ip", "127.0.0.1")
        assert before.returncode == 2 and "--reason" in before.stderr
        assert statuses(started, 1) == [429]
        told = limits(started, "clear", "ip", "127.0.0.1", "--reason", "a load test\nof ours")
        assert told["cleared"] == 10 and statuses(started, 11) == [200] * 10 + [429]
        line, = (line for line in started.error_log.splitlines() if "limits clear" in line)
        assert f'limit "ip" key {told["key"]} by uid' in line and 'reason: "a load test of ours"' in line
        record = started.record(line.rsplit("record ", 1)[1].strip())
        assert record["facts"] == {"limit_cleared": "ip"}


def test_limits_of_each_operation_are_listed(upstream):
    with gateway(upstream) as started:
        told = limits(started)
        operations = {row["operation"]: row["limits"] for row in told["operations"]}
        assert "export" in operations["GET /things/c"] and "export" not in operations["GET /things/a"]
        row, = (row for row in told["limits"] if row["name"] == "export")
        assert row == {"name": "export", "units": 2, "window_ms": 3600_000, "key": "ip+operation", "zone": "ip"}
        for words, reason in ((("show",), "which limit"), (("show", "ipp", "1.2.3.4"), 'did you mean "ip"'),
                              (("show", "ip"), "whose?"), (("show", "ip", "x"), "no IP address"),
                              (("show", "ip", "1.2.3.4", "5"), "too many"), (("show", "ip48", "1.2.3.4"), "no IPv6"),
                              (("show", "ip", "--key", "x"), "--key takes"), (("show", "export", "1.2.3.4", "GET /x"), "no operation"),
                              (("sing",), "none of"), (("top", "--count", "0"), "--count is")):
            result = as_its_user(started, "limits", *words)
            assert result.returncode == 2 and reason in result.stderr, (words, result.stderr)
        shown = limits(started, "show", "export", "127.0.0.1", "GET /things/c")
        assert statuses(started, 1, "/things/c") == [200]
        assert limits(started, "show", "export", "127.0.0.1", "GET /things/c")["used"] == shown["used"] + 1


# --- sign-ins

JSON = [("Content-Type", "application/json")]
CREDENTIALS = {"type": "object", "required": ["email"], "properties": {
    "email": {"type": "string", "maxLength": 100}, "password": {"type": "string", "maxLength": 100}}}
SIGN_IN = {"/login": {"post": operation("signIn", requestBody={
    "required": True, "content": {"application/json": {"schema": CREDENTIALS},
                                  "application/x-www-form-urlencoded": {"schema": CREDENTIALS}}})}}


def login_gateway(upstream, **control):
    operations = {"POST /login": {"controls": {"login": {"from": "json", "at": "/email", **control}}}}
    policy = {"apis": [api(upstream, operations=operations)]}
    return Gateway(upstream, policy=policy, openapi=document(SIGN_IN))


def sign_in(gateway, name="ada@example.com", password="guess"):
    with gateway.tls() as client:
        return client.request("POST", "/v1/login", JSON, json.dumps({"email": name, "password": password}).encode())


def answers(upstream, status):
    upstream.reset()
    upstream.on("/v1/login", reply(status, b"{}"))


def test_many_guesses_at_once_reach_the_upstream_five_times(upstream):
    answers(upstream, 401)
    with login_gateway(upstream) as started:
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            results = list(pool.map(lambda _: sign_in(started), range(100)))
        assert sorted({response.status for response in results}) == [401, 429]
        assert len(upstream.requests) == 5
        refusal = next(response for response in results if response.status == 429)
        assert json.loads(refusal.body)["violated-policies"] == ["login"]
        assert 880 <= int(refusal.get("retry-after")) <= 901 and refusal.all("ratelimit") == []
        assert started.record(refusal)["facts"]["login_violated"] == "login-pair"


def test_successes_do_not_count(upstream):
    answers(upstream, 200)
    with login_gateway(upstream) as started:
        assert [sign_in(started).status for _ in range(50)] == [200] * 50
        answers(upstream, 401)
        assert [sign_in(started).status for _ in range(6)] == [401] * 5 + [429]


def test_a_name_is_guessed_from_many_addresses(upstream):
    """Other spellings are the same name; the address has an allowance of its own."""
    answers(upstream, 401)
    with login_gateway(upstream) as started:
        names = ("Ada@x.de", " ada@x.de", "ADA@X.DE ", "ada@x.de", "aDa@x.de", "ada@x.de")
        assert [sign_in(started, name).status for name in names] == [401] * 5 + [429]
        assert [sign_in(started, f"user{number}@x.de").status for number in range(17)] == [401] * 15 + [429] * 2


def test_other_statuses_can_be_success(upstream):
    answers(upstream, 303)
    with login_gateway(upstream, success=["303"]) as started:
        assert [sign_in(started).status for _ in range(8)] == [303] * 8


def test_a_form_has_the_name_in_a_field(upstream):
    answers(upstream, 401)
    form = [("Content-Type", "application/x-www-form-urlencoded")]
    with login_gateway(upstream, **{"from": "form", "at": "email"}) as started, started.tls() as client:
        send = [client.request("POST", "/v1/login", form, b"email=ada%40x.de&password=x").status for _ in range(6)]
        assert send == [401] * 5 + [429]
