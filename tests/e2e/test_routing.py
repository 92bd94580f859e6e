"""INPUT-1, CORS-3: what the OpenAPI document names reaches the API; what it does not is 404 or 405 before the upstream sees a byte."""
import json

import pytest

from lib.api import body, document, operation, replies
from lib.gateway import Gateway, api, merlon
from lib.schema import check_preset, check_problem, check_problem_head
from lib.upstreams import Upstream

ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"]


def parameters(*names):
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def item(*names, **operations):
    return {**({"parameters": parameters(*names)} if names else {}), **operations}


PATHS = {
    "/": item(get=operation("root")),
    "/pets": item(get=operation("listPets"), post=operation("createPet", requestBody=body())),
    "/pets/mine": item(get=operation("myPets")),
    "/pets/{id}": item("id", get=operation("getPet"), delete=operation("deletePet")),
    "/pets/{id}/toys/{toy}": item("id", "toy", get=operation("getToy")),
    "/pets/mine/toys": item(get=operation("myToys")),
    "/books/{id}": item("id", get=operation("getBook")),
    "/{entity}/me": item("entity", get=operation("getMe")),
    "/a/{x}/c": item("x", get=operation("viaTemplate")),
    "/a/b/d": item(get=operation("viaLiteral")),
    "/files/{name}.json": item("name", get=operation("getFile")),
    "/headed": item(head=operation("headOnly"), put=operation("putHeaded", requestBody=body())),
    "/both": item(get=operation("getBoth"), head=operation("headBoth")),
    "/opted": item(get=operation("getOpted"), options=operation("optionsOpted"), trace=operation("traceOpted")),
    "/every": item(**{method: operation(f"{method}Every", responses=replies()) for method in
                      ("options", "delete", "patch", "put", "post", "head", "get")}),
    "/caf\u00e9": item(get=operation("cafe")),
    "/dot.": item(get=operation("dot")),
    "/unnamed": {"get": {"responses": replies()}},
    "/trailing/": item(get=operation("trailing")),
}
# a path of the same host with a base path of its own, longer ones first
OTHER = {"/pets": item(get=operation("otherPets")), "/only": item(put=operation("putOnly", requestBody=body()))}


@pytest.fixture(scope="module")
def upstreams():
    with Upstream() as first, Upstream() as second, Upstream() as third:
        yield first, second, third


@pytest.fixture(scope="module")
def gateway(upstreams):
    first, second, third = upstreams
    policy = {"apis": [api(first, "pets", base_path="/v1"),
                       api(second, "other", openapi="other.json", base_path="/v1/deep"),
                       api(third, "elsewhere", hosts=["other.test"], openapi="other.json", base_path="/")]}
    with Gateway(first, policy, document(PATHS), {"other.json": document(OTHER)}) as started:
        yield started


@pytest.fixture(autouse=True)
def fresh(upstreams):
    for upstream in upstreams:
        upstream.reset(drop=False)


def call(gateway, method, target, host="localhost"):
    with gateway.tls(sni=host) as client:
        return client.request(method, target, host=host)


def asked(upstreams):
    return [len(upstream.requests) for upstream in upstreams]


@pytest.mark.parametrize("target, op, template", [
    ("/v1/", "root", "/v1/"), ("/v1/pets", "listPets", "/v1/pets"), ("/v1/pets/mine", "myPets", "/v1/pets/mine"),
    ("/v1/pets/7", "getPet", "/v1/pets/{id}"), ("/v1/pets/%6dine", "myPets", "/v1/pets/mine"),
    ("/v1/pets/Mine", "getPet", "/v1/pets/{id}"), ("/v1/books/me", "getBook", "/v1/books/{id}"),
    ("/v1/cats/me", "getMe", "/v1/{entity}/me"), ("/v1/pets/mine/toys", "myToys", "/v1/pets/mine/toys"),
    ("/v1/pets/mine/toys/1", "getToy", "/v1/pets/{id}/toys/{toy}"), ("/v1/a/b/c", "viaTemplate", "/v1/a/{x}/c"),
    ("/v1/a/b/d", "viaLiteral", "/v1/a/b/d"), ("/v1/caf%C3%A9", "cafe", None),
    ("/v1/dot.", "dot", "/v1/dot."), ("/v1/%70ets", "listPets", "/v1/pets"), ("/v1/pets?", "listPets", "/v1/pets"),
    ("/v1/unnamed", "GET /v1/unnamed", "/v1/unnamed"), ("/v1/trailing/", "trailing", "/v1/trailing/"),
    ("/%761/pets", "listPets", "/v1/pets")])
