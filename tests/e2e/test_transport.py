"""TLS-1, TLS-2: TLS 1.3 only, for the host that the handshake named; plain HTTP refuses, or shows the way to pages."""
import os
import socket
import ssl
import subprocess

import pytest

from lib.api import DOCUMENT, document
from lib.gateway import HOSTS, ROOT, Gateway, api, merlon
from lib.hello import (MLKEM, OLD_SUITES, P256, P384, SSL30, SUITES, TLS10, TLS11, TLS12, TLS13, X25519, client_hello, say)
from lib.rawhttp import Client, tls_context
from lib.schema import check_preset, check_problem, check_problem_head
from lib.upstreams import Upstream

HANDSHAKE_FAILURE, PROTOCOL_VERSION, UNRECOGNIZED_NAME = 40, 70, 112
PAGE_OPERATIONS = {"GET /page": {"controls": {"security_headers": {"profile": "html"}}}}


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as started:
        yield started


@pytest.fixture(scope="module")
def gateway(upstream):
    policy = {"apis": [api(upstream, operations=PAGE_OPERATIONS),
                       api(upstream, "other", hosts=["other.test"], operations=PAGE_OPERATIONS)]}
    with Gateway(upstream, policy) as started:
        yield started


@pytest.fixture(scope="module")
def bare(upstream):
    """`merlon up --upstream URL --openapi FILE`: no policy, the local authority."""
    started = Gateway(upstream, local_ca=True)
    started.arguments = ["--upstream", upstream.url, "--openapi", started.folder / "openapi.yaml",
                         "--listen", f"127.0.0.1:{started.tls_port}", "--plain", f"127.0.0.1:{started.plain_port}",
                         "--name", "box.test"]
    with started:
        yield started


@pytest.fixture(autouse=True)
def fresh(upstream):
    upstream.reset(drop=False)


# --- D-1: versions, suites, groups

@pytest.mark.parametrize("name, hello, alert", [
    ("SSL 3.0", dict(legacy=SSL30, versions=None, suites=OLD_SUITES), HANDSHAKE_FAILURE),
    ("TLS 1.0", dict(legacy=TLS10, versions=None, suites=OLD_SUITES), PROTOCOL_VERSION),
    ("TLS 1.1", dict(legacy=TLS11, versions=None, suites=OLD_SUITES), PROTOCOL_VERSION),
    ("TLS 1.2", dict(legacy=TLS12, versions=None, suites=OLD_SUITES), PROTOCOL_VERSION),
    ("TLS 1.2 with new suites", dict(legacy=TLS12, versions=None, suites=OLD_SUITES + SUITES), PROTOCOL_VERSION),
    ("supported_versions 1.2", dict(versions=[TLS12], suites=OLD_SUITES + SUITES), PROTOCOL_VERSION),
    ("supported_versions 1.0 to 1.2", dict(versions=[TLS12, TLS11, TLS10], suites=OLD_SUITES), PROTOCOL_VERSION),
    ("TLS_AES_128_CCM", dict(suites=[0x1304]), HANDSHAKE_FAILURE),
    ("TLS_AES_128_CCM_8", dict(suites=[0x1305]), HANDSHAKE_FAILURE),
    ("old suites in 1.3", dict(suites=OLD_SUITES), HANDSHAKE_FAILURE)])
@pytest.mark.parametrize("sni", ["localhost", "nope.test", None])
def test_hellos_that_are_refused(gateway, name, hello, alert, sni):
    """Before and beside SNI: the default server's settings count too."""
    answer = say(gateway.tls_port, client_hello(**hello, sni=sni))
    allowed = {alert} if sni == "localhost" else {alert, UNRECOGNIZED_NAME}
    assert answer.alert in allowed and answer.level == 2, f"{name}: {answer}"
    if hello.get("versions", True) is None:
        assert answer.alert == alert, f"{name}: {answer}"


