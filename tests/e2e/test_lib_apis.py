"""The two real APIs of the end-to-end tests by themselves, without the gateway: they start, answer and end."""
import json
import re
import sys
from pathlib import Path

import pytest
import yaml

from lib import procs
from lib.rawhttp import Client
from thirdparty.unleash_proxy import start as unleash_proxy

ORDERS = Path(__file__).resolve().parents[2] / "examples" / "orders"
TRACE = "Traceback (most recent call last)"
ANN = [("Authorization", "Bearer demo-ann")]
METHODS = {"get", "put", "post", "delete", "patch"}


@pytest.fixture(scope="module")
def orders():
    with procs.Processes() as started:
        server = started.start([sys.executable, "-B", ORDERS / "server.py", "--listen", "127.0.0.1:0"])
        server.wait_for_log("listening on")
        yield server, int(re.search(r":(\d+)$", server.log, re.MULTILINE)[1])
        assert server.stop() == 0


@pytest.fixture
def client(orders):
    with Client(("127.0.0.1", orders[1])) as connected:
        yield connected


def test_every_documented_operation_of_orders_answers(client):
    document = yaml.safe_load((ORDERS / "openapi.yaml").read_text())
    assert document["openapi"] == "3.1.0"
    for path, item in document["paths"].items():
        for method in METHODS & set(item):
            target = "/v1" + re.sub(r"\{.*?\}", "1", path) + ("?seconds=0" if "reports" in path else "")
            response = client.request(method.upper(), target, ANN, b"{}" if method in ("post", "patch") else b"")
            assert response.status != 405 and "Cannot" not in response.body.decode(), (method, path)


@pytest.mark.parametrize("target, status", [
    ("/v1/orders/1004", 500), ("/v1/users/2/summary", 200), ("/v1/orders/events?count=5&pause_ms=0", 200)])
def test_orders_shows_traces(client, target, status):
    response = client.request(target=target)
    assert response.status == status and TRACE in response.body.decode()


def test_orders_shows_a_trace_in_400(client):
    body = b'{"lines":[{"sku":"MUG-RED","quantity":1}],"coupon":"SALE"}'
    response = client.request("POST", "/v1/orders", ANN, body)
    assert (response.status, TRACE in response.json()["trace"]) == (400, True)


@pytest.mark.parametrize("target, status, text", [
    ("/v1/orders/search?q=it's", 400, "sqlite3.OperationalError"), ("/v1/users/7", 404, "<html>"),
    ("/v1/orders/1002", 200, '"userId": 2'), ("/v1/admin", 200, "demo-eve"), ("/debug", 200, "platform"),
    ("/v1/help", 200, "<!doctype html>"), ("/v1/orders/9", 404, "no such order"), ("/v1/orders", 401, "unknown token")])
def test_orders_is_wrong_and_right_where_its_readme_says(client, target, status, text):
    response = client.request(target=target)
    assert response.status == status and text in response.body.decode()
    assert response.get("Access-Control-Allow-Origin") == "*" and "Python" in response.get("Server")
    assert client.request("HEAD", target).body == b""


def test_orders_creates_changes_and_deletes(client):
    made = client.request("POST", "/v1/orders", ANN, b'{"lines":[{"sku":"MUG-RED","quantity":2}]}')
    assert (made.status, made.json()["totalCents"]) == (201, 1980)
    target = made.get("Location")
    assert client.request("PATCH", target, ANN, b'{"status":"paid"}').json()["status"] == "paid"
    assert client.request("DELETE", target, ANN).status == 204
    assert client.request("DELETE", target, ANN).status == 404


def test_the_unleash_proxy_publishes_its_document_and_answers():
    with procs.Processes() as started:
        port = procs.free_port()
        process, path = unleash_proxy.start(port, started.directory)
        started.all.append(process)
        document = json.loads(path.read_text())
        assert document["openapi"].startswith("3.0.") and "/proxy/all" in document["paths"]
        key = [("Authorization", unleash_proxy.CLIENT_KEY)]
        with Client(("127.0.0.1", port)) as client:
            toggles = client.request(target="/proxy?userId=ann", headers=key).json()["toggles"]
            assert [toggle["name"] for toggle in toggles] == ["new-checkout", "beta-search"]
            asked = b'{"context":{"userId":"bob"},"toggles":["beta-search"]}'
            answer = client.request("POST", "/proxy", [*key, ("Content-Type", "application/json")], asked)
            assert answer.json()["toggles"][0]["enabled"] is False
            assert client.request(target="/proxy").status == 401
            wrong = client.request("POST", "/proxy", [*key, ("Content-Type", "application/json")], b'{"toggles":7}')
            assert wrong.status == 400
        assert process.stop() == 0
