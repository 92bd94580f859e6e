"""CORS-1 to CORS-4: exact origins only, a foreign one is refused before the upstream sees it, preflights are answered here."""
import pytest

from lib.api import DOCUMENT, JSON_OBJECT, body, document, operation, replies
from lib.behaviours import JSON, fixed
from lib.gateway import Gateway, api
from lib.schema import check_preset, check_problem
from lib.upstreams import Upstream

O = "https://app.example.com"
LOCAL = "http://localhost:5173"
PREFLIGHT_VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
ALLOWED = "accept, accept-language, content-language, content-type, traceparent, tracestate, x-request-id"

FOREIGN = {
    "null": "null",
    "empty": "",
    "http": "http://app.example.com",
    "other port": O + ":8443",
    "default port": O + ":443",
    "final dot": O + ".",
    "slash": O + "/",
    "upper case": O.upper(),
    "upper-case host": "https://APP.example.com",
    "listed as a prefix": O + ".evil.test",
    "listed as a suffix": "https://evilapp.example.com",
    "listed without its end": "https://app.example.comevil.test",
    "subdomain": "https://sub.app.example.com",
    "dot as a wildcard": "https://appxexample.com",
    "userinfo": O + "@evil.test",
    "escape": O + "%60.evil.test",
    "list": O + " https://evil.test",
    "comma list": O + ", https://evil.test",
    "blank inside": "https:// app.example.com",
    "file": "file://",
    "8 KiB": "https://" + "a" * 8192 + ".test",
    "look-alike": "https://xn--pp-8cd.example.com",
    "star": "*",
    "parent": "https://example.com",
}

# name: method, target, fields, how the upstream answers, what the caller gets when the origin is listed
CALLS = {
    "GET": ("GET", "/v1/items", [], None, 200),
    "POST": ("POST", "/v1/items", [("Content-Type", "application/json")], None, 200),
    "preflight": ("OPTIONS", "/v1/items", [("Access-Control-Request-Method", "GET")], None, 204),
    "unknown path": ("GET", "/v1/nothing", [], None, 404),
    "401": ("GET", "/v1/items", [], fixed(401, JSON, b"{}"), 401),
}

PATHS = {
    **DOCUMENT["paths"],
    "/documented": {
        "get": operation("readDocumented",
                         parameters=[{"name": "X-Tenant", "in": "header", "schema": {"type": "string", "maxLength": 9}}],
                         responses={"200": {"description": "Done.", "content": JSON_OBJECT,
                                            "headers": {"X-Total": {"schema": {"type": "integer"}}}}}),
        "options": operation("optionsDocumented", security=[]),
        "patch": operation("changeDocumented", security=[{"key": []}], requestBody=body()),
    },
    "/free": {"get": operation("readFree", security=[])},
    "/quiet": {"get": operation("readQuiet", responses=replies())},
}
SCHEMES = {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"},
                               "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"}}}


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as started:
        yield started


@pytest.fixture(scope="module")
def gateway(upstream):
    """Three APIs: two origins; credentials and further names; no key at all."""
    with_credentials = {"origins": [O], "credentials": True, "max_age": 60, "expose": ["X-Total-Count"],
                        "allow_headers": ["x-client-version"]}
    policy = {"apis": [api(upstream, controls={"cors": {"origins": [O, LOCAL]}}),
                       api(upstream, "rich", base_path="/rich", controls={"cors": with_credentials}),
                       api(upstream, "closed", base_path="/closed", hosts=["localhost"])]}
    with Gateway(upstream, policy, document(PATHS, components=SCHEMES)) as started:
        yield started


@pytest.fixture(autouse=True)
def fresh(upstream):
    upstream.reset(drop=False)


def call(gateway, name, origin):
    method, target, fields, _, _ = CALLS[name]
    body = b"{}" if method == "POST" else b""
    with gateway.tls() as client:
        return client.request(method, target, [*fields, *([("Origin", origin)] if origin is not None else [])], body)


def preflight(gateway, target, method="GET", headers=None, origin=O, body=b""):
    fields = [("Origin", origin), ("Access-Control-Request-Method", method)]
    if headers is not None:
        fields.append(("Access-Control-Request-Headers", headers))
    with gateway.tls() as client:
        return client.request("OPTIONS", target, fields, body)


def cors_fields(response):
    return {name: value for name, value in response.headers if name.lower().startswith("access-control-")}


