"""INPUT-3, INPUT-4, AUTH-4, AUTH-5, RATE-3: one reading of a request, here and at the upstream; what the client may not say is not forwarded."""
import ctypes
import os
import socket
import struct
import threading
import time

import pytest

from lib.api import DOCUMENT, document, operation
from lib.behaviours import JSON, fixed
from lib.cases import TEXT, h1
from lib.gateway import Gateway, api
from lib.procs import free_port, nginx_version
from lib.rawhttp import Client, tls_context
from lib.schema import check_preset, check_problem
from lib.upstreams import Upstream

O = "https://app.example.com"
DEEP = "/".join(f"{{p{number}}}" for number in range(33))
PATHS = {
    **DOCUMENT["paths"],
    "/deep/" + DEEP: {
        "parameters": [{"name": f"p{n}", "in": "path", "required": True, "schema": {"type": "string"}} for n in range(33)],
        "get": operation("deep")},
}


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as started:
        yield started


@pytest.fixture(scope="module")
def gateway(upstream):
    small = {"media": {"body_bytes": 1024}, "target": {"target_bytes": 256, "segments": 3},
             "fields": {"header_count": 16, "header_bytes": 4096, "header_field_bytes": 1024},
             "identity": {"strip": ["X-Tenant", "x-employee"]}}
    policy = {"apis": [api(upstream), api(upstream, "small", base_path="/small", controls=small),
                       api(upstream, "kept", base_path="/kept", upstream={"host": "preserve"})],
              "controls": {"cors": {"origins": [O]}}}
    with Gateway(upstream, policy, document(PATHS)) as started:
        yield started


@pytest.fixture(autouse=True)
def fresh(upstream):
    upstream.reset(drop=False)


def send(gateway, method="GET", target="/v1/items", headers=(), body=b"", **options):
    with gateway.tls() as client:
        return client.request(method, target, headers, body, **options)


def raw(gateway, data, method="GET"):
    with gateway.tls() as client:
        return client.exchange(data, method)


def seen(upstream):
    """The one request that the upstream got."""
    request, = upstream.requests
    return request


def refused(response, problem, status=400):
    check_preset(response, cors=True)
    check_problem(response, problem, status)


# --- protocol

@pytest.mark.parametrize("value", ["close", "keep-alive", "keep-alive, close", "TE", "upgrade", "HTTP2-Settings", "",
                                   "Close , Keep-Alive"])
def test_connection_options_that_may_be_named(gateway, upstream, value):
    assert send(gateway, headers=[("Connection", value)]).status == 200
    assert not seen(upstream).all("Connection") or seen(upstream).all("Connection") == [""]


@pytest.mark.parametrize("value", ["authorization", "close, x-forwarded-for", "cookie", "host", "x-request-id", "proxy-authorization",
                                   "keep-alive;a", "\"close\""])
def test_connection_options_that_may_not(gateway, upstream, value):
    refused(send(gateway, headers=[("Connection", value)]), "bad-request")
    refused(send(gateway, headers=[("Connection", "close"), ("Connection", value)]), "bad-request")
    assert upstream.requests == []


@pytest.mark.parametrize("data", [b"GET http://localhost/v1/items HTTP/1.1\r\nHost: localhost\r\n\r\n",
                                  b"GET https://localhost/v1/items HTTP/1.1\r\nHost: api.test\r\n\r\n",
                                  b"GET http://localhost HTTP/1.1\r\nHost: localhost\r\n\r\n",
                                  b"GET HTTP://api.test/v1/items HTTP/1.0\r\n\r\n"])
def test_absolute_form_is_refused(gateway, upstream, data):
    refused(raw(gateway, data), "bad-request")
    assert upstream.requests == []


@pytest.mark.parametrize("value", ["100-continued", "200-ok", "", "100-continue, x", "x"])
def test_expectations_that_nobody_meets(gateway, upstream, value):
    with gateway.tls() as client:
        response = client.request("POST", "/v1/items", [("Expect", value), *JSON], b"{}")
    refused(response, "expectation-failed", 417)
    assert upstream.requests == []


def test_100_continue(gateway, upstream):
    """Sent when the body is read, and only then; the upstream never sees the expectation."""
    with gateway.tls() as client:
        client.send(h1("POST /v1/items", JSON[0], ("Content-Length", "2"), ("Expect", "100-continue")))
        assert client.read_one("POST", deadline()).status == 100
        client.send(b"{}")
        assert client.read_one("POST", deadline()).status == 200
    assert not seen(upstream).all("Expect") and seen(upstream).body == b"{}"


def deadline():
    return time.monotonic() + 5


@pytest.mark.parametrize("line, fields, status", [
    ("POST /v1/nothing", [], 404), ("POST /v1/items", [("Content-Encoding", "gzip")], 415),
    ("POST /v1/upload", [("Origin", "https://evil.test")], 403), ("DELETE /v1/items", [], 405), ("POST /v1//x", [], 400)])