def test_a_target_finds_its_operation(gateway, upstreams, target, op, template):
    response = call(gateway, "GET", target)
    assert response.status == 200, response
    assert response.json()["request_line"] == f"GET {target} HTTP/1.1"
    record = gateway.record(response)
    assert record["op_id"] == op and template in (None, record["template"]) and record["api"] == "pets", record


@pytest.mark.parametrize("target", [
    "/", "/v1", "/v1/pets/", "/PETS/mine", "/v1/PETS", "/v1/PETS/mine", "/V1/pets", "/v1/pet", "/v1/petsx", "/v1/pets/1/toys",
    "/v1/pets/1/toys/", "/v1/pets/1/toys/2/3", "/v1/a/b", "/v1/a/b/e", "/v1/x/y", "/v1/books", "/v1/trailing", "/v1/pets/1/",
    "/v1x/pets", "/v1/with+space", "/.merlon/e/tls-required", "/.merlon/", "/favicon.ico"])
def test_what_is_not_documented_is_404(gateway, upstreams, target):
    for method in ("GET", "POST", "OPTIONS", "DELETE"):
        response = call(gateway, method, target)
        check_preset(response)
        check_problem(response, "no-operation", 404)
        assert not response.all("Allow")
    assert asked(upstreams) == [0, 0, 0]
    record = gateway.record(response)
    assert (record["op_id"], record["control"]) == ("(unmatched)", "operation") and "template" not in record


