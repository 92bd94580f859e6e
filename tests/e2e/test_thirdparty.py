"""An API server that is not ours, with the OpenAPI document that it publishes itself, through the gateway."""
import json

import pytest

from lib import procs
from lib.gateway import Gateway, api
from lib.rawhttp import Client
from lib.schema import check_preset, check_problem
from thirdparty.unleash_proxy import start as unleash_proxy

KEY = [("Authorization", unleash_proxy.CLIENT_KEY)]
JSON = ("Content-Type", "application/json")
ORIGIN = "https://app.example.com"


@pytest.fixture(scope="module")
def proxy():
    with procs.Processes() as started:
        port = procs.free_port()
        process, path = unleash_proxy.start(port, started.directory)
        started.all.append(process)
        yield port, path


@pytest.fixture(scope="module")
def gateway(proxy):
    port, path = proxy
    policy = {"apis": [api(f"http://127.0.0.1:{port}", "unleash")], "controls": {"cors": {"origins": [ORIGIN]}, "body": {"free_form": "allow"}}}
    with Gateway(policy=policy, openapi=path) as started:
        yield started


def test_its_document_is_used_as_it_comes(gateway, proxy):
    assert (gateway.folder / "openapi.yaml").read_text() == proxy[1].read_text()


def test_it_answers_as_without_us(gateway, proxy):
    with Client(("127.0.0.1", proxy[0])) as direct, gateway.tls() as client, gateway.h2() as h2:
        for target in ("/proxy?userId=ann", "/proxy/all", "/proxy?userId=bob"):
            alone = direct.request(target=target, headers=KEY)
            through = client.request(target=target, headers=KEY)
            over_h2 = h2.request(path=target, headers=[("authorization", unleash_proxy.CLIENT_KEY)])
            assert alone.status == through.status == over_h2.status == 200
            assert alone.json() == through.json() == over_h2.json()
            check_preset(through)
            check_preset(over_h2)
            assert gateway.record(through)["api"] == "unleash"


def test_a_body_comes_through(gateway):
    asked = b'{"context":{"userId":"bob"},"toggles":["beta-search"]}'
    with gateway.tls() as client:
        response = client.request("POST", "/proxy", [*KEY, JSON], asked)
    check_preset(response)
    assert (response.status, response.json()["toggles"][0]["enabled"]) == (200, False)


def test_its_own_cors_and_fingerprints_go(gateway, proxy):
    with Client(("127.0.0.1", proxy[0])) as direct:
        assert direct.request(target="/proxy", headers=[*KEY, ("Origin", ORIGIN)]).get("Access-Control-Allow-Origin")
    with gateway.tls() as client:
        response = client.request(target="/proxy", headers=[*KEY, ("Origin", ORIGIN)])
        check_preset(response, cors=True)
        assert response.all("Access-Control-Allow-Origin") == [ORIGIN]
        foreign = client.request(target="/proxy", headers=[*KEY, ("Origin", "https://evil.test")])
        check_problem(foreign, "origin-not-allowed", 403)


def test_its_refusals_are_told_in_one_way(gateway):
    with gateway.tls() as client:
        unknown = client.request(target="/proxy")
        check_preset(unknown)
        assert unknown.status == 401
        if unknown.get("Content-Type") == "application/problem+json":
            check_problem(unknown, "upstream-refused")


def test_what_it_does_not_document_never_gets_there(gateway, proxy):
    """It would take the one and refuse the other itself; its document has neither."""
    with gateway.tls() as client:
        response = client.request(target="/proxy?userId=bob&properties%5Bplan%5D=free", headers=KEY)
        check_problem(response, "input-parameter", 400, more=["errors"])
        response = client.request("POST", "/proxy", [*KEY, JSON], b'{"toggles":7}')
        members = check_problem(response, "input-invalid", 422, more=["errors"])
        assert dict(members["errors"][0]) == {"in": "body", "pointer": "/toggles", "keyword": "type"}


def test_what_it_does_not_document_does_not_exist(gateway, proxy):
    paths = json.loads(proxy[1].read_text())["paths"]
    assert "/docs/openapi.json" not in paths
    with gateway.tls() as client:
        check_problem(client.request(target="/docs/openapi.json"), "no-operation", 404)
        response = client.request("DELETE", "/proxy", KEY)
        check_problem(response, "method-not-allowed", 405)
        assert response.get("Allow") == "GET, HEAD, POST, OPTIONS"


def test_every_documented_operation_is_reached(gateway, proxy):
    """None of them is 404 or 405 of ours: those come with their own problem."""
    paths = json.loads(proxy[1].read_text())["paths"]
    reached = 0
    with gateway.tls() as client:
        for path, item in paths.items():
            for method in set(item) & {"get", "post", "put", "patch", "delete"}:
                body = b"{}" if "requestBody" in item[method] else b""
                response = client.request(method.upper(), path.replace("{", "").replace("}", ""), [*KEY, JSON], body)
                check_preset(response, cache=None)
                assert b"problem:no-operation" not in response.body and response.status not in (404, 405), (method, path)
                reached += 1
    assert reached >= 5
