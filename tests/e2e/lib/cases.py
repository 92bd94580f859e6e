"""The rows of the table test: what is sent in each HTTP version, and what has to come back.

A row names one thing that a client or an upstream does. `h1` is the exact bytes; `h2` is the header
list and the body (None: the head ends the stream). A side that cannot be said in a version is None.
"""
from dataclasses import dataclass, field

from lib.behaviours import BEHAVIOURS, HTML, fixed, slow_head
from lib.upstreams import echo

O = "https://app.example.com"
JSON = ("Content-Type", "application/json")
TEXT = ("Content-Type", "text/plain")


@dataclass
class Case:
    name: str
    status: int
    problem: str = None     # the id of the problem; None: no problem document
    h1: bytes = None
    h2: tuple = None
    asked: int = 0          # how many requests the upstream gets; None: it cannot be reached
    behaviour: object = field(default=echo, repr=False)
    method: str = "GET"     # as the answer has to be read
    via: str = "tls"        # tls, plain, clear_on_tls
    cors: bool = False
    html: bool = False
    fields: dict = field(default_factory=dict)  # answer fields with their exact values
    sni: str = "localhost"
    recorded: str = None    # the method in the record, if not this one
    more: list = field(default_factory=list)  # members of the problem past the four
    # RFC 9113 8.1.1: malformed over HTTP/2, which ends the stream; an answer may go out before.
    # nginx 1.22 sends none, 1.26 sends 400.
    h2_malformed: bool = False

    @property
    def tls(self):
        return self.via == "tls"


def h1(line, *fields, body=b"", host="localhost", end="\r\n"):
    """Head and body as bytes; a line without version gets HTTP/1.1."""
    if isinstance(line, str):
        line = line.encode("latin-1")
    if b" HTTP/" not in line:
        line += b" HTTP/1.1"
    lines = [line] + ([b"Host: " + host.encode("latin-1")] if host is not None else [])
    lines += [item if isinstance(item, bytes) else b"%s: %s" % (item[0].encode(), item[1].encode("latin-1"))
              for item in fields]
    end = end.encode()
    return end.join([*lines, b"", b""]) + body


def h2(method, path, *fields, body=None, authority="localhost", scheme="https"):
    head = [(":method", method), (":scheme", scheme), (":path", path), (":authority", authority)]
    head = [pair for pair in head if pair[1] is not None]
    return head + [(name.lower(), value) for name, value in fields], body


def both(method, target, *fields, body=b""):
    """The same request in both versions."""
    lengths = [("Content-Length", str(len(body)))] if body else []
    return {"h1": h1(f"{method} {target}", *fields, *lengths, body=body), "method": method,
            "h2": h2(method, target, *fields, *lengths, body=body or None)}


def chunked(data, *fields, line="POST /v1/items"):
    return h1(line, JSON, ("Transfer-Encoding", "chunked"), *fields, body=data)


def sized(length, *more, line="POST /v1/items", data=b"{}"):
    return h1(line, JSON, ("Content-Length", length), *more, body=data)


def target_cases():
    """Targets that could be read in two ways: refused in both versions by the same problem."""
    rows = [
        ("double slash", "/v1//items"), ("encoded slash", "/v1/items/a%2fb"), ("encoded backslash", "/v1/items/a%5cb"),
        ("dot dot segment", "/v1/a/../items"), ("encoded dot dot", "/v1/a/%2e%2e/items"),
        ("double escape", "/v1/items/%252e"), ("backslash", "/v1/items\\a"), ("byte over 0x7f", "/v1/items/\xe9"),
        ("fragment", "/v1/items#part"), ("dot segment", "/v1/./items"), ("overlong UTF-8", "/v1/items/%c0%ae"),
        ("matrix parameter", "/v1/items;a=b"), ("encoded control", "/v1/items/%1f"),
    ]
    return [Case(name, 400, "input-target", h1=h1(f"GET {target}"), h2=h2("GET", target))
            for name, target in rows]