def check_refused(response, problem, status=403):
    check_preset(response, cors=True)
    check_problem(response, problem, status)


# --- CORS-2

@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("origin", FOREIGN.values(), ids=FOREIGN)
def test_a_foreign_origin_is_refused(gateway, upstream, name, origin):
    upstream.default = CALLS[name][3] or upstream.default
    response = call(gateway, name, origin)
    check_refused(response, "origin-not-allowed")
    assert cors_fields(response) == {} and upstream.requests == []
    record = gateway.record(response)
    assert (record["verdict"], record["control"], record["problem"]) == ("denied", "cors", "origin-not-allowed")


@pytest.mark.parametrize("padding", ["\t%s", "%s\t", "\t%s\t"])
def test_tabs_around_an_origin(gateway, upstream, padding):
    check_refused(call(gateway, "GET", padding % O), "origin-not-allowed")
    assert upstream.requests == []


@pytest.mark.parametrize("padding", [" %s", "%s ", "  %s  ", "\t%s"])
def test_blanks_around_an_origin_in_h2(gateway, upstream, padding):
    """In HTTP/1 blanks around a value are no part of it (RFC 9110 5.5); in HTTP/2 they are bytes like others."""
    with gateway.h2() as client:
        response = client.request(path="/v1/items", headers=[("origin", padding % O)])
    check_refused(response, "origin-not-allowed")
    assert upstream.requests == []


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("who", ["listed", "listed too", "own", "none"])
def test_listed_own_and_no_origin_pass(gateway, upstream, name, who):
    method, _, _, behaviour, status = CALLS[name]
    upstream.default = behaviour or upstream.default
    origin = {"listed": O, "listed too": LOCAL, "own": f"https://localhost:{gateway.tls_port}", "none": None}[who]
    response = call(gateway, name, origin)
    assert response.status == status, response
    check_preset(response, cors=True)
    if who in ("own", "none"):
        assert cors_fields(response) == {}
    else:
        assert response.all("Access-Control-Allow-Origin") == [origin]
    asked = 0 if name == "unknown path" or method == "OPTIONS" else 1
    assert len(upstream.requests) == asked


@pytest.mark.parametrize("field", ["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"])
def test_what_comes_twice_is_malformed(gateway, upstream, field):
    fields = {"Origin": O, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "accept"}
    pairs = [*fields.items(), (field, fields[field])]
    with gateway.tls() as client:
        check_refused(client.request("OPTIONS", "/v1/items", pairs), "bad-request", 400)
    assert upstream.requests == []


def test_an_origin_of_512_bytes_is_compared_and_one_more_too(gateway):
    for length in (512, 513):
        origin = "https://" + "a" * (length - 13) + ".test"
        assert len(origin) == length
        check_refused(call(gateway, "GET", origin), "origin-not-allowed")


def test_the_own_origin_has_the_public_port_and_https(gateway, upstream):
    for origin in ("https://localhost", f"http://localhost:{gateway.tls_port}", "https://localhost:1",
                   f"https://api.test:{gateway.tls_port}", f"https://127.0.0.1:{gateway.tls_port}"):
        check_refused(call(gateway, "GET", origin), "origin-not-allowed")
    assert upstream.requests == []


@pytest.mark.parametrize("method, target, status", [
    ("DELETE", "/v1/items", 405), ("FOO", "/v1/items", 405), ("GET", "/v1/nothing", 404),
    ("OPTIONS", "/v1/items", 204), ("HEAD", "/v1/items", 200)])
def test_a_listed_origin_may_read_every_answer(gateway, method, target, status):
    with gateway.tls() as client:
        response = client.request(method, target, [("Origin", O)])
    assert (response.status, response.all("Access-Control-Allow-Origin")) == (status, [O]), response
    # a script has to be able to read the id of its failed call
    assert "X-Request-Id" in response.get("Access-Control-Expose-Headers")


def test_a_foreign_origin_is_refused_for_websockets(gateway, upstream):
    fields = [("Origin", "https://evil.test"), ("Connection", "upgrade"), ("Upgrade", "websocket"),
              ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]
    with gateway.tls() as client:
        check_refused(client.request(target="/v1/items", headers=fields), "origin-not-allowed")
    assert upstream.requests == []


