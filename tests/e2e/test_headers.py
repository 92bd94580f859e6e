"""HDR-1, TLS-2, ERR-1: the preset once on every answer, telling fields of the upstream on none."""
import pytest

from lib.api import DOCUMENT, JSON_OBJECT, document, operation, replies
from lib.behaviours import BEHAVIOURS, HTML, JSON, TEXT, chunked, fixed
from lib.gateway import Gateway, api
from lib.schema import API_CSP, HSTS, PRESET, REMOVED, REMOVED_WITH_NO_STORE, check_preset, check_problem
from lib.upstreams import Upstream, raw

O = "https://app.example.com"
PAGE = b"<!doctype html><title>t</title>\n"
OWN_CSP = ("default-src 'none'; img-src 'self' https://img.example.com; base-uri 'none'; frame-ancestors 'none'; "
           "form-action 'none'")
XHTML = {"application/xhtml+xml": {"schema": {"type": "string"}}}
PATHS = {
    **DOCUMENT["paths"],
    "/xhtml": {"get": operation("showXhtml", security=[], responses=replies(XHTML))},
    "/plainpage": {"get": operation("showPlain", responses=replies({"text/html": {"schema": {"type": "string"}}}))},
    "/own-csp": {"get": operation("showOwn", responses=replies({"text/html": {"schema": {"type": "string"}}}))},
    "/no-html": {"get": operation("noHtml", responses=replies({"text/html": {"schema": {"type": "string"}}}))},
    "/undocumented": {"get": operation("undocumented", security=[], responses=replies(JSON_OBJECT))},
}


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as started:
        yield started


@pytest.fixture(scope="module")
def gateway(upstream):
    profile = {"GET /page": "html", "GET /own-csp": "html", "GET /no-html": "api"}
    operations = {name: {"controls": {"security_headers": {"profile": value}}} for name, value in profile.items()}
    operations["GET /own-csp"]["controls"]["security_headers"]["csp"] = OWN_CSP
    hsts = {"security_headers": {"hsts_preload": True, "hsts_max_age": 94608000},
            "reply_fields": {"remove": ["X-Shard", "x-build-id"]}}
    policy = {"apis": [api(upstream, operations=operations), api(upstream, "long", base_path="/long", controls=hsts)]}
    with Gateway(upstream, policy, document(PATHS)) as started:
        yield started


@pytest.fixture(autouse=True)
def fresh(upstream):
    upstream.reset(drop=False)


def get(gateway, target="/v1/items", method="GET", headers=()):
    with gateway.tls() as client:
        return client.request(method, target, headers)


def answer(gateway, upstream, status=200, fields=JSON, body=b"{}", **options):
    upstream.default = fixed(status, list(fields), body)
    return get(gateway, **options)


# --- E-1: on every answer

@pytest.mark.parametrize("status", [*range(200, 227), *range(300, 309), *range(400, 452), 499, *range(500, 512), 598, 599])
def test_every_status_of_an_upstream(gateway, upstream, status):
    body = b"" if status in (204, 304) else b"{}"
    response = answer(gateway, upstream, status, body=body)
    expected = status if status < 505 else 500
    assert response.status == expected
    check_preset(response)
    if status >= 400:
        check_problem(response, "upstream-refused" if status < 500 else "upstream-error", expected)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("target, status", [
    ("/v1/items", 200), ("/v1/nothing", 404), ("/v1//x", 400), ("/.merlon/e/tls-required", 404)])
def test_head_has_the_fields_of_get(gateway, method, target, status):
    response = get(gateway, target, method)
    assert response.status == status
    check_preset(response)
    assert (response.body == b"") == (method == "HEAD")


@pytest.mark.parametrize("data, status", [
    (b"GET /v1/items HTTP/1.0\r\nHost: localhost\r\n\r\n", 200),
    (b"GET /v1/nothing HTTP/1.0\r\nHost: localhost\r\n\r\n", 404),
    (b"GET /v1/items HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n", 200),
    (b"GARBAGE\r\n\r\n", 400), (b"GET / HTTP/3.0\r\n\r\n", 505)])
def test_other_versions(gateway, data, status):
    with gateway.tls() as client:
        response = client.exchange(data)
    assert response.status == status
    check_preset(response)


def test_many_answers_on_one_connection_of_each_version(gateway):
    targets = ["/v1/items", "/v1/nothing", "/v1/public", "/v1/a//b", "/v1/items"] * 5
    with gateway.tls() as client, gateway.h2() as h2:
        for target in targets:
            check_preset(client.request(target=target))
            check_preset(h2.request(path=target))


def test_the_preset_on_a_stream_and_on_chunks(gateway, upstream):
    for behaviour in (BEHAVIOURS["events"], BEHAVIOURS["chunked"], BEHAVIOURS["chunked_trailer"]):
        upstream.default = behaviour
        response = get(gateway, "/v1/events")
        assert response.status == 200
        check_preset(response)