def good_cases():
    return [
        Case("GET", 200, asked=1, **both("GET", "/v1/items")),
        Case("HEAD", 200, asked=1, **both("HEAD", "/v1/items")),
        Case("POST", 200, asked=1, **both("POST", "/v1/items", JSON, body=b'{"a":1}')),
        Case("POST chunked", 200, asked=1, method="POST", h1=chunked(b"2\r\n{}\r\n0\r\n\r\n"),
             h2=h2("POST", "/v1/items", JSON, body=b"{}")),
        Case("chunk extension", 200, asked=1, method="POST", h1=chunked(b"2;a=b\r\n{}\r\n0\r\n\r\n")),
        Case("chunked with trailer", 200, asked=1, method="POST", h1=chunked(b"2\r\n{}\r\n0\r\nX-Sum: 1\r\n\r\n")),
        Case("bare LF", 200, asked=1, h1=h1("GET /v1/items", end="\n")),
        Case("HTTP/1.0 with Host", 200, asked=1, h1=h1("GET /v1/items HTTP/1.0")),
        Case("preflight", 204, cors=True, **both("OPTIONS", "/v1/items", ("Origin", O),
                                                 ("Access-Control-Request-Method", "POST"))),
        Case("OPTIONS", 204, fields={"Allow": "GET, HEAD, POST, OPTIONS"}, **both("OPTIONS", "/v1/items")),
        Case("206", 206, asked=1, behaviour=BEHAVIOURS["206"], **both("GET", "/v1/items", ("Range", "bytes=0-4"))),
        Case("304", 304, asked=1, behaviour=BEHAVIOURS["304"], **both("GET", "/v1/items", ("If-None-Match", '"v1"'))),
        Case("plain page", 308, via="plain", h1=h1("GET /v1/page?a=b"), fields={"Content-Length": "0"}),
        Case("listed Origin", 200, asked=1, cors=True, fields={"Access-Control-Allow-Origin": O},
             **both("GET", "/v1/items", ("Origin", O))),
        Case("documented page", 200, asked=1, html=True, behaviour=fixed(200, HTML, b"<!doctype html><p>Hello\n"),
             **both("GET", "/v1/page")),
    ]


def bad(name, h1_bytes=None, h2_list=None, status=400, problem="bad-request", **more):
    return Case(name, status, problem, h1=h1_bytes, h2=h2_list, **more)


def line_cases():
    """The request line and the Host."""
    target = "/v1/items"
    return [
        bad("garbage", b"\x01\x02\x03 no request\r\n\r\n", recorded="other"),
        bad("lower-case method", h1("get /v1/items"), h2("get", target), recorded="other"),
        bad("no Host", h1("GET /v1/items", host=None), h2("GET", target, authority=None)),
        bad("no Host in HTTP/1.0", h1("GET /v1/items HTTP/1.0", host=None)),
        bad("bad Host", h1("GET /v1/items", host="local host"), h2("GET", target, authority="local/host")),
        bad("empty Host", h1("GET /v1/items", host=""), h2("GET", target, authority="")),
        bad("Host twice", h1("GET /v1/items", ("Host", "localhost")), h2("GET", target, ("host", "localhost"))),
        bad("escape %zz", h1("GET /v1/items/%zz"), h2("GET", "/v1/items/%zz")),
        bad("dot dot above the root", h1("GET /../x"), h2("GET", "/../x")),
        bad("escape %00", h1("GET /v1/items/%00"), h2("GET", "/v1/items/%00")),
        bad("space in the target", h1("GET /v1/it ems HTTP/1.1"), h2("GET", "/v1/it ems")),
        bad("control in the target", h1("GET /v1/it\x01ems"), h2("GET", "/v1/it\x01ems")),
        bad("CONNECT host:port", h1("CONNECT api.test:443"),
            ([(":method", "CONNECT"), (":authority", "api.test:443")], None), recorded="CONNECT"),
        bad("OPTIONS *", h1("OPTIONS *"), h2("OPTIONS", "*"), recorded="OPTIONS"),
        bad("absolute-form", h1("GET http://localhost/v1/items")),
        bad("absolute-form, other host", h1("GET https://api.test/v1/items")),
        bad("h2 scheme http", h2_list=h2("GET", target, scheme="http")),
        Case("CONNECT /path", 405, "method-not-allowed", h1=h1("CONNECT /v1/items"), recorded="CONNECT",
             fields={"Allow": "GET, HEAD, POST, OPTIONS"}),
    ]