def test_no_100_continue_for_what_is_refused(gateway, upstream, line, fields, status):
    with gateway.tls() as client:
        client.send(h1(line, ("Content-Length", "2"), ("Expect", "100-continue"), *fields))
        response = client.read_one("POST", deadline())
    assert response.status == status, response
    assert upstream.requests == []


def test_100_continue_in_http_1_0_is_refused(gateway):
    response = raw(gateway, h1("POST /v1/items HTTP/1.0", JSON[0], ("Content-Length", "2"), ("Expect", "100-continue"), body=b"{}"))
    refused(response, "expectation-failed", 417)


@pytest.mark.parametrize("field", [("connection", "keep-alive"), ("keep-alive", "5"), ("proxy-connection", "close"),
                                   ("transfer-encoding", "identity"), ("upgrade", "h2c"), ("te", "trailers, deflate"), ("te", "")])
def test_fields_that_http2_does_not_have(gateway, upstream, field):
    with gateway.h2() as client:
        response = client.request(path="/v1/items", headers=[field])
        # nginx itself refuses a coding that is not chunked, in every version.
        refused(response, *(("not-implemented", 501) if field[0] == "transfer-encoding" else ("bad-request",)))
        assert client.request(path="/v1/items").status == 200
    assert len(upstream.requests) == 1


def test_te_trailers_is_allowed_in_http2_and_not_forwarded(gateway, upstream):
    with gateway.h2() as client:
        assert client.request(path="/v1/items", headers=[("te", "trailers")]).status == 200
    assert not seen(upstream).all("TE")


# --- fields

