"""The checks of every answer, tested on answers that are right and on twins that are wrong in one place."""
import pytest

from lib import schema
from lib.rawhttp import Response

REQUEST_ID = "019aa3c1-7b1e-7c3a-9f00-2b5d8c1e4a77"


def problem(status=404, name="no-operation", title="Not found", **changes):
    body = changes.pop("body", '{"type":"urn:merlon:problem:%s","title":"%s","status":%d,"instance":"urn:uuid:%s"}'
                       % (name, title, status, REQUEST_ID))
    fields = {**schema.PRESET, "Strict-Transport-Security": schema.HSTS, "Cache-Control": "no-store",
              "X-Request-Id": REQUEST_ID, "Content-Type": "application/problem+json", **changes}
    return Response(status, [(key.replace("_", "-"), value) for key, value in fields.items() if value is not None],
                    body.encode())


def test_good_problem_passes():
    assert schema.check_problem(problem(), "no-operation", 404)["title"] == "Not found"
    schema.check_problem(problem(418, "bad-request", "Malformed request"))
    schema.check_problem(problem(500, "upstream-error", "Internal Server Error"))
    schema.check_preset(problem())


@pytest.mark.parametrize("bad", [
    problem(name="no-such-name"), problem(title="Nothing here"), problem(410), problem(X_Request_Id="other"),
    problem(Content_Type="application/json"), problem(500, "upstream-error", "Boom"), problem(body="{}"),
    problem(body='{"title":"Not found","type":"urn:merlon:problem:no-operation","status":404,"instance":"urn:uuid:%s"}'
            % REQUEST_ID),
    problem(body='{"type":"urn:merlon:problem:no-operation","title":"Not found","status":404,"instance":"urn:uuid:%s",'
            '"detail":"x"}' % REQUEST_ID),
    problem(body='{"type":"about:blank","title":"Not found","status":404,"instance":"urn:uuid:%s"}' % REQUEST_ID)])
def test_bad_problem_fails(bad):
    bad.headers = [(name.replace("_", "-"), value) for name, value in dict(bad.headers).items()]
    with pytest.raises(AssertionError):
        schema.check_problem(bad)


def with_fields(*added, without=(), status=200):
    response = problem(status if status >= 400 else 404)
    response.status = status
    response.headers = [pair for pair in response.headers if pair[0] not in without] + list(added)
    return response


def test_good_presets_pass():
    schema.check_preset(with_fields(("Date", "x"), ("ETag", '"1"'), ("Vary", "Origin")))
    schema.check_preset(with_fields(without=["Strict-Transport-Security"]), tls=False)
    schema.check_preset(with_fields(("Access-Control-Allow-Origin", "https://app.example.com")), cors=True)
    schema.check_preset(with_fields(("Cache-Control", "max-age=5"), ("Age", "1"), without=["Cache-Control"]),
                        cache="max-age=5")
    html = with_fields(("Content-Security-Policy", schema.HTML_CSP), ("Permissions-Policy", schema.HTML_PERMISSIONS),
                       without=["Content-Security-Policy", "Permissions-Policy"])
    schema.check_preset(html, html=True)
    with pytest.raises(AssertionError):
        schema.check_preset(html)


@pytest.mark.parametrize("name", [*schema.PRESET, "Strict-Transport-Security", "X-Request-Id", "Cache-Control",
                                  "Content-Type"])
def test_a_missing_or_repeated_preset_field_fails(name):
    with pytest.raises(AssertionError):
        schema.check_preset(with_fields(without=[name]))
    with pytest.raises(AssertionError):
        schema.check_preset(with_fields((name.lower(), problem().get(name))))


@pytest.mark.parametrize("field", [
    ("Server", "nginx"), ("x-powered-by", "x"), ("X-AspNetMvc-Version", "4"), ("Via", "1.1 a"), ("X-Cache-Hits", "1"),
    ("Access-Control-Allow-Origin", "*"), ("Alt-Svc", "clear"), ("Merlon-Drop", ""), ("Pragma", "no-cache"),
    ("Age", "1"), ("X-Odd", "a\x01"), ("X-Odd", "\x7f"), ("X-Accel-Redirect", "/")])
def test_a_telling_field_fails(field):
    with pytest.raises(AssertionError):
        schema.check_preset(with_fields(field))


def test_hsts_in_clear_fails():
    with pytest.raises(AssertionError, match="in clear"):
        schema.check_preset(with_fields(), tls=False)


def test_problem_of_head():
    response = with_fields(("Content-Length", "120"), status=404)
    response.body = b""
    schema.check_problem_head(response, 404)
    with pytest.raises(AssertionError):
        schema.check_problem_head(with_fields(("Content-Length", "120"), status=404))
