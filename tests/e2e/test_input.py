"""Inputs [INPUT-1..INPUT-4]: what the document allows goes out byte for byte; all else never opens an upstream connection."""
import json
import random

import pytest

from lib.api import document, operation, replies
from lib.gateway import Gateway, api
from lib.schema import check_preset, check_problem
from lib.upstreams import Upstream, reply

JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
TEXT = ("Content-Type", "text/plain")
MULTIPART = ("Content-Type", "multipart/form-data; boundary=frontier")
INTEGER = {"type": "integer", "minimum": 0, "maximum": 100}
NAME = {"type": "string", "maxLength": 40, "pattern": "^[a-z -]+$"}


def closed(properties, **more):
    return {"type": "object", "properties": properties, **more}


def takes(schema, media="application/json", required=True):
    return {"requestBody": {"required": required, "content": {media: {"schema": schema}}}}


def query(name, schema, **more):
    return {"name": name, "in": "query", "schema": schema, **more}


ORDER = closed({"id": {"type": "integer", "readOnly": True}, "note": {"type": "string"},
                "lines": {"type": "array", "items": closed({"sku": NAME, "count": INTEGER}, required=["sku"])},
                "total": {"type": "number", "multipleOf": 0.01}},
               required=["id", "lines"])
CARD = closed({"kind": {"const": "card"}, "number": {"type": "string", "pattern": "^[0-9]{16}$"}}, required=["kind", "number"])
IBAN = closed({"kind": {"const": "iban"}, "iban": {"type": "string", "maxLength": 34}}, required=["kind", "iban"])
PHOTO = {"multipart/form-data": {"schema": closed({"title": NAME, "photo": {"type": "string", "format": "binary"}}, required=["title"])}}

PATHS = {
    "/orders": {
        "get": operation("listOrders", parameters=[
            query("limit", INTEGER), query("ids", {"type": "array", "items": INTEGER}),
            query("tags", {"type": "array", "items": NAME}, explode=False), query("q", {"type": "string"}),
            query("a.b", {"type": "string"}, required=False),
            {"name": "X-Level", "in": "header", "schema": {"enum": ["low", "high"]}},
            {"name": "theme", "in": "cookie", "schema": NAME}]),
        "post": operation("makeOrder", **takes(ORDER)),
        "put": operation("putNote", **takes({"type": "string", "maxLength": 5})),
    },
    "/orders/{id}": {"get": operation("getOrder", parameters=[{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}])},
    "/map/{at}": {"get": operation("getMap", parameters=[
        {"name": "at", "in": "path", "required": True, "style": "matrix", "schema": INTEGER}])},
    "/pay": {"post": operation("pay", **takes({"oneOf": [CARD, IBAN]}))},
    "/open": {"post": operation("open", **takes(closed({"id": {"type": "integer"}}, additionalProperties=True)))},
    "/big": {"post": operation("big", **takes({"type": "array", "items": {"type": "integer"}}))},
    "/form": {"post": operation("form", **takes(closed({"a": INTEGER, "b": {"type": "array", "items": NAME}}, required=["a"]),
                                                 "application/x-www-form-urlencoded"))},
    "/photo": {"post": operation("photo", requestBody={"content": PHOTO})},
    "/text": {"post": operation("text", **takes({"type": "string", "maxLength": 20}, "text/plain"))},
    "/file": {"put": operation("file", requestBody={"content": {"image/png": {}}})},
    "/optional": {"post": operation("optional", **takes(closed({"a": INTEGER}), required=False))},
    "/regex": {"post": operation("regex", **takes(closed({"p": {"type": "string", "pattern": "^(?=(a+)+$)a"}})))},
    "/judged": {"get": operation("judged", responses=replies({"application/json": {"schema": closed({"a": INTEGER}, required=["a"])}}))},
    "/watched": {"get": operation("watched", responses=replies({"application/json": {"schema": closed({"a": INTEGER})}}))},
}
OPERATIONS = {
    "GET /judged": {"controls": {"reply": {"judge": "enforce", "reply_bytes": 4096}}},
    "GET /watched": {"controls": {"reply": {"judge": "report"}}},
    "PUT /file": {"controls": {"media": {"opaque_bytes": 3000000}}},
    "POST /text": {"controls": {"body": {"error_detail": "none"}}},
    "POST /open": {"controls": {"media": {"body_bytes": 4096}, "body": {"depth": 4}}},
}
A = "a" * 16


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as started:
        yield started