def test_fields_of_the_preset_from_upstream_go(gateway, upstream):
    wrong = [(name, "wrong") for name in PRESET] + [("Strict-Transport-Security", "max-age=1"),
                                                    ("X-Request-Id", "theirs"), ("x-frame-options", "SAMEORIGIN")]
    response = answer(gateway, upstream, fields=[*JSON, *wrong, *wrong])
    check_preset(response)


def test_fields_that_nginx_knows_are_not_doubled(gateway, upstream):
    fields = [*JSON, ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
              ("ETag", '"v1"'), ("Location", "/v1/items/1"), ("Accept-Ranges", "bytes"), ("Cache-Control", "private")]
    told = [*fields, ("Date", "Sun, 06 Nov 1994 08:49:37 GMT")]
    response = answer(gateway, upstream, fields=told, target="/v1/public")
    check_preset(response, cache="private")
    assert len(response.all("Date")) == 1
    for name, value in fields:
        assert response.all(name) == [value], name


# --- TLS-2

def test_hsts_through_tls_only(gateway):
    assert get(gateway).get("Strict-Transport-Security") == HSTS
    with gateway.plain() as client:
        check_preset(client.request(target="/v1/items"), tls=False)
    with gateway.clear_on_tls() as client:
        check_preset(client.request(target="/v1/items"), tls=False)


def test_hsts_as_the_policy_says(gateway):
    value = "max-age=94608000; includeSubDomains; preload"
    for target in ("/long/items", "/long/nothing"):
        check_preset(get(gateway, target), replaced={"Strict-Transport-Security": value})


# --- E-1, E-2: pages

@pytest.mark.parametrize("target, type_, html", [
    ("/v1/page", "text/html", True), ("/v1/page", "TEXT/HTML; charset=utf-8", True),
    ("/v1/page", "application/json", False), ("/v1/plainpage", "text/html; charset=utf-8", True),
    ("/v1/plainpage", "text/plain", False), ("/v1/xhtml", "application/xhtml+xml", True),
    ("/v1/no-html", "text/html", False), ("/v1/undocumented", "text/html", False), ("/v1/items", "text/html", False)])
def test_only_documented_pages_get_the_set_for_pages(gateway, upstream, target, type_, html):
    response = answer(gateway, upstream, fields=[("Content-Type", type_)], body=PAGE, target=target)
    check_preset(response, html=html)
    assert response.body == PAGE


def test_a_policy_of_ones_own_for_a_page(gateway, upstream):
    response = answer(gateway, upstream, fields=HTML, body=PAGE, target="/v1/own-csp")
    check_preset(response, html=True, replaced={"Content-Security-Policy": OWN_CSP})
    refused = answer(gateway, upstream, 404, HTML, PAGE, target="/v1/own-csp")
    check_preset(refused)


def test_errors_of_a_page_get_the_set_for_apis(gateway, upstream):
    assert answer(gateway, upstream, 500, HTML, PAGE, target="/v1/page").get("Content-Security-Policy") == API_CSP
    check_preset(get(gateway, "/v1/page?x=%zz"))


# --- E-1: caches and types

@pytest.mark.parametrize("target, theirs, ours", [
    ("/v1/items", "public, max-age=60", "no-store"), ("/v1/items", None, "no-store"),
    ("/v1/public", "public, max-age=60", "public, max-age=60"), ("/v1/public", None, "no-store"),
    ("/v1/public", "no-cache", "no-cache")])
def test_cache_control(gateway, upstream, target, theirs, ours):
    told = [*JSON, *([("Cache-Control", theirs)] if theirs else []), ("Age", "3"), ("Pragma", "no-cache"),
            ("Expires", "Sun, 06 Nov 2034 08:49:37 GMT")]
    response = answer(gateway, upstream, fields=told, target=target)
    check_preset(response, cache=ours)
    kept = [name for name in REMOVED_WITH_NO_STORE if response.all(name)]
    assert kept == ([] if ours == "no-store" else REMOVED_WITH_NO_STORE)


def test_errors_are_never_stored(gateway, upstream):
    for status in (404, 500):
        response = answer(gateway, upstream, status, [*JSON, ("Cache-Control", "public, max-age=60"), ("Age", "1")],
                          target="/v1/public")
        check_preset(response)


@pytest.mark.parametrize("fields, body, expected", [
    ([], b"{}", "application/octet-stream"), ([("Content-Type", "text/csv")], b"a,b", "text/csv"), ([], b"", None),
    ([("Content-Type", "")], b"{}", "application/octet-stream"),
    ([("Content-Type", "application/json;charset=UTF-8")], b"{}", "application/json;charset=UTF-8")])
def test_a_body_has_a_type(gateway, upstream, fields, body, expected):
    response = answer(gateway, upstream, fields=fields, body=body)
    assert response.get("Content-Type") == expected and response.body == body