def field_cases():
    """Form of header fields, and fields that may come once."""
    get, target = "GET /v1/items", "/v1/items"
    rows = [
        bad("NUL in a value", h1(get, b"X-Odd: a\0b"), h2("GET", target, ("x-odd", "a\0b")), h2_malformed=True),
        bad("control in a value", h1(get, b"X-Odd: a\x01b"), h2("GET", target, ("x-odd", "a\x01b"))),
        bad("DEL in a value", h1(get, b"X-Odd: a\x7fb"), h2("GET", target, ("x-odd", "a\x7fb"))),
        bad("bare CR", h1(get, b"X-Odd: a\rb"), h2("GET", target, ("x-odd", "a\rb")), h2_malformed=True),
        bad("obs-fold", h1(get, b"X-Odd: a\r\n b")),
        bad("space before the colon", h1(get, b"X-Odd : a"), h2("GET", target, ("x-odd ", "a")), h2_malformed=True),
        bad("no colon", h1(get, b"X-Odd")),
        bad("underscore in a name", h1(get, b"X_Odd: a"), h2("GET", target, ("x_odd", "a"))),
        bad("@ in a name", h1(get, b"X@Odd: a"), h2("GET", target, ("x@odd", "a"))),
        bad("name of 65 bytes", h1(get, ("X" * 65, "a")), h2("GET", target, ("x" * 65, "a"))),
        bad("upper case in h2", h2_list=([*h2("GET", target)[0], ("X-Odd", "a")], None), h2_malformed=True),
        bad("Connection: authorization", h1(get, ("Connection", "authorization"), ("Authorization", "Bearer x"))),
        bad("h2 te: gzip", h2_list=h2("GET", target, ("te", "gzip"))),
        bad("h2 transfer-encoding", h2_list=h2("POST", target, JSON, ("transfer-encoding", "chunked"), body=b"{}"),
            method="POST"),
        bad("h2 connection", h2_list=h2("GET", target, ("connection", "close"))),
        bad("h2 upgrade", h2_list=h2("GET", target, ("upgrade", "websocket"))),
        bad("X-HTTP-Method-Override", h1(get, ("X-HTTP-Method-Override", "DELETE")),
            h2("GET", target, ("x-http-method-override", "DELETE")), problem="input-target"),
    ]
    for name, value in (("Authorization", "Bearer x"), ("Content-Type", "text/plain"), ("Origin", O)):
        rows.append(bad(f"{name} twice", h1(get, (name, value), (name, value)),
                        h2("GET", target, (name, value), (name, value))))
    return rows


def framing_cases():
    """Lengths and codings, out of which smuggling is made."""
    post = {"method": "POST"}
    te = ("Transfer-Encoding", "chunked")
    end = b"0\r\n\r\n"
    rows = [(f"Content-Length {value}", sized(value), h2("POST", "/v1/items", JSON, ("content-length", value), body=b"{}"))
            for value in ("abc", "+5", "5, 5", "-1", "0x2")]
    return [bad(*row, **post) for row in rows] + [
        bad("Content-Length twice", sized("2", ("Content-Length", "2")),
            h2("POST", "/v1/items", JSON, ("content-length", "2"), ("content-length", "2"), body=b"{}"), **post),
        bad("two Content-Lengths", sized("2", ("Content-Length", "5")),
            h2("POST", "/v1/items", JSON, ("content-length", "2"), ("content-length", "5"), body=b"{}"), **post),
        bad("Content-Length with Transfer-Encoding", sized("2", te, data=b"2\r\n{}\r\n" + end), **post),
        bad("Transfer-Encoding twice", chunked(b"2\r\n{}\r\n" + end, te), **post),
        bad("Transfer-Encoding in HTTP/1.0", chunked(b"2\r\n{}\r\n" + end, line="POST /v1/items HTTP/1.0"), **post),
        bad("bad chunk size", chunked(b"zz\r\n{}\r\n" + end), **post),
        bad("chunk without its end", chunked(b"2\r\n{}xx" + end), **post),
        bad("h2 content-length too small", h2_list=h2("POST", "/v1/items", JSON, ("content-length", "1"), body=b"{}"),
            **post),
        bad("h2 content-length too large", h2_list=h2("POST", "/v1/items", JSON, ("content-length", "9"), body=b"{}"),
            **post),
        bad("GET with body", problem="input-body-unexpected", h1_bytes=h1("GET /v1/items", ("Content-Length", "2"), body=b"{}"),
            h2_list=h2("GET", "/v1/items", ("content-length", "2"), body=b"{}")),
        bad("GET with a chunked body", problem="input-body-unexpected",
            h1_bytes=h1("GET /v1/items", te, body=b"2\r\n{}\r\n" + end), h2_list=h2("GET", "/v1/items", body=b"{}")),
        Case("Transfer-Encoding: gzip", 501, "not-implemented", **post,
             h1=h1("POST /v1/items", JSON, ("Transfer-Encoding", "gzip"), body=b"xx")),
    ]


