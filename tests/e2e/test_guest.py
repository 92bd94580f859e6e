"""Merlon as a guest in an nginx that somebody wrote by hand: what it promises there, and what it refuses to load."""
import os
import pwd
import subprocess

import pytest

from lib.behaviours import BEHAVIOURS
from lib.guest import MODULE, Guest, USER
from lib.schema import PRESET, check_preset, check_problem
from lib.upstreams import Upstream

LISTEN = "@TLS@ server_name localhost; @CERT@ "
PROXIED = "@PROXY@ proxy_pass http://behind; proxy_set_header Host behind.test;"
PLACES = {
    "http": ("merlon on;", f"server {{ {LISTEN} @SERVER@ location / {{ {PROXIED} }} }}"),
    "server": ("", f"server {{ {LISTEN} merlon on; @SERVER@ location / {{ {PROXIED} }} }}"),
    "location": ("", f"server {{ {LISTEN} @SERVER@ location / {{ merlon on; {PROXIED} }} }}"),
}
FULL = f"""server {{
	{LISTEN}
	merlon on;
	@SERVER@
	add_header X-Frame-Options SAMEORIGIN always;
	add_header X-Own yes always;
	location / {{ {PROXIED} }}
	location = /v1/items/slow {{
		client_body_buffer_size 1m; client_body_in_single_buffer on;
		proxy_pass http://behind; proxy_set_header Merlon-Drop ""; proxy_read_timeout 1s;
	}}
	location = /v1/public {{ return 200 "said by nginx\\n"; }}
	location = /v1/page {{ root @FOLDER@/files; try_files /page.html =404; }}
	location /off/ {{ merlon off; {PROXIED} }}
	location /unknown/ {{ root @FOLDER@/files; }}
}}
server {{
	listen @PLAIN@;
	server_name localhost;
	merlon on;
	@SERVER@
	location / {{ {PROXIED} }}
}}"""


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as started:
        yield started


@pytest.fixture(scope="module")
def guest(upstream):
    prepared = Guest(FULL, upstream, run_dir=True)
    files = prepared.folder / "files"
    (files / "unknown").mkdir(parents=True)
    (files / "page.html").write_text("<p>a page</p>")
    (files / "unknown" / "secret.txt").write_text("secret")
    with prepared as started:
        yield started


@pytest.fixture(autouse=True)
def fresh(upstream):
    upstream.reset(drop=False)


def call(guest, target="/v1/items", method="GET", headers=(), body=b""):
    with guest.tls() as client:
        return client.request(method, target, headers, body)


# --- where it may be switched on

@pytest.mark.parametrize("place", PLACES)
def test_on_at_every_level(place, upstream):
    http, servers = PLACES[place]
    with Guest(servers, upstream, http=http) as guest:
        good = call(guest)
        assert good.status == 200
        check_preset(good)
        refused = call(guest, headers=[("Origin", "https://evil.test")])
        check_problem(refused, "origin-not-allowed", 403)
        check_preset(refused)
        check_problem(call(guest, "/v1/nothing"), "no-operation", 404)
        assert len(upstream.requests) == 1


def test_it_needs_no_run_folder_and_no_daemon(upstream):
    with Guest(PLACES["server"][1], upstream) as guest:
        assert call(guest).status == 200
        assert "merlon:" not in guest.error_log


# --- what its answers look like

@pytest.mark.smoke
def test_a_good_answer_has_the_preset_once(guest, upstream):
    response = call(guest)
    assert response.status == 200
    check_preset(response)
    assert response.get("X-Own") == "yes", "add_header's other fields stay"
    assert upstream.requests[0].get("Host") == "behind.test"
    with guest.h2() as client:
        check_preset(client.request("GET", "/v1/items"))