GOOD_NAMES = ["X", "x-1", "X" * 64, "0-9", "-x-"]
BAD_NAMES = ["X_A", "X.A", "X@A", "X!", "X'", "X*", "X+", "X|", "X~", "X`", "X^", "X$", "X%", "X&", "X#", "X" * 65, "X\xe9"]


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_names_that_pass(gateway, upstream, name):
    assert send(gateway, headers=[(name, "v")]).status == 200
    assert seen(upstream).all(name) == ["v"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_do_not(gateway, upstream, name):
    refused(send(gateway, headers=[(name, "v")]), "bad-request")
    assert upstream.requests == []


@pytest.mark.parametrize("line", [b"X-A", b"X-A ", b": v", b":", b" X-A: v", b"\tX-A: v", b"X-A\t: v", b"X A: v", b"X-A: a\x0bb",
                                  b"X-A: a\x1fb", b"X-A: a\x7fb", b"X-A: a\x00b", b"X-A: a\rb"])
def test_lines_that_are_no_fields(gateway, upstream, line):
    refused(raw(gateway, h1("GET /v1/items", line)), "bad-request")
    refused(raw(gateway, h1("GET /v1/items", b"X-First: 1", line, b"X-Last: 1")), "bad-request")
    assert upstream.requests == []


@pytest.mark.parametrize("value", ["", "a\tb", "\xe9\xff", "a" * 8000, "\"quoted, comma\"", "${jndi:x}"])
def test_values_that_pass_byte_for_byte(gateway, upstream, value):
    assert send(gateway, headers=[("X-A", value)]).status == 200
    assert seen(upstream).all("X-A") == [value]


@pytest.mark.parametrize("value", ["a\0b", "a\nb", "a\rb", "a\x01b", "a\x7fb"])
def test_values_in_h2(gateway, upstream, value):
    """Some are malformed for HTTP/2 itself (RFC 9113 8.2.1): nginx 1.22 ends the stream without an answer."""
    with gateway.h2() as client:
        response = client.request(path="/v1/items", headers=[("x-a", value)])
        if value[1] in "\0\r\n" and nginx_version() < (1, 26):
            assert (response.status, response.reset) == (None, 1)
        else:
            refused(response, "bad-request")
        assert client.request(path="/v1/nothing").status == 404
    assert upstream.requests == []


ONCE = {"Content-Type": "application/json", "Content-Encoding": "identity", "Authorization": "Bearer x",
        "Proxy-Authorization": "Basic eA==", "Origin": O, "Expect": "100-continue", "Range": "bytes=0-1", "If-Range": '"a"',
        "If-Match": '"a"', "If-None-Match": '"a"', "If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT",
        "If-Unmodified-Since": "Sun, 06 Nov 1994 08:49:37 GMT", "Content-Range": "bytes 0-1/2",
        "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "accept", "Upgrade": "h2c", "DPoP": "x",
        "Idempotency-Key": "k", "Sec-Fetch-Site": "none", "X-Requested-With": "x", "Cookie": "a=1", "Host": "localhost",
        "Content-Length": "2", "Transfer-Encoding": "chunked"}


@pytest.mark.parametrize("name", ONCE)
def test_what_comes_once_only(gateway, upstream, name):
    method, body = ("POST", b"{}") if name in ("Content-Length", "Transfer-Encoding") else ("GET", b"")
    for spelling in (name, name.lower()):
        response = send(gateway, method, headers=[(name, ONCE[name]), (spelling, ONCE[name])], body=body)
        assert (response.status, response.json()["type"][-11:]) == (400, "bad-request"), response
    assert upstream.requests == []


@pytest.mark.parametrize("name", [name for name in ONCE if name not in ("Upgrade", "Expect", "Host", "Transfer-Encoding", "Cookie")])
def test_what_comes_once_only_in_h2(gateway, upstream, name):
    method, body = ("POST", b"{}") if name == "Content-Length" else ("GET", None)
    with gateway.h2() as client:
        response = client.request(method, "/v1/items", [(name.lower(), ONCE[name])] * 2, body)
        assert (response.status, response.json()["type"][-11:]) == (400, "bad-request"), response
    assert upstream.requests == []


def test_cookies_may_be_split_in_h2(gateway, upstream):
    """RFC 9113 8.2.3; what goes out is one field."""
    with gateway.h2() as client:
        assert client.request(path="/v1/items", headers=[("cookie", "a=1"), ("cookie", "b=2")]).status == 200
    assert seen(upstream).all("Cookie") == ["a=1; b=2"]


def test_other_fields_may_be_repeated(gateway, upstream):
    assert send(gateway, headers=[("Accept", "a/b"), ("Accept", "c/d"), ("X-A", "1"), ("X-A", "2")]).status == 200
    assert seen(upstream).all("Accept") == ["a/b", "c/d"] and seen(upstream).all("X-A") == ["1", "2"]


@pytest.mark.parametrize("target, headers, status", [
    ("/v1/items", [("X", "v" * 12287)], 200), ("/v1/items", [("X", "v" * 12288)], 431),
    ("/v1/items", [(f"X-{n}", "v") for n in range(99)], 200), ("/v1/items", [(f"X-{n}", "v") for n in range(100)], 431),
    ("/small/items", [("X", "v" * 1023)], 200), ("/small/items", [("X", "v" * 1024)], 431),
    ("/small/items", [(f"X-{n}", "v") for n in range(10, 25)], 200), ("/small/items", [(f"X-{n}", "v") for n in range(10, 26)], 431)])
def test_bounds_of_fields(gateway, upstream, target, headers, status):
    """Host counts as one of them."""
    response = send(gateway, target=target, headers=headers)
    assert response.status == status, response
    with gateway.h2() as client:
        over_h2 = client.request(path=target, headers=[(name.lower(), value) for name, value in headers])
    assert over_h2.status == status, over_h2
    if status == 431:
        refused(response, "header-too-large", 431)
        refused(over_h2, "header-too-large", 431)
        assert upstream.requests == []


@pytest.mark.parametrize("target, most", [("/v1/items", 32768), ("/small/items", 4096)])
def test_all_fields_together(gateway, upstream, target, most):
    """Four bytes more for each field: 'Host: localhost' is 17."""
    each = 1000
    count, left = divmod(most - 17, each)
    filler = [(f"X-{n:02}", "v" * (each - 4 - 4)) for n in range(count)]
    exact = [*filler, ("Y", "v" * (left - 5))]
    assert send(gateway, target=target, headers=exact).status == 200
    refused(send(gateway, target=target, headers=[*filler, ("Y", "v" * (left - 4))]), "header-too-large", 431)


# --- framing: the upstream sees nginx's own

def test_the_upstream_sees_one_length_and_no_chunks(gateway, upstream):
    data = h1("POST /v1/items", JSON[0], ("Transfer-Encoding", "chunked"),
              body=b"1;a=b;c\r\n{\r\n001\r\n}\r\n0;x\r\nX-Trailer: canary\r\n\r\n")
    assert raw(gateway, data, "POST").status == 200
    request = seen(upstream)
    assert request.all("Content-Length") == ["2"] and not request.all("Transfer-Encoding") and request.body == b"{}"
    assert b"canary" not in request.raw and b"a=b" not in request.raw


def test_bare_line_feeds_go_out_as_crlf(gateway, upstream):
    assert raw(gateway, h1("POST /v1/items", JSON[0], ("Content-Length", "2"), end="\n", body=b"{}"), "POST").status == 200
    head = seen(upstream).raw.partition(b"\r\n\r\n")[0]
    assert head.count(b"\n") == head.count(b"\r\n")


@pytest.mark.parametrize("fields, status", [
    ([("Transfer-Encoding", "gzip, chunked")], 501), ([("Transfer-Encoding", "identity")], 501),
    ([("Transfer-Encoding", "chunked, chunked")], 501), ([("Transfer-Encoding", "xchunked")], 501),
    ([("Transfer-Encoding", "\x0bchunked")], None), ([("Transfer-Encoding", "chunked"), ("Content-Length", "0")], 400),
    ([("Content-Length", "0"), ("Transfer-Encoding", "chunked")], 400), ([("Content-Length", "0x2")], 400),
    ([("Content-Length", "2,2")], 400), ([("Content-Length", "99999999999999999999")], 400), ([("Content-Length", "-2")], 400),
    ([("Content-Length", " 2 2")], 400), ([("Content-Length", "")], 400)])
def test_framings_that_are_read_in_two_ways(gateway, upstream, fields, status):
    response = raw(gateway, h1("POST /v1/items", JSON[0], *fields, body=b"0\r\n\r\nGET /v1/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"), "POST")
    assert response.status == status or status is None and response.status in (400, 501), response
    check_preset(response)
    assert response.get("Connection") == "close" and upstream.requests == []


def test_nothing_smuggled_comes_through(gateway, upstream):
    """Bytes behind a body are the next request on our side, judged like any other."""
    with gateway.tls() as client:
        client.send(h1("POST /v1/items", JSON[0], ("Content-Length", "2"), body=b"{}") + h1("GET /v1/nothing"))
        assert client.read_response("POST").status == 200
        assert client.read_response().status == 404
    assert len(upstream.requests) == 1


def test_many_requests_in_one_write(gateway, upstream):
    with gateway.tls() as client:
        client.send(b"".join(h1(f"GET /v1/items/{number}") for number in range(30)))
        lines = [client.read_response().json()["request_line"] for _ in range(30)]
    assert lines == [f"GET /v1/items/{number} HTTP/1.1" for number in range(30)]


# --- target

GOOD_TARGETS = ["/v1/items/a%41", "/v1/items/%7Euser", "/v1/items/a.b..c", "/v1/items/...", "/v1/items/%C3%A9", "/v1/items/a%20b",
                "/v1/items/a:b@c!$&'()*+,=", "/v1/items?q=b%2Fc&q=..//", "/v1/items?",
                "/v1/items/%F0%9F%98%80", "/v1/items?q=/../b", "/v1/items?q=a+b&q=c"]


@pytest.mark.parametrize("target", GOOD_TARGETS)
def test_a_target_goes_out_byte_for_byte(gateway, upstream, target):
    assert send(gateway, target=target).status == 200
    assert seen(upstream).target == target
    with gateway.h2() as client:
        assert client.request(path=target).status == 200
    assert upstream.requests[1].target == target


BAD_TARGETS = ["/v1//items", "//v1/items", "/v1/items//", "/v1/./items", "/v1/items/.", "/v1/items/..", "/v1/a/../items",
               "/v1/items/%2e", "/v1/items/%2E%2e", "/v1/items/.%2e", "/v1/items/a%2fb", "/v1/items/a%2Fb", "/v1/items/a%5Cb",
               "/v1/items/%01", "/v1/items/%1F", "/v1/items/%7f", "/v1/items/%252e", "/v1/items/%2541", "/v1/items/%25%32%65",
               "/v1/items/a\\b", "/v1/items/a|b", "/v1/items/a^b", "/v1/items/a`b", "/v1/items/a{b}", "/v1/items/a\"b", "/v1/items/a<b>",
               "/v1/items/\xe9", "/v1/items/%c0%af", "/v1/items/%ff", "/v1/items/%ed%a0%80", "/v1/items/%c3", "/v1/items/a;b",
               "/v1/items;a=b", "/v1/items#a", "/v1/items?a#b", "/v1/items?a=\xe9", "/v1/items?a=\"", "/v1/items?a=<", "/v1/items/%e2%80",
               "/v1/items?a=\\", "/v1/items?a=%zz", "/v1/items?a=%4"]


@pytest.mark.parametrize("target", BAD_TARGETS)
def test_a_target_with_two_readings_is_refused(gateway, upstream, target):
    response = send(gateway, target=target)
    refused(response, "input-target")
    with gateway.h2() as client:
        refused(client.request(path=target.encode("latin-1")), "input-target")
    assert upstream.requests == []
    record = gateway.record(response)
    assert record["control"] == "target" and "facts" in record


@pytest.mark.parametrize("target", ["items", "", "*", "localhost:443", "/v1/items/%", "/v1/items/%4", "/v1/items/%zz", "/v1/items/%00", "/../x"])
def test_a_target_that_nginx_cannot_read_is_refused(gateway, upstream, target):
    response = raw(gateway, f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert response.status == 400, response
    check_preset(response)
    check_problem(response)
    assert upstream.requests == []


@pytest.mark.parametrize("size, status", [(8192, 200), (8193, 414)])
def test_the_length_of_a_target(gateway, size, status):
    target = "/v1/items?q=" + "a" * (size - 12)
    assert send(gateway, target=target).status == status
    with gateway.h2() as client:
        assert client.request(path=target).status == status
    assert send(gateway, target="/small/items?q=" + "a" * 241).status == 200
    refused(send(gateway, target="/small/items?q=" + "a" * 242), "target-too-long", 414)


def test_the_number_of_segments(gateway, upstream):
    deep = "/v1/deep/" + "/".join("a" * 33)
    refused(send(gateway, target=deep), "input-target")
    assert send(gateway, target="/small/items/a").status == 200
    refused(send(gateway, target="/small/items/a/b"), "input-target")
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-URL", "X-Rewrite-URL"])
@pytest.mark.parametrize("value", ["DELETE", "GET", "/admin", ""])
def test_overrides_are_refused_whatever_they_hold(gateway, upstream, name, value):
    refused(send(gateway, headers=[(name, value)]), "input-target")
    refused(send(gateway, "POST", headers=[(name.lower(), value), *JSON], body=b"{}"), "input-target")
    assert upstream.requests == []


# --- media

@pytest.mark.parametrize("method, target", [("GET", "/v1/items"), ("HEAD", "/v1/items"), ("GET", "/v1/public"), ("OPTIONS", "/v1/items")])
def test_a_body_where_none_is_documented(gateway, upstream, method, target):
    for fields, body in ((("Content-Length", "2"), b"{}"), (("Transfer-Encoding", "chunked"), b"2\r\n{}\r\n0\r\n\r\n")):
        response = raw(gateway, h1(f"{method} {target}", fields, body=body), method)
        assert response.status == (400 if method != "OPTIONS" else response.status), response
    if method == "GET":
        refused(response, "input-body-unexpected")
    assert upstream.requests == []


def test_an_empty_body_is_none(gateway, upstream):
    assert raw(gateway, h1("GET /v1/items", ("Content-Length", "0"))).status == 200
    with gateway.h2() as client:
        assert client.request(path="/v1/items", headers=[("content-length", "0")]).status == 200


@pytest.mark.parametrize("size, status", [(1024, 200), (1025, 413), (4000, 413), (100000, 413)])
@pytest.mark.parametrize("framing", ["length", "chunks", "h2"])
def test_the_size_of_a_body(gateway, upstream, size, status, framing):
    body = b"x" * size
    if framing == "length":
        response = send(gateway, "POST", "/small/upload", [TEXT], body)
    elif framing == "chunks":
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:700], body[700:]) if part)
        response = raw(gateway, h1("POST /small/upload", TEXT, ("Transfer-Encoding", "chunked"), body=chunks + b"0\r\n\r\n"), "POST")
    else:
        with gateway.h2() as client:
            response = client.request("POST", "/small/upload", [("content-type", "text/plain")], body)
    assert response.status == status, response
    if status == 413:
        refused(response, "input-too-large", 413)
        assert gateway.record(response)["control"] == "media" and upstream.requests == []
    else:
        assert seen(upstream).body == body