@pytest.mark.parametrize("suite", SUITES)
def test_suites(gateway, suite):
    answer = say(gateway.tls_port, client_hello(suites=[suite, 0x1304]))
    assert (answer.version, answer.suite, answer.group, answer.retry) == (TLS13, suite, X25519, False)


def test_1_3_is_taken_beside_older_ones(gateway):
    answer = say(gateway.tls_port, client_hello(versions=[TLS12, TLS13], suites=OLD_SUITES + SUITES))
    assert answer.version == TLS13


@pytest.mark.parametrize("groups, chosen", [((X25519, P256), X25519), ((P256,), P256), ((P384,), P384), ((P384, P256), None)])
def test_no_key_share_is_a_retry(gateway, groups, chosen):
    answer = say(gateway.tls_port, client_hello(groups=groups, shares=[]))
    assert answer.retry and answer.version == TLS13
    assert answer.group == chosen or chosen is None and answer.group in groups


def test_groups_that_are_not_offered(gateway):
    for group in (0x0019, 0x001E, 0x0100, 0x0101):
        assert say(gateway.tls_port, client_hello(groups=[group], shares=[])).alert == HANDSHAKE_FAILURE


def test_the_hybrid_group_is_taken_where_openssl_has_it(gateway):
    """From OpenSSL 3.5 on; a client that can both and has sent no share yet is asked for it."""
    version = subprocess.run(["nginx", "-V"], capture_output=True, text=True,
                             env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, check=True).stderr
    number = [word for word in version.split("OpenSSL ")[1:]][-1].split()[0]
    has_it = tuple(map(int, number.split(".")[:2])) >= (3, 5)
    answer = say(gateway.tls_port, client_hello(groups=[X25519, MLKEM], shares=[]))
    assert (answer.group, answer.retry) == (MLKEM if has_it else X25519, True)


@pytest.mark.parametrize("highest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1])
def test_an_older_client_does_not_get_in(gateway, highest):
    context = tls_context(gateway.ca, lowest=ssl.TLSVersion.TLSv1, highest=highest)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError):
        Client(("127.0.0.1", gateway.tls_port), context=context)


def test_a_session_resumes_without_early_data(gateway, tmp_path):
    session, request = tmp_path / "session", b"GET /v1/items HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    def connect(*more):
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{gateway.tls_port}", "-servername", "localhost",
                               "-CAfile", gateway.ca, "-verify_return_error", "-ign_eof", *more],
                              input=request, capture_output=True, timeout=20, check=False)
        return done.stdout.decode(errors="replace")
    first = connect("-sess_out", session)
    assert "New, TLSv1.3" in first and "Max Early Data: 0" in first and "HTTP/1.1 200" in first, first[-2000:]
    second = connect("-sess_in", session)
    assert "Reused, TLSv1.3" in second and "HTTP/1.1 200" in second and "Max Early Data: 0" in second, second[-2000:]


def test_many_sessions_resume(gateway):
    """Whichever worker takes the second connection."""
    context = tls_context(gateway.ca)
    for _ in range(8):
        with Client(("127.0.0.1", gateway.tls_port), context=context) as client:
            assert client.request(target="/v1/items").status == 200
            session = client.sock.session
        plain = socket.create_connection(("127.0.0.1", gateway.tls_port), 5)
        with context.wrap_socket(plain, server_hostname="localhost", session=session) as sock:
            assert sock.session_reused


def test_no_policy_key_allows_less():
    """No key of the policy's schema speaks of older versions, ciphers or early data."""
    schema = merlon("schema").stdout.lower()
    assert '"listeners"' in schema
    assert not [word for word in ("early_data", "0-rtt", "ciphers", "ssl_", "tls_max") if word in schema]


# --- D-3: SNI and Host

@pytest.mark.parametrize("sni", [None, "nope.test", "localhost.test", "127.0.0.1.test", "sub.api.test"])
def test_an_unknown_name_ends_the_handshake(gateway, sni):
    assert say(gateway.tls_port, client_hello(sni=sni)).alert == UNRECOGNIZED_NAME


