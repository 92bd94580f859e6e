"""What every answer of the gateway has to look like: the error schema and the security headers.

Ids, titles and statuses of problems are read from the product's own table.
"""
import json
import re
from http import HTTPStatus
from pathlib import Path

PROBLEM_BASE = "urn:merlon:problem:"
PROBLEMS_DEF = Path(__file__).resolve().parents[3] / "include" / "merlon" / "problems.def"
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
RENAMED = {413: "Content Too Large", 414: "URI Too Long", 416: "Range Not Satisfiable", 418: None,
           422: "Unprocessable Content"}

HSTS = "max-age=63072000; includeSubDomains"
API_PERMISSIONS = ("accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), "
                   "microphone=(), payment=(), usb=()")
HTML_PERMISSIONS = API_PERMISSIONS + (
    ", autoplay=(), display-capture=(), fullscreen=(self), midi=(), picture-in-picture=(), "
    "publickey-credentials-get=(self), screen-wake-lock=(), xr-spatial-tracking=()")
API_CSP = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
HTML_CSP = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
            "upgrade-insecure-requests")
PRESET = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": API_CSP,
    "Permissions-Policy": API_PERMISSIONS,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}
HTML_PRESET = {**PRESET, "Content-Security-Policy": HTML_CSP, "Permissions-Policy": HTML_PERMISSIONS}

# `*` stands for any ending
REMOVED = """server x-powered-by x-aspnet* x-generator x-drupal-* x-runtime x-version x-backend* x-served-by
x-debug* x-rack-* x-varnish x-cache* via x-envoy-* x-kong-* x-apisix-* x-amz-cf-* x-upstream* x-application-*
x-php-* sourcemap x-sourcemap x-chrome* server-timing x-accel-* x-sendfile* access-control-* timing-allow-origin
public-key-pins* expect-ct x-xss-protection nel report-to reporting-endpoints content-security-policy-report-only
alt-svc refresh trailer merlon-*""".split()
REMOVED_WITH_NO_STORE = ["expires", "pragma", "age"]


def read_problems():
    """id -> (status, title) of every problem; status 0 and an empty title mean: as the answer's status."""
    row = re.compile(r'^MRL_PROBLEM\(\w+, "([a-z0-9-]+)", ([0-9]+), "([^"]*)"', re.MULTILINE)
    return {name: (int(status), title) for name, status, title in row.findall(PROBLEMS_DEF.read_text())}


def phrase(status):
    if status in RENAMED:
        return RENAMED[status]
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return None


def check_problem(response, name=None, status=None, more=()):
    """ERR-3: the answer is problem+json of our schema. Returns its members.

    `name` and `status` are what the test expects, `more` names members past the four. An answer
    to HEAD is checked by check_problem_head.
    """
    assert response.get("Content-Type") == "application/problem+json", response
    pairs = json.loads(response.body.decode("utf-8"), object_pairs_hook=list)
    assert [key for key, _ in pairs] == ["type", "title", "status", "instance", *more], pairs
    problem = dict(pairs)
    assert problem["type"].startswith(PROBLEM_BASE), problem
    got = problem["type"][len(PROBLEM_BASE):]
    assert name in (None, got), f"expected {name}: {problem}"
    assert type(problem["status"]) is int and problem["status"] == response.status, response
    assert status in (None, response.status), f"expected {status}: {response}"
    assert problem["instance"] == "urn:uuid:" + check_request_id(response), response
    check_row(got, problem)
    length = response.get("Content-Length")
    assert length in (None, str(len(response.body))), response
    return problem


def check_row(name, problem):
    problems = read_problems()
    assert name in problems, f"{name} is not in problems.def"
    status, title = problems[name]
    assert status in (0, problem["status"]) or name == "bad-request", problem
    title = title or phrase(problem["status"])
    assert isinstance(problem["title"], str) and title in (None, problem["title"]), problem


def check_problem_head(response, status=None):
    """The same for HEAD: fields as with GET, a length, and no body."""
    assert response.get("Content-Type") == "application/problem+json", response
    assert response.body == b"" and int(response.get("Content-Length")) > 0, response
    assert status in (None, response.status), response
    check_request_id(response)


def check_request_id(response):
    values = response.all("X-Request-Id")
    assert len(values) == 1 and UUID7.fullmatch(values[0]), f"X-Request-Id: {values}"
    return values[0]


def check_preset(response, tls=True, html=False, cache="no-store", cors=False, replaced=None):
    """HDR-1, TLS-2, ERR-1, CORS-4: each preset field exactly once with its exact value, no telling field.

    `cache` is the Cache-Control to expect, None for any single one; `cors` allows Access-Control-*;
    `replaced` gives other values for preset fields, as a policy may.
    """
    expected = {**(HTML_PRESET if html else PRESET), **(replaced or {})}
    if tls:
        expected.setdefault("Strict-Transport-Security", HSTS)
    else:
        assert not response.all("Strict-Transport-Security"), "HSTS in clear"
    for field, value in expected.items():
        assert response.all(field) == [value], f"{field}: {response.all(field)}, expected [{value!r}]"
    check_request_id(response)
    check_cache(response, cache)
    check_nothing_telling(response, cors)
    types = response.all("Content-Type")
    assert len(types) == 1 or not types and not response.body, f"Content-Type: {types}"


def check_cache(response, cache):
    values = response.all("Cache-Control")
    if response.status >= 400:
        cache = "no-store"
    assert len(values) == 1 and cache in (None, values[0]), f"Cache-Control: {values}, expected {cache!r}"
    if values == ["no-store"]:
        for field in REMOVED_WITH_NO_STORE:
            assert not response.all(field), f"{field} beside no-store"


def is_telling(name, cors):
    name = name.lower()
    if cors and name.startswith("access-control-"):
        return False
    return any(name.startswith(entry[:-1]) if entry.endswith("*") else name == entry for entry in REMOVED)


def check_nothing_telling(response, cors=False):
    """ERR-1: no field that names software, no field of the upstream's CORS, no control byte in a value."""
    for name, value in response.headers:
        assert not is_telling(name, cors), f"{name}: {value}"
        assert not any(ord(byte) < 0x20 and byte != "\t" or ord(byte) == 0x7F for byte in value), f"{name}: {value!r}"