def test_a_body_of_the_default_size(gateway, upstream):
    body = os.urandom(1 << 19).hex().encode()
    assert send(gateway, "POST", "/v1/upload", [TEXT], body).status == 200
    assert seen(upstream).body == body
    refused(send(gateway, "POST", "/v1/upload", [TEXT], body + b"x"), "input-too-large", 413)


@pytest.mark.parametrize("value, status", [("identity", 200), ("IDENTITY", 200), ("gzip", 415), ("br", 415), ("identity, gzip", 415),
                                           ("", 415), ("x", 415)])
def test_coded_bodies(gateway, upstream, value, status):
    response = send(gateway, "POST", headers=[*JSON, ("Content-Encoding", value)], body=b"{}")
    assert response.status == status, response
    assert len(upstream.requests) == (status == 200)


# --- H-7: what is never forwarded

HOP = {"Keep-Alive": "timeout=5", "Proxy-Connection": "keep-alive", "TE": "trailers", "Trailer": "X-Sum", "Upgrade": "websocket",
       "HTTP2-Settings": "AAMAAABkAAQCAAAAAAIAAAAA", "Proxy": "http://evil.test", "Proxy-Authorization": "Basic eA==",
       "Accept-Encoding": "gzip, br"}


@pytest.mark.parametrize("name", HOP)
def test_hop_by_hop_fields_stay_here(gateway, upstream, name):
    assert send(gateway, headers=[(name, HOP[name]), ("X-Stays", "1")]).status == 200
    values = seen(upstream).all(name)
    assert values == (["identity"] if name == "Accept-Encoding" else []), values
    assert seen(upstream).all("X-Stays") == ["1"]