# --- E-3: what goes

def names_removed():
    """Each name of the list; of a family one with an ending and, where it is a name, the one without."""
    for entry in REMOVED:
        if not entry.endswith("*"):
            yield entry
            continue
        yield entry[:-1] + "test"
        if not entry.endswith("-*"):
            yield entry[:-1]


@pytest.mark.parametrize("name", names_removed())
def test_a_telling_field_goes(gateway, upstream, name):
    for spelling in (name.lower(), name.upper(), name.title()):
        response = answer(gateway, upstream, fields=[*JSON, (spelling, "1"), ("X-Stays", "1")])
        check_preset(response)
        assert not response.all(name) and response.all("X-Stays") == ["1"], response


@pytest.mark.parametrize("name", ["X-Page", "X-Cach", "X-Debu", "X-Versions", "Viaduct", "X-Running", "X-Kongs", "Servers",
                                  "X-Total-Count", "Set-Cookie", "X-Amz-Meta", "Nels", "Refresh-Token-Hint"])
def test_a_field_beside_the_list_stays(gateway, upstream, name):
    response = answer(gateway, upstream, fields=[*JSON, (name, "value=1")])
    assert response.all(name) == ["value=1"]


def test_telling_fields_go_from_every_kind_of_answer(gateway, upstream):
    telling = [("Server", "Apache/2.4.1 (Unix)"), ("X-Powered-By", "PHP/5.3"), ("Via", "1.1 varnish"), ("X-Runtime", "1"),
               ("X-AspNetMvc-Version", "5"), ("SourceMap", "/a.map")]
    for status in (200, 201, 204, 206, 301, 304, 400, 404, 500, 503):
        body = b"" if status in (204, 304) else b"{}"
        check_preset(answer(gateway, upstream, status, [*JSON, *telling, *telling], body))


@pytest.mark.parametrize("name", ["X-Shard", "x-shard", "X-Build-Id", "X-BUILD-ID"])
def test_further_names_of_the_policy_go(gateway, upstream, name):
    assert not answer(gateway, upstream, fields=[*JSON, (name, "7")], target="/long/items").all(name)
    assert answer(gateway, upstream, fields=[*JSON, (name, "7")]).all(name) == ["7"]


@pytest.mark.parametrize("value", ["a\x01b", "a\x1bb", "a\x7fb", "\x08"])
def test_a_value_with_a_control_byte_goes(gateway, upstream, value):
    response = answer(gateway, upstream, fields=[*JSON, ("X-Odd", value), ("X-Tab", "a\tb")])
    check_preset(response)
    assert not response.all("X-Odd") and response.all("X-Tab") == ["a\tb"]


def test_a_known_field_with_a_control_byte_goes_too(gateway, upstream):
    for name in ("Location", "ETag", "Set-Cookie", "Last-Modified", "WWW-Authenticate", "Content-Language"):
        response = answer(gateway, upstream, fields=[*JSON, (name, "a\x01b")])
        assert response.status == 200 and not response.all(name), response
        check_preset(response)


def test_nginx_is_not_named_and_dates_stay(gateway):
    for target in ("/v1/items", "/v1/nothing", "/v1/%zz"):
        response = get(gateway, target)
        assert b"nginx" not in response.raw.lower() and len(response.all("Date")) == 1


def test_trailers_of_the_upstream_do_not_come_through(gateway, upstream):
    upstream.default = chunked(b"{}", fields=[("Trailer", "X-Sum")], trailer=b"X-Sum: 2\r\nServer: inner\r\n")
    response = get(gateway)
    assert (response.status, response.body, response.trailers) == (200, b"{}", [])


def test_an_upstreams_connection_field_is_not_passed_on(gateway, upstream):
    upstream.default = raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                           b"Connection: close, X-Private\r\nKeep-Alive: timeout=5\r\n\r\n{}")
    response = get(gateway)
    assert response.status == 200 and "X-Private" not in (response.get("Connection") or "")
    assert not response.all("Keep-Alive")


def test_the_preset_in_h2_is_lower_case_and_once(gateway, upstream):
    upstream.default = fixed(200, [*TEXT, ("Server", "x"), ("X-Frame-Options", "ALLOW")], b"text")
    with gateway.h2() as client:
        for path in ("/v1/items", "/v1/nothing", "/v1/%zz"):
            response = client.request(path=path)
            check_preset(response)
            assert all(name == name.lower() for name, _ in response.headers)


def test_add_nothing_to_a_reply_that_the_table_does_not_know(gateway, upstream):
    """Ours and nginx's own fields, nothing else, come with a bare reply."""
    response = answer(gateway, upstream)
    known = {*PRESET, "Strict-Transport-Security", "X-Request-Id", "Cache-Control", "Date", "Content-Type",
             "Content-Length", "Connection", "RateLimit", "RateLimit-Policy"}
    assert {name for name, _ in response.headers} == known