def test_foreign_origins_are_refused_in_h2_too(gateway, upstream):
    with gateway.h2() as client:
        for origin in FOREIGN.values():
            check_refused(client.request(path="/v1/items", headers=[("origin", origin)]), "origin-not-allowed")
        assert client.request(path="/v1/items", headers=[("origin", O)]).get("access-control-allow-origin") == O
    assert len(upstream.requests) == 1


# --- without keys

@pytest.mark.parametrize("origin", [O, "https://evil.test", "null"])
def test_without_a_list_no_origin_passes(gateway, upstream, origin):
    for method, more in (("GET", []), ("OPTIONS", [("Access-Control-Request-Method", "GET")])):
        with gateway.tls() as client:
            response = client.request(method, "/closed/items", [("Origin", origin), *more])
        check_refused(response, "origin-not-allowed")
        assert cors_fields(response) == {} and not response.all("Vary")
    assert upstream.requests == []


def test_without_a_list_nothing_is_said_of_origins(gateway, upstream):
    upstream.default = fixed(200, [*JSON, ("Access-Control-Allow-Origin", "*"), ("Vary", "Accept")], b"{}")
    for origin in ([], [("Origin", f"https://localhost:{gateway.tls_port}")]):
        with gateway.tls() as client:
            response = client.request(target="/closed/items", headers=origin)
        assert (response.status, cors_fields(response), response.all("Vary")) == (200, {}, ["Accept"])


# --- CORS-3: preflights

def test_a_preflight_says_what_the_document_says(gateway, upstream):
    response = preflight(gateway, "/v1/items", "POST", "content-type,authorization")
    assert response.status == 204 and not response.all("Content-Length") and not response.all("Content-Type")
    check_preset(response, cors=True)
    assert cors_fields(response) == {
        "Access-Control-Allow-Origin": O, "Access-Control-Allow-Methods": "GET, HEAD, POST",
        "Access-Control-Allow-Headers": ALLOWED + ", authorization", "Access-Control-Max-Age": "600"}
    assert response.all("Vary") == [PREFLIGHT_VARY] and upstream.requests == []


def test_a_preflight_with_credentials_and_further_names(gateway):
    response = preflight(gateway, "/rich/documented", "GET", "X-Tenant, X-Client-Version")
    fields = cors_fields(response)
    assert fields["Access-Control-Allow-Credentials"] == "true" and fields["Access-Control-Max-Age"] == "60"
    assert set(fields["Access-Control-Allow-Headers"].split(", ")) == {
        *ALLOWED.split(", "), "authorization", "x-tenant", "x-client-version"}
    assert fields["Access-Control-Allow-Methods"] == "GET, HEAD, PATCH"


def test_headers_are_those_of_the_operation_asked_for(gateway):
    assert "authorization" not in preflight(gateway, "/v1/free").get("Access-Control-Allow-Headers")
    with_key = preflight(gateway, "/v1/documented", "PATCH").get("Access-Control-Allow-Headers").split(", ")
    assert "x-api-key" in with_key and "authorization" not in with_key and "x-tenant" not in with_key


def test_a_preflight_is_answered_here_where_options_is_documented_too(gateway, upstream):
    assert preflight(gateway, "/v1/documented").get("Access-Control-Allow-Methods") == "GET, HEAD, PATCH"
    assert upstream.requests == []
    with gateway.tls() as client:
        assert client.request("OPTIONS", "/v1/documented").status == 200
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("method", ["DELETE", "post", "Get", "OPTIONS", "TRACE", "FOO", "*", "", "GET, POST", "PUT"])
def test_a_method_that_the_path_has_not_is_refused(gateway, upstream, method):
    response = preflight(gateway, "/v1/items", method)
    check_refused(response, "preflight-refused")
    assert "Access-Control-Allow-Methods" not in cors_fields(response) and upstream.requests == []


def test_head_may_be_asked_for_where_get_may(gateway):
    assert preflight(gateway, "/v1/items", "HEAD").status == 204


@pytest.mark.parametrize("headers, status", [
    ("", 204), ("accept", 204), ("ACCEPT, Authorization", 204), ("content-type,authorization,x-request-id", 204),
    (",".join(["accept"] * 32), 204), (",".join(["accept"] * 33), 403), ("x-evil", 403), ("accept,x-evil", 403),
    ("*", 403), ("cookie", 403), ("x-tenant", 403), ("accept;q=1", 403), ("authorization x-evil", 403),
    ("accept," + " " * 1017 + "accept", 403), ("accept," + " " * 1011 + "accept", 204)])