def test_an_upgrade_is_ignored(gateway, upstream):
    fields = [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
              ("Sec-WebSocket-Version", "13")]
    assert send(gateway, headers=fields).status == 200
    assert not seen(upstream).all("Upgrade")


# --- H-9: who the caller is

IDENTITY = """Merlon-User Merlon-Anything Forwarded X-Forwarded-For X-Forwarded-Proto X-Forwarded-Host X-Forwarded-User
X-Forwarded-Client-Cert X-Forwarded-Prefix X-Real-IP X-Client-IP X-Cluster-Client-IP True-Client-IP CF-Connecting-IP Fastly-Client-IP
X-Originating-IP X-Remote-User X-Remote-Addr X-Host X-Envoy-Internal X-Original-Uri X-Original-Host X-Accel-Redirect X-Sendfile
X-Sendfile-Type Remote-User X-User X-User-Id X-Auth-Request-User X-Auth-Token X-Authenticated-Userid X-Amzn-Oidc-Identity
X-Goog-Authenticated-User-Email X-MS-Client-Principal X-WEBAUTH-USER Cf-Access-Jwt-Assertion Tailscale-User-Login X-SSL-Client-Verify
SSL-Client-Cert X-Client-Cert X-Client-Certificate Client-Cert Client-Cert-Chain X-Internal-Call""".split()
OURS = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host")