def refused_cases():
    """Well-formed, and not allowed."""
    allow = {"Allow": "GET, HEAD, POST, OPTIONS"}
    return [
        Case("foreign Origin", 403, "origin-not-allowed", **both("GET", "/v1/items", ("Origin", "https://evil.test"))),
        Case("preflight of a foreign Origin", 403, "origin-not-allowed",
             **both("OPTIONS", "/v1/items", ("Origin", "https://evil.test"), ("Access-Control-Request-Method", "GET"))),
        Case("preflight of another method", 403, "preflight-refused", cors=True,
             **both("OPTIONS", "/v1/items", ("Origin", O), ("Access-Control-Request-Method", "DELETE"))),
        Case("HTTP on the TLS port", 403, "tls-required", via="clear_on_tls", h1=h1("GET /v1/items")),
        Case("API call on the plain port", 403, "tls-required", via="plain", h1=h1("GET /v1/items")),
        Case("unknown path", 404, "no-operation", **both("GET", "/v1/nothing")),
        Case("outside of the base path", 404, "no-operation", **both("GET", "/items")),
        Case("HEAD of an unknown path", 404, "no-operation", **both("HEAD", "/v1/nothing")),
        Case("internal location", 404, "no-operation", **both("GET", "/.merlon/e/x")),
        Case("internal location that is", 404, "no-operation", **both("GET", "/.merlon/e/tls-required")),
        Case("DELETE", 405, "method-not-allowed", fields=allow, **both("DELETE", "/v1/items")),
        Case("FOO", 405, "method-not-allowed", fields=allow, recorded="other", **both("FOO", "/v1/items")),
        Case("TRACE", 405, "method-not-allowed", fields=allow, **both("TRACE", "/v1/items")),
        Case("body too large by length", 413, "input-too-large", **both("POST", "/v1/upload", TEXT, body=b"x" * 5000)),
        Case("body too large by chunks", 413, "input-too-large", method="POST",
             h1=h1("POST /v1/upload", TEXT, ("Transfer-Encoding", "chunked"), body=b"1000\r\n" + b"x" * 4096 + b"\r\n1\r\ny\r\n0\r\n\r\n"),
             h2=h2("POST", "/v1/upload", TEXT, body=b"x" * 4097)),
        Case("body of 3 MiB", 413, "input-too-large", method="POST",
             h1=h1("POST /v1/items", JSON, ("Content-Length", "3145728")),
             h2=h2("POST", "/v1/items", JSON, ("content-length", "3145728"), body=b"x" * 100)),
        Case("target of 9,000 bytes", 414, "target-too-long", **both("GET", "/v1/items?q=" + "a" * 8988)),
        Case("target of 17,000 bytes", 414, "target-too-long", **both("GET", "/v1/items?q=" + "a" * 16988)),
        Case("coded body", 415, "input-media-type",
             **both("POST", "/v1/items", JSON, ("Content-Encoding", "gzip"), body=b"\x1f\x8b")),
        Case("undeclared parameter", 400, "input-parameter", more=["errors"], **both("GET", "/v1/items?role=admin")),
        Case("no body", 400, "input-body-missing", **both("POST", "/v1/items", JSON)),
        Case("body that is no JSON", 400, "input-syntax", more=["errors"], **both("POST", "/v1/items", JSON, body=b"{]")),
        Case("undeclared member", 422, "input-invalid", more=["errors"], **both("POST", "/v1/strict", JSON, body=b'{"role":1}')),
        Case("pattern that takes too long", 422, "input-too-complex",
             **both("POST", "/v1/strict", JSON, body=b'{"p":"' + b"a" * 60 + b'!"}')),
        Case("Expect: something", 417, "expectation-failed", **both("GET", "/v1/items", ("Expect", "200-ok"))),
        Case("other host", 421, "misdirected", h1=h1("GET /v1/items", host="unknown.test"),
             h2=h2("GET", "/v1/items", authority="unknown.test")),
        Case("field of 14 KiB", 431, "header-too-large", **both("GET", "/v1/items", ("X-Big", "b" * 14336))),
        Case("101 fields", 431, "header-too-large",
             **both("GET", "/v1/items", *[(f"X-Field-{number}", "v") for number in range(101)])),
        Case("40 KiB of fields", 431, "header-too-large",
             **both("GET", "/v1/items", *[(f"X-Field-{number}", "v" * 8180) for number in range(5)])),
        Case("field of 40,000 bytes", 431, "header-too-large", h1=h1("GET /v1/items", ("X-Big", "b" * 40000))),
        Case("HTTP/2.0 in the line", 505, "version-unsupported", h1=h1("GET /v1/items HTTP/2.0")),
        Case("HTTP/9.9 in the line", 505, "version-unsupported", h1=h1("GET /v1/items HTTP/9.9")),
    ]


