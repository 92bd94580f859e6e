"""Whose an id is [INPUT-5 ERR-4]: rules over path, query, body and token; a foreign id is answered as one that does not exist."""
import json

import pytest

from lib.api import body, document, operation
from lib.gateway import Gateway, api
from lib.tokens import AUDIENCE, URL, Key, jwks, token
from lib.upstreams import Upstream, reply

TEXT = {"type": "string", "maxLength": 50}
USER = {"name": "userId", "in": "path", "required": True, "schema": TEXT}
ORDER = {"type": "object", "properties": {"owner": TEXT, "note": TEXT}}
PATHS = {
    "/users/{userId}": {"parameters": [USER], "get": operation("getUser"), "delete": operation("dropUser")},
    "/users/{userId}/orders": {"parameters": [USER],
                               "post": operation("addOrder", requestBody=body({"application/json": {"schema": ORDER}}))},
    "/search": {"get": operation("search", parameters=[{"name": "tenant", "in": "query", "schema": TEXT}])},
}
OWN = "path.userId == token.sub || 'staff' in token.roles"
OPERATIONS = {
    "GET /users/{userId}": {"controls": {"object": {"require": [OWN]}}},
    "DELETE /users/{userId}": {"controls": {"object": {"require": [OWN, "token.acr == 'gold'"]}}},
    "POST /users/{userId}/orders": {"controls": {"object": {"require": [OWN, "body.owner == path.userId"]}}},
    "GET /search": {"controls": {"object": {"require": ["query.tenant == token.tenant.id"]}}},
}
KEY = Key()


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as started:
        yield started


@pytest.fixture(scope="module")
def gateway(upstream):
    policy = {"apis": [api(upstream, operations=OPERATIONS)],
              "issuers": {"shop": {"issuer": URL, "audiences": [AUDIENCE], "keys": "keys.json"}}}
    with Gateway(upstream, policy=policy, openapi=document(PATHS), files={"keys.json": jwks(KEY)}) as started:
        yield started


def call(gateway, target, method="GET", payload=None, **claims):
    fields = [("Authorization", "Bearer " + token(KEY, **{"sub": "ada", **claims}))]
    data = b""
    if payload is not None:
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        fields += [("Content-Type", "application/json")]
    with gateway.tls() as client:
        return client.request(method, "/v1" + target, fields, data)


def test_everybody_has_their_own(gateway, upstream):
    assert call(gateway, "/users/ada").status == 200
    assert call(gateway, "/users/%61da").status == 200
    assert call(gateway, "/users/bob", roles=["staff"]).status == 200
    assert call(gateway, "/users/ada", "DELETE", acr="gold").status == 200
    assert call(gateway, "/search?tenant=t1", tenant={"id": "t1"}).status == 200
    upstream.reset(drop=False)
    for response in (call(gateway, "/users/bob"), call(gateway, "/users/ADA"), call(gateway, "/users/ada%20"),
                     call(gateway, "/users/ada", "DELETE"), call(gateway, "/users/bob", "DELETE", acr="gold"),
                     call(gateway, "/users/bob", roles="staffers"), call(gateway, "/users/bob", roles={"staff": 1}),
                     call(gateway, "/search?tenant=t2", tenant={"id": "t1"}), call(gateway, "/search", tenant={"id": "t1"}),
                     call(gateway, "/search?tenant=t1"), call(gateway, "/search?tenant=t1", tenant="t1")):
        assert response.status == 404
        record = gateway.record(response)
        assert record["verdict"] == "denied" and record["control"] == "object" and record["facts"]["object_rule"] >= 1
    assert upstream.requests == []


def test_a_foreign_id_is_answered_as_one_that_does_not_exist(gateway, upstream):
    def parts(response):
        members = json.loads(response.body)
        del members["instance"]
        names = sorted((name.lower(), value) for name, value in response.headers
                       if name.lower() not in ("date", "x-request-id", "ratelimit"))
        return response.status, members, names

    upstream.queue(reply(404, b'{"error":"no such user, table users"}'))
    unknown, foreign = call(gateway, "/users/ada"), call(gateway, "/users/bob")
    assert parts(unknown) == parts(foreign)
    assert unknown.status == 404


def test_a_body_is_compared_too(gateway, upstream):
    assert call(gateway, "/users/ada/orders", "POST", {"owner": "ada"}).status == 200
    upstream.reset(drop=False)
    assert call(gateway, "/users/ada/orders", "POST", {"owner": "bob"}).status == 404
    assert call(gateway, "/users/ada/orders", "POST", {"note": "x"}).status == 404
    assert call(gateway, "/users/bob/orders", "POST", {"owner": "bob"}).status == 404
    assert call(gateway, "/users/ada/orders", "POST", b'{"owner":"ada","owner":"bob"}').status == 400
    assert upstream.requests == []