@pytest.mark.parametrize("name", IDENTITY)
def test_identity_fields_of_the_client_are_dropped(gateway, upstream, name):
    spellings = (name, name.lower(), name.upper())
    for spelling in spellings:
        response = send(gateway, headers=[("X-First", "1"), (spelling, "canary-7f3a"), ("X-Last", "1")])
        assert response.status == 200, response
        assert gateway.record(response)["facts"]["identity_dropped"] == 1
    with gateway.h2() as client:
        assert client.request(path="/v1/items", headers=[(name.lower(), "canary-7f3a")]).status == 200
    for request in upstream.requests:
        assert b"canary-7f3a" not in request.raw
        assert bool(request.all(name)) == (name in OURS), request.raw
        assert b"Merlon-Drop" not in request.raw


def test_several_are_counted_and_the_rest_stays_in_order(gateway, upstream):
    fields = [("X-A", "1"), ("X-User", "canary"), ("X-B", "2"), ("Forwarded", "for=canary"), ("X-User", "canary"), ("X-C", "3"),
              ("Authorization", "Bearer t"), ("X-Usage", "4")]
    response = send(gateway, headers=fields)
    assert gateway.record(response)["facts"]["identity_dropped"] == 3
    kept = [pair for pair in seen(upstream).headers if pair in fields]
    assert kept == [pair for pair in fields if pair[1] not in ("canary", "for=canary")]
    assert b"canary" not in seen(upstream).raw


@pytest.mark.parametrize("name", ["X-Tenant", "x-tenant", "X-EMPLOYEE"])
def test_further_names_of_the_policy_are_dropped(gateway, upstream, name):
    assert send(gateway, target="/small/items", headers=[(name, "canary")]).status == 200
    assert send(gateway, headers=[(name, "canary")]).status == 200
    assert [request.all(name) for request in upstream.requests] == [[], ["canary"]]


@pytest.mark.parametrize("name", ["X-Users", "X-Remote", "Remote-Users", "X-Forward", "X-Hosts", "Client", "X-Author", "Merlon"])
def test_names_beside_the_list_stay(gateway, upstream, name):
    assert send(gateway, headers=[(name, "v")]).status == 200
    assert seen(upstream).all(name) == ["v"]


# --- H-10: own cookies

@pytest.mark.parametrize("theirs, kept", [
    ("__Host-Http-rt-1=s", None), ("__Host-Http-sso=s", None), ("__Host-Http-ls-abc=s", None), ("__Host-Http-dev=s", None),
    ("__Host-Http-bff=s", None), ("__Host-Http-bff.1=s", None), ("__Host-Http-bff.2=s; a=1", "a=1"),
    ("a=1; __Host-Http-sso=s; b=2", "a=1; b=2"), ("a=1; __Host-Http-sso=s", "a=1"), ("a=1;__Host-Http-bff=s;b=2", "a=1; b=2"),
    ("__host-http-sso=s; c=3", "c=3"), ("a=1", "a=1"), ("__Host-Http-other=1", "__Host-Http-other=1"), ("__Host-Http-ssox=1", "__Host-Http-ssox=1"),
    ("__Host-Http-bff.3=1", "__Host-Http-bff.3=1"), ("__Http-sso=1", "__Http-sso=1"), ("sso=1", "sso=1"),
    ("a=__Host-Http-sso=1", "a=__Host-Http-sso=1"), ("__Host-Http-rt-1=s; __Host-Http-rt-2=s", None), ("a=1; a=2", "a=1; a=2")])
def test_own_cookies_are_cut_out(gateway, upstream, theirs, kept):
    assert send(gateway, headers=[("Cookie", theirs)]).status == 200
    assert seen(upstream).all("Cookie") == ([kept] if kept else [])


@pytest.mark.parametrize("value", ["__Host-Http-sso=a; __Host-Http-sso=b", "__Host-Http-bff=a; x=1; __Host-Http-bff=a",
                                   "__Host-Http-rt-1=a; __host-http-RT-1=b"])
def test_an_own_cookie_twice_is_refused(gateway, upstream, value):
    refused(send(gateway, headers=[("Cookie", value)]), "token-request")
    assert upstream.requests == []