@pytest.mark.parametrize("host", ["api.test", "API.test", "api.TEST", "api.test:8443", "api.test:1", "api.test.", "API.test.:443"])
def test_the_host_of_the_handshake_is_served(gateway, upstream, host):
    with gateway.tls(sni="api.test") as client:
        assert client.request(target="/v1/items", host=host).status == 200
    with gateway.h2(sni="api.test") as client:
        assert client.request(path="/v1/items", authority=host).status == 200
    for request in upstream.requests:
        assert request.all("Host") == [f"127.0.0.1:{upstream.port}"]
        assert request.all("X-Forwarded-Host") == [f"api.test:{gateway.tls_port}"]


@pytest.mark.parametrize("host", ["other.test", "localhost", "unknown.test", "127.0.0.1", "[::1]", "api.test.evil", "pi.test",
                                  f"{'a' * 63}.test"])
def test_another_host_is_misdirected(gateway, upstream, host):
    with gateway.tls(sni="api.test") as client:
        response = client.request(target="/v1/items", host=host)
        check_preset(response)
        check_problem(response, "misdirected", 421)
        assert client.request(target="/v1/items", host="api.test").status == 200
    with gateway.h2(sni="api.test") as client:
        check_problem(client.request(path="/v1/items", authority=host), "misdirected", 421)
    assert len(upstream.requests) == 1


def test_each_host_has_its_own_api(gateway):
    for host in (*HOSTS, "other.test"):
        with gateway.tls(sni=host) as client:
            response = client.request(target="/v1/items", host=host)
        assert gateway.record(response)["api"] == ("other" if host == "other.test" else "orders")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST", "box.test", "127.0.0.1:1"])
def test_without_a_policy_addresses_work(bare, host):
    with bare.tls(sni=None) as client:
        response = client.request(target="/v1/items", host=host)
    check_preset(response)
    assert response.status == 200


@pytest.mark.parametrize("host", ["other.test", "127.0.0.2", "evil.localhost", "0.0.0.0"])
def test_without_a_policy_other_hosts_are_misdirected(bare, upstream, host):
    with bare.tls(sni=None) as client:
        check_problem(client.request(target="/v1/items", host=host), "misdirected", 421)
    assert upstream.requests == []


# --- D-4: plain HTTP

def plain(gateway, method, target, headers=(), body=b"", host="localhost"):
    with gateway.plain() as client:
        response = client.request(method, target, headers, body, host)
        assert client.is_closed() if response.get("Connection") == "close" else client.is_open(0.01), response
    return response


@pytest.mark.parametrize("method, target", [
    ("GET", "/v1/items"), ("POST", "/v1/items"), ("GET", "/v1/nothing"), ("DELETE", "/v1/items"), ("OPTIONS", "/v1/items"),
    ("GET", "/"), ("GET", "/v1//page"), ("POST", "/v1/page"), ("GET", "/.merlon/e/x"), ("FOO", "/v1/items")])
def test_calls_in_clear_are_refused(gateway, upstream, method, target):
    response = plain(gateway, method, target, body=b"{}" if method == "POST" else b"")
    check_preset(response, tls=False)
    check_problem(response, "tls-required", 403)
    assert response.get("Connection") == "close" and upstream.requests == []
    record = gateway.record(response)
    assert (record["verdict"], record["problem"]) == ("denied", "tls-required") and "tls" not in record


def test_head_in_clear(gateway):
    check_problem_head(plain(gateway, "HEAD", "/v1/items"), 403)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("target", ["/v1/page", "/v1/page?a=%41&b=//", "/v1/page?next=https://evil.test"])
def test_a_page_is_shown_the_way(gateway, upstream, method, target):
    for host in ("localhost", "LOCALHOST:80", "localhost."):
        response = plain(gateway, method, target, host=host)
        check_preset(response, tls=False)
        assert (response.status, response.body) == (308, b"")
        assert response.get("Location") == f"https://localhost:{gateway.tls_port}{target}"
    assert upstream.requests == []