def upstream_case(name, status, problem, behaviour, **more):
    if isinstance(behaviour, str):
        behaviour = BEHAVIOURS[behaviour]
    return Case(name, status, problem, asked=1, behaviour=behaviour, **{**both("GET", "/v1/items"), **more})


def upstream_cases():
    unavailable = (502, "upstream-unavailable")
    return [
        upstream_case("upstream 500 with trace", 500, "upstream-error", "500_trace"),
        upstream_case("upstream 500, trace after the head", 500, "upstream-error", "500_trace_after_head"),
        upstream_case("upstream 501", 501, "upstream-error", "501"),
        upstream_case("undocumented reply", 502, "reply-invalid", fixed(200, [JSON], b'{"q":1}'), **both("GET", "/v1/strict")),
        upstream_case("upstream 599", 500, "upstream-error", "599"),
        upstream_case("upstream 503", 503, "upstream-error", "503_retry_after", fields={"Retry-After": "7"}),
        Case("upstream down", *unavailable, asked=None, **both("GET", "/down/items")),
        Case("upstream with a bad certificate", *unavailable, asked=None, **both("GET", "/badcert/items")),
        upstream_case("upstream garbage", *unavailable, "garbage"),
        upstream_case("upstream garbage, left open", *unavailable, "garbage_open"),
        upstream_case("upstream without a status line", *unavailable, "no_status_line"),
        upstream_case("upstream closes", *unavailable, "closed"),
        upstream_case("upstream 103", *unavailable, "103_then_200"),
        upstream_case("upstream 101", *unavailable, "101"),
        upstream_case("upstream 099", *unavailable, "099"),
        upstream_case("upstream 999", *unavailable, "999"),
        upstream_case("upstream with two lengths", *unavailable, "two_lengths"),
        upstream_case("upstream with one length twice", *unavailable, "same_lengths"),
        upstream_case("upstream with length and chunks", *unavailable, "length_and_chunked"),
        upstream_case("upstream Transfer-Encoding: gzip", *unavailable, "transfer_gzip"),
        upstream_case("upstream cut by length", *unavailable, "cut_by_length"),
        upstream_case("upstream cut in a chunk", *unavailable, "cut_by_chunks"),
        upstream_case("upstream cut in the head", *unavailable, "cut_head"),
        upstream_case("upstream head of 64 KiB", *unavailable, "huge_head"),
        upstream_case("upstream field with a bad name", *unavailable, "bad_name"),
        upstream_case("upstream 200 with trace", 500, "upstream-error", "200_trace"),
        upstream_case("upstream 200 with trace in JSON", 500, "upstream-error", "200_trace_json"),
        upstream_case("upstream 400 with trace", 400, "upstream-refused", "400_trace"),
        upstream_case("upstream 404 HTML", 404, "upstream-refused", "404_html"),
        upstream_case("upstream 404 as documented", 404, None, "404_json", **both("GET", "/v1/items/7")),
        upstream_case("upstream X-Accel-Redirect", 200, None, "accel_redirect"),
        upstream_case("upstream in chunks", 200, None, "chunked"),
        upstream_case("upstream by close", 200, None, "by_close"),
        upstream_case("upstream HTTP/1.0", 200, None, "http_1_0"),
        upstream_case("upstream without a type", 200, None, "no_type",
                      fields={"Content-Type": "application/octet-stream"}),
        upstream_case("upstream 204", 204, None, "204"),
        upstream_case("upstream slow head", 200, None, slow_head(0.002)),
        upstream_case("upstream telling fields", 200, None, "leaky_fields"),
        upstream_case("upstream control byte in a field", 200, None, "control_byte"),
    ]


CASES = [*good_cases(), *line_cases(), *target_cases(), *field_cases(), *framing_cases(), *refused_cases(),
         *upstream_cases()]