def test_own_cookies_in_split_fields_of_h2(gateway, upstream):
    with gateway.h2() as client:
        headers = [("cookie", "a=1"), ("cookie", "__Host-Http-sso=s"), ("cookie", "b=2")]
        assert client.request(path="/v1/items", headers=headers).status == 200
        twice = [("cookie", "__Host-Http-sso=s"), ("cookie", "__Host-Http-sso=t")]
        refused(client.request(path="/v1/items", headers=twice), "token-request")
    assert seen(upstream).all("Cookie") == ["a=1; b=2"]


def test_the_upstream_cannot_set_own_cookies(gateway, upstream):
    fields = [*JSON, ("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "__Host-Http-sso=evil; Secure"), ("Set-Cookie", "__HOST-HTTP-BFF=evil"),
              ("Set-Cookie", "__Host-Http-ssox=1")]
    upstream.default = fixed(200, fields, b"{}")
    response = send(gateway)
    assert response.all("Set-Cookie") == ["a=1; Path=/", "__Host-Http-ssox=1"]
    assert gateway.record(response)["facts"]["own_cookie_set"] == 2


# --- H-11: what is set for the upstream, once

def test_what_the_upstream_is_told(gateway, upstream):
    for method, target, body in (("GET", "/v1/items?q=%41", b""), ("POST", "/v1/items", b'{"a":1}')):
        upstream.reset(drop=False)
        headers = [(name, "canary") for name in OURS] + [("X-Request-Id", "canary"), ("Host2", "x"), *(JSON if body else [])]
        response = send(gateway, method, target, headers, body)
        request = seen(upstream)
        assert (request.target, request.body) == (target, body)
        assert request.all("Host") == [f"127.0.0.1:{upstream.port}"]
        assert request.all("X-Forwarded-For") == ["127.0.0.1"] and request.all("X-Forwarded-Proto") == ["https"]
        assert request.all("X-Forwarded-Host") == [f"localhost:{gateway.tls_port}"]
        assert request.all("X-Request-Id") == [response.get("X-Request-Id")] and len(request.all("traceparent")) == 1
        assert request.all("Accept-Encoding") == ["identity"] and b"canary" not in request.raw
        assert request.line.endswith(" HTTP/1.1") and not request.all("Connection")


def test_the_host_that_the_upstream_sees(gateway, upstream):
    assert send(gateway, target="/kept/items", host="localhost:1").status == 200
    assert seen(upstream).all("Host") == ["localhost"]


def test_order_and_spelling_of_fields_stay(gateway, upstream):
    fields = [("X-b", "1"), ("x-A", "2"), ("Accept", "*/*"), ("X-b", "3")]
    assert send(gateway, headers=fields).status == 200
    assert [pair for pair in seen(upstream).headers if pair in fields] == fields


# --- H-8: whose address it is

CLIENT_IP = [
    # source, trusted, fields, what the upstream and the record get
    ("peer", [], [("X-Forwarded-For", "203.0.113.9")], "127.0.0.1"),
    ("x_forwarded_for", ["10.0.0.0/8"], [("X-Forwarded-For", "203.0.113.9")], "127.0.0.1"),
    ("x_forwarded_for", ["127.0.0.0/8", "10.0.0.0/8"], [("X-Forwarded-For", "1.1.1.1, 203.0.113.9, 10.0.0.7")], "203.0.113.9"),
    ("x_forwarded_for", ["127.0.0.0/8", "10.0.0.0/8"], [("X-Forwarded-For", "203.0.113.9, junk, 10.0.0.7")], "10.0.0.7"),
    ("x_forwarded_for", ["127.0.0.0/8", "10.0.0.0/8"], [], "127.0.0.1"),
    ("x_forwarded_for", ["127.0.0.0/8"], [("Forwarded", "for=203.0.113.9")], "127.0.0.1"),
    ("x_forwarded_for", ["127.0.0.0/8", "10.0.0.0/8"], [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-For", "10.0.0.7")], "203.0.113.9"),
    ("x_forwarded_for", ["127.0.0.0/8"], [("X-Forwarded-For", "::ffff:203.0.113.9")], "203.0.113.9"),
    ("x_forwarded_for", ["127.0.0.0/8"], [("X-Forwarded-For", "64:ff9b::203.0.113.9")], "203.0.113.9"),
    ("x_forwarded_for", ["127.0.0.0/8"], [("X-Forwarded-For", "2001:DB8::1")], "2001:db8::1"),
    ("x_forwarded_for", ["127.0.0.0/8"], [("X-Forwarded-For", "unknown")], "127.0.0.1"),
    ("x_forwarded_for", ["127.0.0.0/8", "10.0.0.0/8"],
     [("X-Forwarded-For", "203.0.113.9, " + ", ".join(["10.0.0.1"] * 31))], "203.0.113.9"),
    ("x_forwarded_for", ["127.0.0.0/8", "10.0.0.0/8"],
     [("X-Forwarded-For", "203.0.113.9, " + ", ".join(["10.0.0.1"] * 32))], "10.0.0.1"),
    ("forwarded", ["127.0.0.0/8", "10.0.0.0/8"], [("Forwarded", 'for=1.1.1.1, For="203.0.113.9:443";proto=https, for=10.0.0.7')], "203.0.113.9"),
    ("forwarded", ["127.0.0.0/8"], [("Forwarded", 'for="[2001:db8::1]:80"')], "2001:db8::1"),
    ("forwarded", ["127.0.0.0/8", "10.0.0.0/8"], [("Forwarded", "for=203.0.113.9, for=_hidden, for=10.0.0.7")], "10.0.0.7"),
    ("forwarded", ["127.0.0.0/8"], [("X-Forwarded-For", "203.0.113.9")], "127.0.0.1"),
]
SETTINGS = sorted({(source, tuple(trusted)) for source, trusted, _, _ in CLIENT_IP} | {("proxy_protocol", ("127.0.0.0/8",)),
                                                                                       ("proxy_protocol", ("10.0.0.0/8",))})


@pytest.fixture(scope="module")
def listeners(upstream):
    """One gateway with a listener for each source and trust; gives it and the port of each."""
    ports = {setting: free_port() for setting in SETTINGS}
    policy = {"listeners": [{"address": f"127.0.0.1:{port}", "client_ip": {"source": source, "trusted": list(trusted)}}
                            for (source, trusted), port in ports.items()]}
    with Gateway(upstream, policy) as started:
        yield started, ports


@pytest.mark.parametrize("source, trusted, fields, expected", CLIENT_IP)
def test_the_address_of_the_caller(listeners, upstream, source, trusted, fields, expected):
    gateway, ports = listeners
    with Client(("127.0.0.1", ports[source, tuple(trusted)]), ca=gateway.ca) as client:
        response = client.request(target="/v1/items", headers=fields)
    assert response.status == 200
    assert seen(upstream).all("X-Forwarded-For") == [expected] and not seen(upstream).all("Forwarded")
    assert gateway.record(response)["ip"] == expected


class Proxied(Client):
    """Says PROXY before the handshake."""

    def __init__(self, port, ca, line):
        self.timeout, self.buffer = 5, b""
        plain = socket.create_connection(("127.0.0.1", port), 5)
        try:
            plain.sendall(line)
            self.sock = tls_context(ca).wrap_socket(plain, server_hostname="localhost")
        except BaseException:
            plain.close()
            raise


@pytest.mark.parametrize("line, expected", [
    (b"PROXY TCP4 203.0.113.9 10.0.0.1 4321 443\r\n", "203.0.113.9"), (b"PROXY TCP6 2001:db8::9 ::1 4321 443\r\n", "2001:db8::9"),
    (b"PROXY TCP6 ::ffff:203.0.113.9 ::1 4321 443\r\n", "203.0.113.9")])
def test_the_address_by_proxy_protocol(listeners, upstream, line, expected):
    gateway, ports = listeners
    with Proxied(ports["proxy_protocol", ("127.0.0.0/8",)], gateway.ca, line) as client:
        response = client.request(target="/v1/items", headers=[("X-Forwarded-For", "1.1.1.1")])
    assert response.status == 200 and seen(upstream).all("X-Forwarded-For") == [expected]
    assert gateway.record(response)["ip"] == expected


def test_proxy_from_a_stranger_is_closed(listeners, upstream):
    gateway, ports = listeners
    with Proxied(ports["proxy_protocol", ("10.0.0.0/8",)], gateway.ca, b"PROXY TCP4 203.0.113.9 10.0.0.1 1 443\r\n") as client:
        client.send(h1("GET /v1/items"))
        assert client.is_closed()
    assert upstream.requests == []


# --- B-5: bodies never reach a disk

IN_CREATE, IN_MOVED_TO = 0x100, 0x80


class Watch:
    """inotify on folders: what is created in them."""

    def __init__(self, *folders):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.fd = self.libc.inotify_init1(os.O_NONBLOCK)
        for folder in folders:
            assert self.libc.inotify_add_watch(self.fd, os.fsencode(folder), IN_CREATE | IN_MOVED_TO) >= 0, folder

    def names(self):
        found = []
        try:
            while data := os.read(self.fd, 65536):
                while data:
                    size = struct.unpack_from("iIII", data)[3]
                    found.append(data[16:16 + size].rstrip(b"\0").decode())
                    data = data[16 + size:]
        except BlockingIOError:
            return found

    def close(self):
        os.close(self.fd)


def test_a_hundred_bodies_at_once_touch_no_disk(gateway, upstream):
    temporary = [path for path in (gateway.state / "nginx" / "tmp").rglob("*") if path.is_dir()]
    assert temporary
    watch = Watch(gateway.state / "nginx" / "tmp", *temporary)
    body = b"x" * (1 << 20)
    statuses = []

    def post():
        with gateway.tls(timeout=60) as client:
            statuses.append(client.request("POST", "/v1/upload", [TEXT], body).status)
    threads = [threading.Thread(target=post) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    created = watch.names()
    watch.close()
    assert statuses == [200] * 100 and created == []