GARBAGE = {
    "bad-request": (b"GARBAGE\r\n\r\n", 400),
    "input-too-large": (b"POST /v1/items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        b"Content-Length: 90000000\r\n\r\n", 413),
    "target-too-long": (b"GET /" + b"a" * 17000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
    "header-too-large": (b"GET /v1/items HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 20000 + b"\r\n\r\n", 431),
    "not-implemented": (b"POST /v1/items HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    "version-unsupported": (b"GET /v1/items HTTP/2.0\r\nHost: localhost\r\n\r\n", 505),
}


@pytest.mark.smoke
@pytest.mark.parametrize("name", GARBAGE)
def test_the_errors_of_nginx_have_our_form(guest, upstream, name):
    data, status = GARBAGE[name]
    with guest.tls() as client:
        response = client.exchange(data)
    check_problem(response, name, status)
    check_preset(response)
    assert not upstream.requests


def test_http_on_the_tls_port_and_on_a_plain_one(guest, upstream):
    for port in (guest.tls_port, guest.plain_port):
        with guest.clear(port) as client:
            response = client.request(target="/v1/items")
        check_problem(response, "tls-required", 403)
        assert response.get("X-Frame-Options") == PRESET["X-Frame-Options"]
    assert not upstream.requests


@pytest.mark.parametrize("behaviour, name, status", [
    ("500_trace", "upstream-error", 500), ("501", "upstream-error", 501), ("599", "upstream-error", 500),
    ("closed", "upstream-unavailable", 502), ("garbage", "upstream-unavailable", 502)])
def test_a_failing_upstream_is_replaced(guest, upstream, behaviour, name, status):
    upstream.on("/v1/items", BEHAVIOURS[behaviour])
    response = call(guest)
    check_problem(response, name, status)
    check_preset(response)
    assert b"canary" not in response.raw


def test_a_silent_upstream(guest, upstream):
    upstream.on("/v1/items/slow", BEHAVIOURS["silent"])
    response = call(guest, "/v1/items/slow")
    check_problem(response, "upstream-timeout", 504)
    check_preset(response)


def test_an_upstream_that_is_not_there():
    with Guest(PLACES["server"][1]) as guest:
        response = call(guest)
    check_problem(response, "upstream-unavailable", 502)
    check_preset(response)


@pytest.mark.smoke
@pytest.mark.parametrize("behaviour", ["200_trace", "200_trace_json"])
def test_a_leak_in_200_is_replaced(guest, upstream, behaviour):
    upstream.on("/v1/items", BEHAVIOURS[behaviour])
    response = call(guest)
    check_problem(response, "upstream-error", 500)
    assert b"canary" not in response.raw


def test_telling_fields_are_gone(guest, upstream):
    upstream.on("/v1/items", BEHAVIOURS["leaky_fields"])
    check_preset(call(guest))


def test_an_off_location_is_left_alone(guest, upstream):
    upstream.on("/off/x", BEHAVIOURS["500_trace"])
    response = call(guest, "/off/x", headers=[("Origin", "https://evil.test")])
    assert response.status == 500 and b"canary-in-trace" in response.body
    assert response.get("X-Powered-By") == "Python/3.11" and response.get("X-Frame-Options") == "SAMEORIGIN"
    assert not response.all("X-Request-Id")


# --- nginx's own answers in a server that is on

@pytest.mark.parametrize("target, body", [("/v1/public", b"said by nginx\n"), ("/v1/page", b"<p>a page</p>")])
def test_return_and_files_are_judged(guest, upstream, target, body):
    response = call(guest, target)
    assert (response.status, response.body) == (200, body)
    check_preset(response, html=target == "/v1/page", cache=None)
    assert call(guest, target, headers=[("Origin", "https://evil.test")]).status == 403
    check_problem(call(guest, target, "DELETE"), "method-not-allowed", 405)
    assert not upstream.requests


def test_a_file_that_no_document_names_is_not_served(guest):
    response = call(guest, "/unknown/secret.txt")
    check_problem(response, "no-operation", 404)
    assert b"secret" not in response.body


# --- records

def test_with_a_run_folder_each_call_has_one_record(guest):
    good = guest.record(call(guest, "/v1/items/42"))
    assert (good["op_id"], good["verdict"], good["status"]) == ("getItem", "allowed", 200)
    refused = guest.record(call(guest, headers=[("Origin", "https://evil.test")]))
    assert (refused["verdict"], refused["control"], refused["status"]) == ("denied", "cors", 403)
    with guest.tls() as client:
        assert guest.record(client.exchange(b"GARBAGE\r\n\r\n"))["op_id"] == "(unparsed)"


# --- what is not loaded

ON = f"{LISTEN} merlon on; @SERVER@ "
PAGES = "error_page 494 495 496 497 =400 /.merlon/e/x;"
REFUSED = {
    "merge_slashes on": (f"server {{ {ON} merge_slashes on; location / {{ {PROXIED} }} }}", "merge_slashes off"),
    "merge_slashes on, location on": (
        f"server {{ {LISTEN} merge_slashes on; location / {{ merlon on; {PROXIED} }} }}", "merge_slashes off"),
    "no error_page": (f"server {{ {LISTEN} merlon on; location / {{ {PROXIED} }} }}", "error_page for 494 to 497"),
    "no location for errors": (
        f"server {{ {LISTEN} merlon on; {PAGES} location / {{ {PROXIED} }} }}", "location ^~ /.merlon/e/"),
    "buffer too small": (
        f"server {{ {ON} location / {{ client_body_buffer_size 8k; client_body_in_single_buffer on; "
        "proxy_pass http://behind; } }", "client_body_buffer_size 1048576"),
    "not one buffer": (
        f"server {{ {ON} location / {{ client_body_buffer_size 1m; proxy_pass http://behind; }} }}",
        "client_body_in_single_buffer on"),
    "realip in the server": (
        f"server {{ {ON} set_real_ip_from 10.0.0.0/8; location / {{ {PROXIED} }} }}", "set_real_ip_from"),
    "realip in the location": (
        f"server {{ {ON} location / {{ set_real_ip_from 10.0.0.0/8; {PROXIED} }} }}", "set_real_ip_from"),
}


def check(servers, **options):
    guest = Guest(servers, **options)
    guest.own()
    try:
        return guest.check()
    finally:
        guest.remove()


@pytest.mark.parametrize("name", REFUSED)
def test_load_errors_say_what_to_write(name):
    servers, text = REFUSED[name]
    code, said = check(servers)
    assert code != 0 and "[emerg]" in said and text in said, said


def test_on_without_a_policy_is_not_loaded():
    guest = Guest(PLACES["server"][1])
    guest.write(PLACES["server"][1], "")
    guest.own()
    try:
        code, said = guest.check()
    finally:
        guest.remove()
    assert code != 0 and "merlon_policy FILE" in said, said


@pytest.mark.parametrize("policy, place, text", [
    ("merlon: 1\nlisteners: [{address: \"127.0.0.1:1\"}]\napis:\n  - {nam: orders}\n", "merlon.yaml:4:6", "nam"),
    ("merlon: 1\napis: [\n", "merlon.yaml:", "error")])
def test_a_broken_policy_names_file_line_and_column(policy, place, text):
    code, said = check(PLACES["server"][1], policy=policy)
    assert code != 0 and place in said and text in said, said


WARNED = {
    "ignore_invalid_headers": (
        f"server {{ {ON} ignore_invalid_headers on; location / {{ {PROXIED} }} }}", "ignore_invalid_headers off"),
    "return in the server": (
        f"server {{ {LISTEN} rewrite ^/old$ /v1/items; location / {{ merlon on; {PROXIED} }} }}", "not judged"),
}


@pytest.mark.parametrize("name", WARNED)
def test_warnings(name):
    servers, text = WARNED[name]
    code, said = check(servers)
    assert code == 0 and "[warn]" in said and text in said, said


@pytest.mark.parametrize("place", PLACES)
def test_the_snippets_load_without_a_warning(place):
    http, servers = PLACES[place]
    code, said = check(servers, http=http)
    merlon = [line for line in said.splitlines() if "merlon:" in line or "[emerg]" in line]
    assert code == 0 and not merlon, said


def test_the_configuration_is_checked_by_an_ordinary_user_too():
    if os.geteuid() != 0 or not os.access(MODULE, os.R_OK):
        pytest.skip("this run is an ordinary user's already")
    guest = Guest(FULL)
    guest.own()
    user = pwd.getpwnam(USER)
    try:
        as_root = guest.check()
        (guest.folder / "error.log").unlink(missing_ok=True)
        (guest.folder / "nginx.pid").unlink(missing_ok=True)
        as_user = guest.check(user=user.pw_uid, group=user.pw_gid, extra_groups=[])
    finally:
        guest.remove()
    assert as_root[0] == 0, as_root[1]
    assert as_user[0] == 0, as_user[1]


# --- the module file

def test_the_module_exports_nothing_but_the_three_tables_of_nginx():
    done = subprocess.run(["nm", "-D", "--defined-only", str(MODULE)], capture_output=True, text=True, check=True)
    names = {line.split()[-1] for line in done.stdout.splitlines()}
    assert names == {"ngx_modules", "ngx_module_names", "ngx_module_order"}
