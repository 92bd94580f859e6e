"""Access tokens [AUTH-2 AUTH-5 ERR-4]: only one of the configured issuer, made for this API, now, reaches the upstream."""
import json
import time

import pytest
import yaml

from lib.api import document, operation
from lib.gateway import Gateway, api, merlon
from lib.schema import check_preset
from lib.tokens import AUDIENCE, URL, Key, b64, claims, jwks, token
from lib.upstreams import Upstream
from test_reload import reload

SCHEME = {"oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://x.test/t", "scopes": {"read": "", "write": ""}}}}}
PATHS = {
    "/things": {"get": operation("list"), "post": operation("add", security=[{"oauth": ["read", "write"]}, {"oauth": ["admin"]}])},
    "/open": {"get": operation("open", security=[])},
    "/strict": {"get": operation("strict")},
    "/other": {"get": operation("other")},
}
OPERATIONS = {
    "GET /open": {"controls": {"token": {"auth": ["none"], "reason": "a probe of the load balancer"}}},
    "GET /strict": {"controls": {"token": {"acr": ["gold"], "auth_age_max_s": 60, "client_ids": ["app"]}}},
    "GET /other": {"controls": {"token": {"audiences": ["urn:other"]}}},
}
KEYS = {alg: Key(alg, f"key-{alg}") for alg in ("ES256", "ES384", "ES512", "EdDSA", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512")}
KEY = KEYS["ES256"]


def issuer(**more):
    return {"issuer": URL, "audiences": [AUDIENCE], "keys": "keys.json", "algs": list(KEYS), **more}


def policy(upstream, controls=None, **issuers):
    return {"apis": [api(upstream, operations=OPERATIONS)], "controls": {"token": controls or {}},
            "issuers": issuers or {"shop": issuer()}}


def gateway_of(upstream, keys=tuple(KEYS.values()), **more):
    openapi = document(PATHS, components={"securitySchemes": SCHEME}, security=[{"oauth": []}])
    return Gateway(upstream, policy=policy(upstream, **more), openapi=openapi, files={"keys.json": jwks(*keys)})


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as started:
        yield started


@pytest.fixture(scope="module")
def gateway(upstream):
    with gateway_of(upstream, controls={"forward": "both"}) as started:
        yield started


def call(gateway, text=None, path="/things", method="GET", fields=()):
    headers = [("Authorization", f"Bearer {text}")] if text is not None else []
    with gateway.tls() as client:
        return client.request(method, "/v1" + path, [*headers, *fields], b"")


def reason(gateway, response):
    return gateway.record(response)["facts"].get("token_reason")


def check_challenge(response, status, error=None):
    assert response.status == status
    challenge = response.get("www-authenticate")
    assert challenge.startswith('Bearer realm="localhost"')
    assert (f'error="{error}"' in challenge) if error else ("error" not in challenge)
    check_preset(response)


@pytest.mark.parametrize("alg", KEYS)
def test_a_good_token_passes(gateway, upstream, alg):
    upstream.reset()
    text = token(KEYS[alg], sub=f"user-{alg}", scope="read")
    for cached in (False, True, True):
        response = call(gateway, text)
        assert response.status == 200
        record = gateway.record(response)
        assert record["facts"]["token_issuer"] == "shop" and record["facts"]["token_alg"] == alg
        assert (record["user"], record["client"], record["issuer"], record["user_kind"]) == (f"user-{alg}", "app", URL, 1)
    seen = upstream.requests[-1]
    assert seen.get("merlon-sub") == f"user-{alg}" and seen.get("merlon-scope") == "read"
    assert seen.get("merlon-iss") == URL and seen.get("merlon-client") == "app"
    assert seen.get("authorization") == f"Bearer {text}"


def wrong():
    now = int(time.time())
    good = token(KEY)
    head, body, proof = good.split(".")
    rsa = KEYS["RS256"]
    hmac = b64(json.dumps({"alg": "HS256", "typ": "at+jwt", "kid": KEY.kid}).encode()) + "." + body + "." + proof
    plain = b64(json.dumps({"alg": "none", "typ": "at+jwt"}).encode()) + "." + body + "."
    return {
        "expired": (token(KEY, exp=now - 31, iat=now - 400), "exp"),
        "exp is a text": (token(KEY, exp=str(now + 60)), "exp"),
        "exp twice": (token(KEY, payload=json.dumps(claims())[:-1] + f', "exp": {now + 60}}}'), "json"),
        "no exp": (token(KEY, exp=None), "exp"),
        "no iat": (token(KEY, iat=None), "iat"),
        "from the future": (token(KEY, iat=now + 90), "iat"),
        "not yet": (token(KEY, nbf=now + 90), "nbf"),
        "lives too long": (token(KEY, exp=now + 901, iat=now), "lifetime"),
        "another audience": (token(KEY, aud="https://other.example.com"), "aud"),
        "no audience": (token(KEY, aud=None), "aud"),
        "another issuer": (token(KEY, iss="https://evil.example.com"), "iss"),
        "issuer with a slash": (token(KEY, iss=URL + "/"), "iss"),
        "no subject": (token(KEY, sub=None), "sub"),
        "an ID token": (token(KEY, header={"typ": "JWT"}), "typ"),
        "no typ": (token(KEY, header=json.dumps({"alg": "ES256", "kid": KEY.kid})), "typ"),
        "alg none": (plain, "alg"),
        "HMAC with a public key": (hmac, "alg"),
        "another kid": (token(KEY, header={"kid": "nobody"}), "kid"),
        "no kid": (token(KEY, header=json.dumps({"alg": "ES256", "typ": "at+jwt"})), "kid"),
        "the kid of another key": (token(KEY, header={"kid": rsa.kid}), "key"),
        "a key of its own": (token(Key("ES256", "k9"), header={"kid": KEY.kid, "jwk": Key("ES256").jwk()}), "sig"),
        "RS256 under a PS256 key": (token(rsa, header={"kid": "key-PS256"}), "key"),
        "signature cut": (good[:-1], "b64"),
        "signature short": (head + "." + body + "." + proof[:84], "siglen"),
        "signature of others": (head + "." + body + "." + token(KEY, sub="u-2").split(".")[2], "sig"),
        "no signature": (head + "." + body + ".", "siglen"),
        "crit": (token(KEY, header={"crit": ["exp"]}), "crit"),
        "b64": (token(KEY, header={"b64": True}), "crit"),
        "two parts": (head + "." + body, "parts"),
        "five parts": (".".join([head, body, proof, proof, proof]), "parts"),
        "bound": (token(KEY, cnf={"jkt": b64(b"x" * 32)}), "binding"),
        "long": (head + "." + "A" * 8192 + "." + proof, "long"),
        "not a token": ("abc", "parts"),
    }


def test_what_is_no_good_token(gateway, upstream):
    """Each has its reason in the record; the client and the upstream see no difference between them."""
    upstream.reset(drop=False)
    answers = set()
    for name, (text, expected) in wrong().items():
        response = call(gateway, text)
        check_challenge(response, 401, "invalid_token")
        assert reason(gateway, response) == expected, name
        members = json.loads(response.body)
        del members["instance"]
        answers.add(json.dumps(members) + str(sorted(name.lower() for name, _ in response.headers)))
    assert len(answers) == 1
    assert upstream.requests == []


def test_each_byte_of_a_token_counts(gateway):
    text = token(KEY)
    for at in range(0, len(text), 7):
        if text[at] != ".":
            changed = text[:at] + ("B" if text[at] == "A" else "A") + text[at + 1:]
            assert call(gateway, changed).status == 401
    assert call(gateway, text).status == 200


def test_no_token_at_all(gateway, upstream):
    upstream.reset(drop=False)
    check_challenge(call(gateway), 401)
    check_challenge(call(gateway, fields=[("Authorization", "Basic YTpi")]), 401)
    assert upstream.requests == []


def test_a_token_in_the_query_is_refused_aloud(gateway, upstream):
    upstream.reset(drop=False)
    text = token(KEY)
    for name in ("access_token", "access%5Ftoken", "%61ccess_token"):
        for also in (None, text):
            response = call(gateway, also, f"/things?{name}={text}")
            check_challenge(response, 400, "invalid_request")
            assert text not in json.dumps(gateway.record(response))
    assert upstream.requests == []


@pytest.mark.parametrize("value", ["Bearer", "Bearer ", "Bearer  {}", "Bearer {} x", "Bearer {},x", 'Bearer "{}"'])
def test_other_characters(gateway, value):
    response = call(gateway, fields=[("Authorization", value.format(token(KEY)))])
    assert response.status in (400, 401) and response.status != 200


def test_two_tokens_are_none(gateway):
    text = token(KEY)
    assert call(gateway, text, fields=[("Authorization", f"Bearer {text}")]).status == 400


def test_an_open_operation_is_stated(gateway, upstream):
    assert call(gateway, path="/open").status == 200


def test_scopes_are_those_of_the_operation(gateway):
    for scope, status in (("read write", 200), ("write x read", 200), ("admin", 200), ("read", 403), ("", 403), (None, 403)):
        text = token(KEY, scope=scope)
        for _ in range(2):  # the second time from the cache
            response = call(gateway, text, method="POST")
            assert response.status == status, scope
        assert call(gateway, text).status == 200
    check_challenge(response, 403, "insufficient_scope")
    assert 'scope="read write"' in response.get("www-authenticate")


def test_audiences_are_those_of_the_operation(gateway):
    ours, other, both = token(KEY), token(KEY, aud="urn:other"), token(KEY, aud=[AUDIENCE, "urn:other"])
    for _ in range(2):
        assert [call(gateway, text).status for text in (ours, other, both)] == [200, 401, 200]
        assert [call(gateway, text, "/other").status for text in (ours, other, both)] == [401, 200, 200]


def test_a_stronger_login_is_asked_for(gateway):
    now = int(time.time())
    assert call(gateway, token(KEY, acr="gold", auth_time=now), "/strict").status == 200
    for more in ({}, {"acr": "gold"}, {"acr": "silver", "auth_time": now}, {"acr": "gold", "auth_time": now - 90}):
        response = call(gateway, token(KEY, **more), "/strict")
        check_challenge(response, 401, "insufficient_user_authentication")
        assert 'acr_values="gold"' in response.get("www-authenticate") and 'max_age="60"' in response.get("www-authenticate")
    check_challenge(call(gateway, token(KEY, acr="gold", auth_time=now, client_id="evil"), "/strict"), 403, "insufficient_scope")


def test_a_token_ends_while_it_is_cached(gateway, upstream):
    with gateway_of(upstream, shop=issuer(leeway_s=0)) as strict:
        text = token(KEY, exp=int(time.time()) + 3)
        assert call(strict, text).status == 200
        time.sleep(3.2)
        assert call(strict, text).status == 401


def test_what_the_client_says_of_itself_is_dropped(gateway, upstream):
    upstream.reset()
    assert call(gateway, token(KEY, sub="ü\n"), fields=[("Merlon-Sub", "admin"), ("merlon-scope", "all")]).status == 200
    seen = upstream.requests[-1]
    assert seen.get("merlon-sub") == "base64url:" + b64("ü\n".encode()) and seen.get("merlon-scope") is None


def test_tokens_of_another_issuers_key(upstream):
    """Two issuers: each one's keys prove its own tokens alone."""
    other = Key("ES256", "key-ES256")
    two = {"shop": issuer(), "other": issuer(issuer="https://other.example.com", keys="other.json")}
    openapi = document(PATHS, components={"securitySchemes": SCHEME}, security=[{"oauth": []}])
    files = {"keys.json": jwks(KEY), "other.json": jwks(other)}
    with Gateway(upstream, policy=policy(upstream, **two), openapi=openapi, files=files) as gateway:
        assert call(gateway, token(KEY)).status == 200
        assert call(gateway, token(other, iss="https://other.example.com")).status == 200
        assert call(gateway, token(other)).status == 401
        assert call(gateway, token(KEY, iss="https://other.example.com")).status == 401


def test_a_reload_brings_new_keys(upstream):
    """What was cached under the old keys is judged anew."""
    second = Key("ES256", "key-2")
    with gateway_of(upstream, keys=[KEY]) as gateway:
        old, new = token(KEY), token(second)
        assert [call(gateway, text).status for text in (old, new)] == [200, 401]
        (gateway.folder / "keys.json").write_text(json.dumps(jwks(second)))
        reload(gateway)
        assert [call(gateway, text).status for text in (old, new)] == [401, 200]


@pytest.mark.parametrize("more,message", [
    ({"audiences": []}, "for any other API would pass"),
    ({"issuer": "http://login.example.com"}, "an issuer is an https URL"),
    ({"typ": ["JWT"]}, "does not tell access tokens from ID tokens"),
    ({"lifetime_max_s": 3600}, "over 900 seconds need a reason"),
    ({"algs": ["HS256"]}, "no signature algorithm with a public key"),
    ({"keys": "nowhere.json"}, "no such file of keys"),
    ({"require": [{"claim": "typ"}]}, "a rule says one thing"),
])
def test_a_bad_issuer_does_not_load(upstream, tmp_path, more, message):
    (tmp_path / "keys.json").write_text(json.dumps(jwks(KEY)))
    (tmp_path / "openapi.yaml").write_text(json.dumps(document(PATHS, components={"securitySchemes": SCHEME}, security=[{"oauth": []}])))
    (tmp_path / "merlon.yaml").write_text(yaml.safe_dump({"merlon": 1, "listeners": [{"address": "127.0.0.1:8443"}],
                                                       **policy(upstream, shop=issuer(**more))}))
    result = merlon("explain", "-c", tmp_path / "merlon.yaml")
    assert result.returncode != 0 and message in result.stdout + result.stderr


def limited(upstream, **rates):
    openapi = document(PATHS, components={"securitySchemes": SCHEME}, security=[{"oauth": []}])
    return Gateway(upstream, policy={**policy(upstream), "limits": {"default": rates}}, openapi=openapi, files={"keys.json": jwks(KEY)})


def test_users_are_counted_wherever_they_come_from(upstream):
    with limited(upstream, user="3/1h") as gateway:
        statuses = [call(gateway, token(KEY, sub="ada", jti=str(i), client_id=f"app-{i}")).status for i in range(4)]
        assert statuses == [200, 200, 200, 429]
        response = call(gateway, token(KEY, sub="ada"))
        assert response.status == 429 and json.loads(response.body)["violated-policies"] == ["user"]
        assert int(response.get("retry-after")) > 3500
        assert gateway.record(response)["facts"]["caller_violated"] == "user"
        assert call(gateway, token(KEY, sub="bob")).status == 200
        assert [call(gateway).status for _ in range(5)] == [401] * 5


def test_clients_are_counted(upstream):
    with limited(upstream, client="2/1h") as gateway:
        assert [call(gateway, token(KEY, sub=f"u-{i}")).status for i in range(3)] == [200, 200, 429]
        assert call(gateway, token(KEY, client_id="other")).status == 200