def test_only_headers_of_the_operation_may_be_asked_for(gateway, headers, status):
    response = preflight(gateway, "/v1/items", "GET", headers)
    assert response.status == status, response
    if status == 403:
        check_refused(response, "preflight-refused")


def test_a_preflight_of_an_unknown_path_is_404(gateway):
    response = preflight(gateway, "/v1/nothing")
    check_preset(response, cors=True)
    check_problem(response, "no-operation", 404)


def test_a_preflight_with_a_body_is_refused(gateway, upstream):
    check_refused(preflight(gateway, "/v1/items", body=b"{}"), "preflight-refused")
    assert upstream.requests == []


def test_private_network_access_is_never_granted(gateway):
    with gateway.tls() as client:
        response = client.request("OPTIONS", "/v1/items", [
            ("Origin", O), ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Private-Network", "true")])
    assert response.status == 204 and "Access-Control-Allow-Private-Network" not in cors_fields(response)


def test_options_without_a_request_method_is_no_preflight(gateway):
    with gateway.tls() as client:
        response = client.request("OPTIONS", "/v1/items", [("Origin", O)])
    assert (response.status, response.get("Allow")) == (204, "GET, HEAD, POST, OPTIONS")
    assert set(cors_fields(response)) == {"Access-Control-Allow-Origin", "Access-Control-Expose-Headers"}
    assert response.all("Vary") == ["Origin"]


def test_preflights_in_h2(gateway):
    with gateway.h2() as client:
        response = client.request("OPTIONS", "/v1/items", [("origin", O), ("access-control-request-method", "POST")])
    assert (response.status, response.get("access-control-allow-methods")) == (204, "GET, HEAD, POST")


# --- CORS-4: what scripts may read, and Vary

def test_only_harmless_fields_are_exposed(gateway, upstream):
    exposed = call(gateway, "GET", O).get("Access-Control-Expose-Headers").split(", ")
    assert exposed == ["X-Request-Id", "Retry-After", "RateLimit", "RateLimit-Policy", "Location", "ETag", "Link"]
    with gateway.tls() as client:
        response = client.request(target="/rich/documented", headers=[("Origin", O)])
    names = {name.lower() for name in response.get("Access-Control-Expose-Headers").split(", ")}
    assert {"x-total", "x-total-count"} <= names
    assert response.get("Access-Control-Allow-Credentials") == "true"


@pytest.mark.parametrize("theirs, ours", [
    ([], "Origin"), (["Accept"], "Accept, Origin"), (["Origin"], "Origin"), (["origin, Accept"], "origin, Accept"),
    (["Accept", "Accept-Language"], "Accept, Accept-Language, Origin"), (["Accept, accept"], "Accept, Origin"),
    (["Accept", "ACCEPT, Origin"], "Accept, Origin")])
@pytest.mark.parametrize("origin", [None, O])
def test_one_vary_with_origin_and_without_repeats(gateway, upstream, theirs, ours, origin):
    upstream.default = fixed(200, [*JSON, *[("Vary", value) for value in theirs]], b"{}")
    response = call(gateway, "GET", origin)
    assert response.all("Vary") == [ours]


@pytest.mark.parametrize("target, status", [("/v1/nothing", 404), ("/v1//items", 400)])
def test_vary_is_on_refusals_too(gateway, target, status):
    for headers in ([], [("Origin", O)]):
        with gateway.tls() as client:
            response = client.request(target=target, headers=headers)
        assert (response.status, response.all("Vary")) == (status, ["Origin"])


def test_the_upstreams_own_cors_fields_go(gateway, upstream):
    theirs = [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Credentials", "true"),
              ("Access-Control-Expose-Headers", "X-Secret"), ("Access-Control-Allow-Methods", "*"),
              ("Access-Control-Max-Age", "9"), ("Timing-Allow-Origin", "*"), ("Access-Control-New", "1")]
    upstream.default = fixed(200, [*JSON, *theirs], b"{}")
    assert cors_fields(call(gateway, "GET", None)) == {}
    listed = call(gateway, "GET", O)
    assert set(cors_fields(listed)) == {"Access-Control-Allow-Origin", "Access-Control-Expose-Headers"}
    assert listed.all("Access-Control-Allow-Origin") == [O] and not listed.all("Timing-Allow-Origin")
    assert "X-Secret" not in listed.get("Access-Control-Expose-Headers")