@pytest.mark.parametrize("headers, fact", [
    ([("Authorization", "Bearer x")], True), ([("Cookie", "a=1")], True), ([("X-Token", "x")], False)])
def test_what_has_credentials_is_not_redirected(gateway, headers, fact):
    page = plain(gateway, "GET", "/v1/page", headers)
    assert page.status == (403 if fact else 308)
    call = plain(gateway, "GET", "/v1/items", headers)
    check_problem(call, "tls-required", 403)
    for response in (page, call):
        assert (gateway.record(response).get("facts", {}).get("credential_in_clear") is True) == fact


def test_a_page_asked_for_with_a_body_is_not_redirected(gateway):
    check_problem(plain(gateway, "GET", "/v1/page", body=b"x"), "tls-required", 403)


@pytest.mark.parametrize("target", ["/v1/page", "/v1/items"])
def test_an_unknown_host_in_clear_is_misdirected(gateway, upstream, target):
    response = plain(gateway, "GET", target, host="unknown.test")
    check_preset(response, tls=False)
    check_problem(response, "misdirected", 421)
    assert upstream.requests == []


@pytest.mark.parametrize("data", [b"GET /v1/items HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /v1/page HTTP/1.0\r\n\r\n",
                                  b"POST /v1/items HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"])
def test_http_on_the_tls_port(gateway, upstream, data):
    with gateway.clear_on_tls() as client:
        response = client.exchange(data)
        assert client.is_closed()
    check_preset(response, tls=False)
    check_problem(response, "tls-required", 403)
    assert response.get("Connection") == "close" and upstream.requests == []
    assert gateway.record(response)["problem"] == "tls-required"


def test_h2_in_clear_is_not_spoken(gateway, upstream):
    """The connection preface reads as HTTP/2.0 in an HTTP/1 line."""
    with gateway.plain() as client:
        response = client.exchange(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    assert response.status in (400, 505)
    check_preset(response, tls=False)


def test_a_public_port(upstream):
    policy = {"apis": [api(upstream, operations=PAGE_OPERATIONS)]}
    started = Gateway(upstream, policy)
    started.write_policy({**policy, "listeners": [{"address": f"127.0.0.1:{started.tls_port}", "public_port": 443},
                                                  {"address": f"127.0.0.1:{started.plain_port}", "plain": True, "public_port": 80}]})
    with started:
        assert plain(started, "GET", "/v1/page").get("Location") == "https://localhost/v1/page"
        with started.tls() as client:
            assert client.request(target="/v1/items", headers=[("Origin", "https://localhost")]).status == 200
        assert upstream.requests[0].all("X-Forwarded-Host") == ["localhost"]


def test_without_options_there_is_no_plain_listener(upstream):
    """The default is TLS only, on a loopback address."""
    text = (ROOT / "examples" / "orders" / "merlon.yaml").read_text()
    assert "plain" not in text
    started = Gateway(upstream, openapi=document(DOCUMENT["paths"]), local_ca=True)
    started.arguments = ["--upstream", upstream.url, "--openapi", started.folder / "openapi.yaml",
                         "--listen", f"127.0.0.1:{started.tls_port}"]
    started.policy = {"listeners": [{"address": f"127.0.0.1:{started.tls_port}"}]}
    with started:
        listening = listeners_of(started.members())
        assert listening == {started.tls_port}, listening
        with started.tls() as client:
            assert client.request(target="/v1/items").status == 200


def listeners_of(pids):
    """TCP ports on which one of these processes listens."""
    inodes = set()
    for pid in pids:
        folder = f"/proc/{pid}/fd"
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            try:
                inodes.add(os.readlink(f"{folder}/{name}"))
            except OSError:
                continue
    ports = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table) as lines:
            for line in list(lines)[1:]:
                fields = line.split()
                if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                    ports.add(int(fields[1].rpartition(":")[2], 16))
    return ports