@pytest.fixture(scope="module")
def gateway(upstream):
    policy = {"apis": [api(upstream, operations=OPERATIONS)]}
    with Gateway(upstream, policy=policy, openapi=document(PATHS)) as started:
        yield started


@pytest.fixture(autouse=True)
def clean(upstream):
    upstream.reset(drop=False)


def send(gateway, method="GET", path="/orders", headers=(), body=b"", version="h1"):
    """One call with these fields, Content-Length added."""
    if version == "h2":
        with gateway.h2() as client:
            fields = [(name.lower(), value) for name, value in headers]
            return client.request(method, "/v1" + path, fields, body or None)
    with gateway.tls() as client:
        return client.request(method, "/v1" + path, headers, body)


def refused(gateway, upstream, response, problem, status, error=None):
    """By that problem and entry of `errors`, and nothing reached the upstream."""
    members = check_problem(response, problem, status, more=["errors"] if error else [])
    check_preset(response)
    if error:
        assert [dict(entry) for entry in members["errors"]] == [error]
    assert upstream.requests == [] and upstream.connections == 0
    assert gateway.record(response)["verdict"] == "denied"


def chunks(body, sizes):
    """Chunked, in pieces of these sizes in turn."""
    data, at = b"", 0
    while at < len(body):
        size = sizes[at % len(sizes)]
        piece = body[at:at + size]
        data += b"%x\r\n%s\r\n" % (len(piece), piece)
        at += size
    return data + b"0\r\n\r\n"


GOOD = [
    ("GET", "/orders?limit=5&ids=1&ids=2&tags=a,b&q=a+b%2B%20c", [("X-Level", "high"), ("Cookie", "theme=dark; other=1")], b""),
    ("GET", "/orders?", [], b""),
    ("GET", "/orders?a.b=1", [], b""),
    ("GET", "/orders/-17", [], b""),
    ("GET", "/map/;at=7", [], b""),
    ("POST", "/orders", [JSON], b' {"lines":[{"sku":"a b","count":1.0e1}],\n "note":"\\u00e9\xc3\xa9", "total" : 4.35} '),
    ("POST", "/orders", [("content-type", "application/json; charset=\"UTF-8\"")], b'{"lines":[]}'),
    ("PUT", "/orders", [JSON], '"\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600"'.encode()),
    ("POST", "/pay", [JSON], b'{"kind":"iban","iban":"DE00"}'),
    ("POST", "/open", [JSON], b'{"id":1,"extra":{"deep":[1,2]}}'),
    ("POST", "/big", [JSON], b"[" + b",".join(b"%d" % i for i in range(10000)) + b"]"),
    ("POST", "/form", [FORM], b"a=5&b=x+y&b=z%20w"),
    ("POST", "/photo", [MULTIPART], b'--frontier\r\nContent-Disposition: form-data; name="title"\r\n\r\nmy cat\r\n--frontier\r\n'
     b'Content-Disposition: form-data; name="photo"; filename="cat.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\0\r\n\r\n--frontier--\r\n'),
    ("POST", "/text", [("Content-Type", "text/plain; charset=utf-8")], b"1.0 and more"),
    ("PUT", "/file", [("Content-Type", "image/png")], bytes(range(256)) * 20),
    ("POST", "/optional", [], b""),
    ("POST", "/optional", [JSON], b'{"a":1}'),
]


@pytest.mark.parametrize("version", ["h1", "h2"])
@pytest.mark.parametrize("method, path, headers, body", GOOD)
def test_what_is_valid_goes_out_byte_for_byte(gateway, upstream, version, method, path, headers, body):
    response = send(gateway, method, path, headers, body, version)
    assert response.status == 200, response.body
    (request,) = upstream.requests
    assert (request.method, request.target, request.body) == (method, "/v1" + path, body)
    assert request.all("Transfer-Encoding") == [] or path == "/file"
    for name, value in headers:
        assert request.all(name) == [value]