@pytest.mark.parametrize("target, allow", [
    ("/v1/pets", "GET, HEAD, POST, OPTIONS"), ("/v1/pets/mine", "GET, HEAD, OPTIONS"), ("/v1/pets/7", "GET, HEAD, DELETE, OPTIONS"),
    ("/v1/headed", "HEAD, PUT, OPTIONS"), ("/v1/both", "GET, HEAD, OPTIONS"), ("/v1/opted", "GET, HEAD, OPTIONS"),
    ("/v1/every", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"), ("/v1/deep/only", "PUT, OPTIONS")])
def test_other_methods_are_405_with_allow(gateway, upstreams, target, allow):
    for method in ALL_METHODS:
        if method in allow.split(", "):
            continue
        response = call(gateway, method, target)
        with gateway.h2() as client:
            over_h2 = client.request(method, target)
        for answer in (response, over_h2):
            check_preset(answer)
            assert answer.all("Allow") == [allow], method
            if method == "HEAD":
                check_problem_head(answer, 405)
            else:
                check_problem(answer, "method-not-allowed", 405)
    assert asked(upstreams) == [0, 0, 0]


@pytest.mark.parametrize("method", ["get", "Get", "PROPFIND", "GETT", "G", "X" * 100, "GET-", "M_SEARCH", "PATCHX", "QUERY"])
def test_methods_of_whatever_name(gateway, upstreams, method):
    """nginx reads a method as A to Z, `_` and `-`; what it reads and we do not know is 405."""
    response = call(gateway, method, "/v1/pets")
    assert response.status == (405 if method == method.upper() else 400), response
    check_preset(response)
    check_problem(response)
    assert asked(upstreams) == [0, 0, 0]


def test_head_uses_get_or_its_own(gateway, upstreams):
    for target, op in (("/v1/pets/mine", "myPets"), ("/v1/both", "headBoth"), ("/v1/headed", "headOnly")):
        response = call(gateway, "HEAD", target)
        assert (response.status, response.body) == (200, b"")
        assert gateway.record(response)["op_id"] == op
    assert [request.method for request in upstreams[0].requests] == ["HEAD"] * 3


def test_options_is_answered_here_unless_documented(gateway, upstreams):
    response = call(gateway, "OPTIONS", "/v1/pets/mine")
    check_preset(response)
    assert (response.status, response.body, response.get("Allow")) == (204, b"", "GET, HEAD, OPTIONS")
    assert not response.all("Content-Length") and asked(upstreams) == [0, 0, 0]
    assert gateway.record(response)["verdict"] == "allowed"
    assert call(gateway, "OPTIONS", "/v1/opted").json()["request_line"] == "OPTIONS /v1/opted HTTP/1.1"


def test_trace_is_never_routed(gateway, upstreams):
    with gateway.tls() as client:
        response = client.request("TRACE", "/v1/opted", [("X-Canary", "canary")])
    check_problem(response, "method-not-allowed", 405)
    assert b"canary" not in response.raw and asked(upstreams) == [0, 0, 0]


def test_delete_of_a_literal_beside_a_template(gateway, upstreams):
    """The literal path is the path, though the template beside it knows the method."""
    check_problem(call(gateway, "DELETE", "/v1/pets/mine"), "method-not-allowed", 405)
    assert call(gateway, "DELETE", "/v1/pets/yours").status == 200
    assert asked(upstreams) == [1, 0, 0]


def test_apis_by_base_path_and_by_host(gateway, upstreams):
    assert call(gateway, "GET", "/v1/deep/pets").status == 200
    assert call(gateway, "GET", "/pets", host="other.test").status == 200
    assert call(gateway, "GET", "/v1/pets", host="api.test").status == 200
    assert asked(upstreams) == [1, 1, 1]
    check_problem(call(gateway, "GET", "/v1/pets", host="other.test"), "no-operation", 404)
    check_problem(call(gateway, "GET", "/pets"), "no-operation", 404)


# --- what does not load

def lint(tmp_path, policy, **documents):
    """Exit status and findings of `merlon lint`; the certificate is the local authority's, so none is read."""
    for name, content in documents.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    path = tmp_path / "merlon.yaml"
    path.write_text(json.dumps({"merlon": 1, "listeners": [{"address": "127.0.0.1:8443"}], **policy}))
    done = merlon("lint", "-c", path)
    return done.returncode, done.stdout + done.stderr


def one_api(name="a", openapi="first.json", **more):
    return api("http://127.0.0.1:3000", name, openapi=openapi, **more)


@pytest.mark.parametrize("paths, words", [
    ({"/a/{x}": item("x", get=operation("one")), "/a/{y}": item("y", post=operation("two"))}, ["/a/{x}", "/a/{y}"]),
    ({"/.merlon/e/x": item(get=operation("one"))}, ["/.merlon/e/x"])])
def test_ambiguous_and_reserved_paths_do_not_load(tmp_path, paths, words):
    code, text = lint(tmp_path, {"apis": [one_api()]}, first=document(paths, servers=[{"url": "/"}]))
    assert code == 1 and all(word in text for word in words), text


def test_one_path_in_two_apis_does_not_load(tmp_path):
    deep = document({"/a/b": item(get=operation("one"))}, servers=[{"url": "/"}])
    flat = document({"/b": item(get=operation("two"))}, servers=[{"url": "/a"}])
    code, text = lint(tmp_path, {"apis": [one_api(), one_api("b", "second.json")]}, first=deep, second=flat)
    assert code == 1 and "first.json" in text and "second.json" in text, text
    apart = document({"/b": item(post=operation("two"))}, servers=[{"url": "/a2"}])
    assert lint(tmp_path, {"apis": [one_api(), one_api("b", "second.json")]}, first=deep, second=apart)[0] == 0


def test_a_good_policy_lints(tmp_path):
    code, text = lint(tmp_path, {"apis": [one_api()]}, first=document(PATHS))
    assert code == 0, text