@pytest.mark.parametrize("sizes", [[1], [3, 1, 7], [4096], [100000]])
def test_bodies_in_whatever_pieces(gateway, upstream, sizes):
    body = json.dumps([random.Random(1).randrange(10 ** 9) for _ in range(500 if sizes == [1] else 9000)]).encode()
    with gateway.tls() as client:
        client.send(b"POST /v1/big HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        data = chunks(body, sizes)
        for at in range(0, len(data), 1 + len(data) // 7):
            client.send(data[at:at + 1 + len(data) // 7])
        assert client.read_response("POST").status == 200
    (request,) = upstream.requests
    assert request.body == body and request.get("Content-Length") == str(len(body)) and not request.all("Transfer-Encoding")


def invalid(pointer, keyword):
    return 422, "input-invalid", {"in": "body", "pointer": pointer, "keyword": keyword}


def syntax(column, keyword, line=1):
    return 400, "input-syntax", {"in": "body", "line": line, "column": column, "keyword": keyword}


BAD_BODIES = [
    ("/orders", JSON, b'{"lines":[],"role":"admin"}', invalid("/role", "undeclared")),
    ("/orders", JSON, b'{"lines":[{"sku":"a","price":0}]}', invalid("/lines/0/price", "undeclared")),
    ("/orders", JSON, b'{"lines":[{"count":1}]}', invalid("/lines/0", "required")),
    ("/orders", JSON, b'{"lines":[{"sku":"a","count":101}]}', invalid("/lines/0/count", "maximum")),
    ("/orders", JSON, b'{"lines":[{"sku":"A"}]}', invalid("/lines/0/sku", "pattern")),
    ("/orders", JSON, b'{"lines":{}}', invalid("/lines", "type")),
    ("/orders", JSON, b'{}', invalid("", "required")),
    ("/orders", JSON, b'{"lines":[],"id":7}', invalid("/id", "readOnly")),
    ("/orders", JSON, b'{"lines":[],"total":4.355}', invalid("/total", "multipleOf")),
    ("/orders", JSON, b'{"lines":[],"note":"' + b"x" * 4097 + b'"}', invalid("/note", "maxLength")),
    ("/pay", JSON, b'{"kind":"card","number":"4111111111111111","iban":"x"}', invalid("/iban", "undeclared")),
    ("/pay", JSON, b'{"kind":"card","number":"4"}', None),
    ("/big", JSON, b"[" + b"1," * 10000 + b"1]", invalid("", "maxItems")),
    ("/big", JSON, b"[9223372036854775808]", invalid("/0", "number")),
    ("/big", JSON, b"[1e400]", invalid("/0", "number")),
    ("/big", JSON, b"[1.5]", invalid("/0", "type")),
    ("/open", JSON, b'{"id":1,"ID":2}', invalid("/ID", "case-variant")),
    ("/form", FORM, b"a=5&role=admin", invalid("/role", "undeclared")),
    ("/form", FORM, b"a=500", invalid("/a", "maximum")),
    ("/form", FORM, b"b=x", invalid("", "required")),
    ("/text", TEXT, b"x" * 21, (422, "input-invalid", None)),
    ("/regex", JSON, b'{"p":"' + b"a" * 60 + b'!"}', (422, "input-too-complex", None)),
]


@pytest.mark.parametrize("path, kind, body, expected", BAD_BODIES)
def test_a_body_that_the_schema_does_not_allow_is_refused(gateway, upstream, path, kind, body, expected):
    for version in ("h1", "h2"):
        response = send(gateway, "POST", path, [kind], body, version)
        if expected is None:
            check_problem(response, "input-invalid", 422, more=["errors"])
            assert upstream.requests == []
        elif expected[1] == "input-too-complex":
            check_problem(response, "input-too-complex", 422, more=["errors"] if b"errors" in response.body else [])
            assert upstream.requests == []
        else:
            refused(gateway, upstream, response, expected[1], expected[0], expected[2])


TWO_READINGS = [
    ("/orders", JSON, b'{"lines":[],"note":"a","n\\u006fte":"b"}', syntax(24, "name-repeated")),
    ("/orders", JSON, b'{"lines":[],\n"note":"\\ud800"}', syntax(9, "surrogate", 2)),
    ("/orders", JSON, b'{"lines":[],"note":"\xc0\xaf"}', syntax(21, "utf8")),
    ("/orders", JSON, b'\xef\xbb\xbf{"lines":[]}', syntax(1, "bom")),
    ("/orders", JSON, b'{"lines":[]}x', syntax(13, "trailing")),
    ("/orders", JSON, b'{"lines":[],}', syntax(13, "unexpected")),
    ("/orders", JSON, b"{'lines':[]}", syntax(2, "unexpected")),
    ("/orders", JSON, b'{"lines":[]', syntax(12, "truncated")),
    ("/orders", JSON, b'{"lines":[],"note":"\\u0000"}', syntax(21, "nul")),
    ("/orders", JSON, b"[" * 100000, syntax(65, "depth")),
    ("/open", JSON, b'{"a":[[[[1]]]]}', syntax(9, "depth")),
    ("/orders", JSON, b'{"lines":[],"' + b"n" * 257 + b'":1}', syntax(13, "name-long")),
    ("/orders", JSON, b'{"total":' + b"1" * 129 + b'}', syntax(10, "number-long")),
    ("/form", FORM, b"a=%zz", None),
    ("/form", FORM, b"a=1&a=2", None),
    ("/form", FORM, b"a=1;b=x", None),
    ("/photo", MULTIPART, b'preamble\r\n--frontier\r\nContent-Disposition: form-data; name="title"\r\n\r\nx\r\n--frontier--\r\n', None),
    ("/photo", MULTIPART, b'--frontier\nContent-Disposition: form-data; name="title"\n\nx\n--frontier--\n', None),
    ("/photo", MULTIPART, b'--frontier\r\nContent-Disposition: form-data; name="title"; filename*=UTF-8\'\'x\r\n\r\nx\r\n--frontier--\r\n', None),
    ("/photo", MULTIPART, b'--frontier\r\nContent-Disposition: form-data; name="title"\r\n\r\nx\r\n--frontier\r\nContent-Disposition: '
     b'form-data; name="title"\r\n\r\ny\r\n--frontier--\r\n', None),
]


@pytest.mark.parametrize("path, kind, body, expected", TWO_READINGS)
def test_a_text_with_two_readings_is_refused(gateway, upstream, path, kind, body, expected):
    response = send(gateway, "POST", path, [kind], body)
    if expected:
        refused(gateway, upstream, response, expected[1], expected[0], expected[2])
        return
    assert response.status in (400, 422), response.body
    assert json.loads(response.body)["type"].rpartition(":")[2] in ("input-syntax", "input-invalid")
    assert upstream.requests == []


def parameter(place, name, keyword, pointer=""):
    return {"in": place, "name": name, "pointer": pointer, "keyword": keyword}


BAD_PARAMETERS = [
    ("/orders?limit=1&limit=2", [], parameter("query", "limit", "repeated")),
    ("/orders?role=admin", [], parameter("query", "role", "undeclared")),
    ("/orders?ids%5B%5D=1", [], parameter("query", "ids[]", "undeclared")),
    ("/orders?a=1&&limit=1", [], None),
    ("/orders?limit=x", [], parameter("query", "limit", "type")),
    ("/orders?limit=101", [], parameter("query", "limit", "maximum")),
    ("/orders?limit=01", [], parameter("query", "limit", "type")),
    ("/orders?ids=1&ids=200", [], parameter("query", "ids", "maximum", "/1")),
    ("/orders?limit=1;role=admin", [], None),
    ("/orders?q=%c0%af", [], None),
    ("/orders?q=" + "x" * 1025, [], parameter("query", "q", "maxLength")),
    ("/orders?_method=DELETE", [], parameter("query", "_method", "undeclared")),
    ("/orders/x", [], parameter("path", "id", "type")),
    ("/orders/9223372036854775808", [], parameter("path", "id", "number")),
    ("/orders", [("X-Level", "middle")], parameter("header", "x-level", "enum")),
    ("/orders", [("X-Level", "low"), ("X-Level", "high")], parameter("header", "x-level", "repeated")),
    ("/orders", [("Cookie", "theme=dark; theme=light")], parameter("cookie", "theme", "repeated")),
    ("/orders", [("Cookie", 'theme="dark"')], None),
    ("/orders", [("Cookie", "theme=%44")], None),
    ("/map/;at=700", [], parameter("path", "at", "maximum")),
]


@pytest.mark.parametrize("version", ["h1", "h2"])
@pytest.mark.parametrize("path, headers, error", BAD_PARAMETERS)
def test_a_parameter_that_is_not_documented_so_is_refused(gateway, upstream, path, headers, error, version):
    response = send(gateway, "GET", path, headers, version=version)
    if error:
        refused(gateway, upstream, response, "input-parameter", 400, error)
    else:
        check_problem(response, "input-parameter", 400, more=["errors"])
        assert upstream.requests == []


@pytest.mark.parametrize("path", ["/a/..%2fadmin", "/a/%2e%2e/b", "/a/%252e%252e/b", "//admin", "/orders;x=1", "/orders;x=1/7", "/map/;at=7/;x=1",
                                  "/orders/7;x=1"])
def test_a_path_with_two_readings_is_refused(gateway, upstream, path):
    refused(gateway, upstream, send(gateway, "GET", path), "input-target", 400)


MEDIA = [
    ("POST", "/orders", [TEXT], b'{"lines":[]}', 415, "input-media-type", {"Accept": "application/json"}),
    ("POST", "/orders", [], b'{"lines":[]}', 415, "input-media-type", {"Accept": "application/json"}),
    ("POST", "/orders", [("Content-Type", "application/json; charset=utf-7")], b'{"lines":[]}', 415, "input-media-type", {}),
    ("POST", "/orders", [("Content-Type", "application/json; profile=x")], b'{"lines":[]}', 415, "input-media-type", {}),
    ("POST", "/orders", [JSON, ("Content-Encoding", "gzip")], b'{"lines":[]}', 415, "input-media-type", {"Accept-Encoding": "identity"}),
    ("POST", "/orders", [JSON], b"", 400, "input-body-missing", {}),
    ("GET", "/orders", [JSON], b"{}", 400, "input-body-unexpected", {}),
    ("POST", "/open", [JSON], b'{"a":"' + b"x" * 4096 + b'"}', 413, "input-too-large", {}),
    ("PUT", "/file", [("Content-Type", "image/gif")], b"GIF", 415, "input-media-type", {"Accept": "image/png"}),
    ("PUT", "/file", [("Content-Type", "image/png")], bytes(3000001), 413, "input-too-large", {}),
]


@pytest.mark.parametrize("method, path, headers, body, status, problem, fields", MEDIA)
def test_types_codings_and_sizes(gateway, upstream, method, path, headers, body, status, problem, fields):
    response = send(gateway, method, path, headers, body)
    check_problem(response, problem, status, more=["errors"] if b'"errors"' in response.body else [])
    assert upstream.requests == []
    for name, value in fields.items():
        assert response.all(name) == [value]


def test_no_value_is_told_and_details_can_be_switched_off(gateway, upstream):
    response = send(gateway, "POST", "/orders", [JSON], b'{"lines":[],"note":7777777}')
    assert b"7777777" not in response.body
    refused(gateway, upstream, send(gateway, "POST", "/text", [TEXT], b"x" * 21), "input-invalid", 422)


def test_the_record_says_the_rule_and_no_value(gateway, upstream):
    response = send(gateway, "POST", "/orders", [JSON], b'{"lines":[],"secretfield":"secretvalue"}')
    record = json.dumps(gateway.record(response))
    assert '"input_keyword": "undeclared"' in record and '"input_in": "body"' in record
    assert "secret" not in record


@pytest.mark.parametrize("version", ["h1", "h2"])
def test_an_upload_is_not_held(gateway, upstream, version):
    """Bodies that no schema judges go on while they come: more than any held body may have."""
    body = random.Random(2).randbytes(2_500_000)
    response = send(gateway, "PUT", "/file", [("Content-Type", "image/png")], body, version)
    assert response.status == 200
    assert upstream.requests[0].body == body


def test_an_upload_without_length_is_counted(gateway, upstream):
    with gateway.tls() as client:
        client.send(b"PUT /v1/file HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n")
        piece = b"%x\r\n%s\r\n" % (100000, bytes(100000))
        try:
            for _ in range(31):
                client.send(piece)
        except OSError:
            pass
        response = client.read_response("PUT")
    check_problem(response, "input-too-large", 413)
    assert not any(len(request.body) >= 3000000 for request in upstream.requests)


def test_a_documented_reply_passes(gateway, upstream):
    for body in (b'{"a":1}', b' {"a" : 100 } '):
        upstream.queue(reply(200, body))
        response = send(gateway, path="/judged")
        assert (response.status, response.body) == (200, body)
    upstream.queue(reply(200, b'{"b":1}'))
    response = send(gateway, path="/watched")
    assert (response.status, response.body) == (200, b'{"b":1}')
    assert gateway.record(response)["facts"]["reply_invalid"] == "undeclared"


@pytest.mark.parametrize("status, kind, body", [
    (200, "application/json", b'{"a":1,"password":"x"}'), (200, "application/json", b'{"a":"x"}'), (200, "application/json", b"{}"),
    (200, "application/json", b'{"a":1'), (200, "text/plain", b"1"), (201, "application/json", b'{"a":1}'),
    (200, "application/json", b'{"a":1' + b" " * 5000 + b"}")])
def test_a_reply_that_is_not_documented(gateway, upstream, status, kind, body):
    upstream.queue(reply(status, body, [("Content-Type", kind)]))
    response = send(gateway, path="/judged")
    check_problem(response, "reply-invalid", 502)
    check_preset(response)
    assert b"password" not in response.body
    assert "reply_invalid" in gateway.record(response)["facts"]
