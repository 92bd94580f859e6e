"""The library of the end-to-end tests, tested against itself: clients talk to upstreams, no gateway."""
import base64
import datetime
import gzip
import ipaddress
import os
import signal
import socket
import ssl
import sys
import threading
import time

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lib import procs
from lib.behaviours import BEHAVIOURS, TRACE, accel_redirect, events, slow_error
from lib.h2client import H2Client
from lib.rawhttp import Client, Truncated, tls_context
from lib.upstreams import ABORT, CLOSE, Upstream, pieces, raw, reply


@pytest.fixture
def upstream():
    with Upstream() as started:
        yield started


def client_of(upstream, **options):
    return Client(("127.0.0.1", upstream.port), **options)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """A self-signed certificate for localhost, its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.utcnow()
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
                   .not_valid_after(now + datetime.timedelta(days=1))
                   .add_extension(x509.SubjectAlternativeName(names), False).sign(key, hashes.SHA256()))
    directory = tmp_path_factory.mktemp("tls")
    (directory / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (directory / "key.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return directory / "cert.pem", directory / "key.pem"


def server_context(pair, alpn=("http/1.1",)):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    context.set_alpn_protocols(list(alpn))
    return context


# --- upstreams and rawhttp

def test_echo_shows_the_exact_request(upstream):
    sent = b"POST /a%41?b=1 HTTP/1.1\r\nhOst: x\r\nTwice: 1\r\nTwice:  2 \r\nContent-Length: 3\r\n\r\n\x00\xff\n"
    with client_of(upstream) as client:
        seen = client.exchange(sent).json()
    assert seen["request_line"] == "POST /a%41?b=1 HTTP/1.1"
    assert seen["header_lines"] == ["hOst: x", "Twice: 1", "Twice:  2 ", "Content-Length: 3"]
    assert base64.b64decode(seen["body_base64"]) == b"\x00\xff\n"
    request, = upstream.requests
    assert (request.raw, request.method, request.path) == (sent, "POST", "/a%41")
    assert request.all("twice") == ["1", "2"]
    with pytest.raises(AssertionError):
        request.get("Twice")


def test_chunked_request_keeps_raw_and_body(upstream):
    body = b"3;x=y\r\nabc\r\n1\r\nd\r\n0\r\nT: 1\r\n\r\n"
    sent = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    with client_of(upstream) as client:
        client.exchange(sent)
        client.exchange(b"GET /next HTTP/1.1\r\n\r\n")
    first, second = upstream.requests
    assert (first.raw, first.body, second.path) == (sent, b"abcd", "/next")


def test_scripts_queue_counts_and_reset(upstream):
    upstream.on("/a", reply(201, b"{}"))
    upstream.queue(reply(418, b"t"), raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", CLOSE))
    with client_of(upstream) as client:
        assert client.request(target="/a").status == 418
        assert client.request(target="/a").body == b"x"
        assert client.is_closed()
    with client_of(upstream) as client:
        assert client.request(target="/a?q").status == 201
        assert client.is_open()
        assert (upstream.connections, len(upstream.requests)) == (2, 3)
        assert [request.connection for request in upstream.requests] == [1, 1, 2]
        upstream.reset()
        assert client.is_closed()
    assert (upstream.connections, upstream.requests) == (0, [])
    with client_of(upstream) as client:
        assert client.request(target="/a").status == 200


def test_many_clients_at_once(upstream):
    def run():
        with client_of(upstream) as client:
            for _ in range(20):
                assert client.request().status == 200
    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (upstream.connections, len(upstream.requests)) == (8, 160)


def test_unix_socket(tmp_path):
    path = tmp_path / "up.sock"
    with Upstream(unix_path=path) as upstream, Client(path) as client:
        assert client.request(target="/u").json()["request_line"] == "GET /u HTTP/1.1"
        assert upstream.url == f"unix:{path}"
    assert not path.exists()


def test_tls_upstream_and_names(pair):
    with Upstream(tls=server_context(pair)) as upstream:
        with client_of(upstream, ca=pair[0]) as client:
            assert client.sock.version() == "TLSv1.3"
            assert client.request().status == 200
        with client_of(upstream, ca=pair[0], sni=None) as client:
            assert client.request().status == 200
        with pytest.raises(ssl.SSLCertVerificationError):
            client_of(upstream, ca=pair[0], sni="other.test")
        with pytest.raises(ssl.SSLCertVerificationError):
            client_of(upstream, context=ssl.create_default_context())
        procs.wait_until(lambda: upstream.handshakes_failed == 2, what="both are counted")
        assert len(upstream.requests) == 2
        silent = socket.create_connection(("127.0.0.1", upstream.port))
        procs.wait_until(lambda: upstream.connections == 5, what="a connection without a hello")
    silent.close()


def test_upstream_stops_with_everything_running():
    begun = time.monotonic()
    with Upstream() as upstream:
        upstream.on("/", BEHAVIOURS["silent"])
        upstream.on("/slow", slow_error())
        clients = [client_of(upstream) for _ in range(3)]
        clients[0].send(b"GET / HTTP/1.1\r\n\r\n")
        clients[1].send(b"GET /slow HTTP/1.1\r\n\r\n")
        procs.wait_until(lambda: len(upstream.requests) == 2)
    assert time.monotonic() - begun < 3
    for client in clients:
        client.close()


@pytest.mark.parametrize("name, status, body", [
    ("500_trace", 500, TRACE), ("500_trace_after_head", 500, TRACE), ("599", 599, b"odd\n"),
    ("503_retry_after", 503, None), ("500_gzip", 500, None), ("103_then_200", 200, b"{}"), ("100_then_200", 200, b"{}"),
    ("101", 101, b""), ("099", 99, b""), ("999", 999, b"{}"), ("accel_redirect", 200, b'{"own":"body"}'),
    ("200_trace", 200, TRACE), ("200_trace_json", 200, None), ("400_trace", 400, TRACE), ("404_html", 404, None),
    ("control_byte", 200, b"{}"), ("bad_name", 200, b"{}"), ("no_type", 200, b"{}"), ("huge_head", 200, b"{}"),
    ("many_fields", 200, b"{}"), ("204", 204, b""), ("206", 206, b"01234"), ("304", 304, b""),
    ("chunked", 200, b'{"a":1}'), ("chunked_trailer", 200, b"{}"), ("by_close", 200, b"{}"), ("http_1_0", 200, b"{}"),
    ("slow_head", 200, b"{}"), ("folded_field", 200, b"{}"), ("leaky_fields", 200, b"{}")])
def test_readable_behaviour(upstream, name, status, body):
    upstream.default = BEHAVIOURS[name]
    with client_of(upstream) as client:
        response = client.request()
    assert response.status == status
    assert body is None or response.body == body


@pytest.mark.parametrize("name", ["garbage", "garbage_open", "no_status_line", "closed", "silent", "cut_by_length",
                                  "cut_by_chunks", "cut_head"])
def test_unreadable_behaviour(upstream, name):
    upstream.default = BEHAVIOURS[name]
    with client_of(upstream, timeout=0.5) as client, pytest.raises(Truncated):
        client.request()


@pytest.mark.parametrize("name", ["two_lengths", "same_lengths"])
def test_two_lengths(upstream, name):
    upstream.default = BEHAVIOURS[name]
    with client_of(upstream) as client, pytest.raises(AssertionError, match="came 2 times"):
        client.request()


def test_details_of_answers(upstream):
    with client_of(upstream) as client:
        upstream.queue(BEHAVIOURS["103_then_200"], BEHAVIOURS["chunked_trailer"], BEHAVIOURS["500_gzip"],
                       BEHAVIOURS["503_retry_after"], accel_redirect("/x"), BEHAVIOURS["200_trace_json"],
                       BEHAVIOURS["control_byte"])
        assert [early.status for early in client.request().interim] == [103]
        assert client.request().trailers == [("X-Sum", "2")]
        assert gzip.decompress(client.request().body) == TRACE
        assert client.request().get("Retry-After") == "7"
        assert client.request().get("X-Accel-Redirect") == "/x"
        assert TRACE.decode() in client.request().json()["warnings"]
        assert client.request().get("X-Odd") == "a\x01b"


def test_head_has_a_length_and_no_body(upstream):
    upstream.default = BEHAVIOURS["404_json"]
    with client_of(upstream) as client:
        response = client.request("HEAD")
        assert (response.body, response.get("Content-Length")) == (b"", "25")
        assert client.request().json() == {"error": "no such order"}


def test_events_with_a_trace(upstream):
    upstream.queue(events(3, pause_s=0), BEHAVIOURS["events_trace"])
    with client_of(upstream) as client:
        assert client.request().body.count(b"data: ") == 3
        body = client.request().body
    assert body.startswith(b'data: {"event":0}\n\n') and b"data: Traceback" in body and b'"event":4' in body


def test_slow_error_trickles(upstream):
    upstream.default = slow_error(size=1 << 20, bytes_per_s=10000)
    with client_of(upstream, timeout=0.6) as client, pytest.raises(Truncated) as caught:
        client.request()
    assert TRACE in caught.value.got or len(caught.value.got) < 10000


def test_pieces_and_abort(upstream):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
    upstream.queue(pieces(head, 0.05, b"ab", 0.05, b"cd"), raw(head, ABORT))
    with client_of(upstream) as client:
        assert client.request().body == b"abcd"
        with pytest.raises(Truncated):
            client.request()


def test_client_leaves_later_bytes_unread(upstream):
    with client_of(upstream) as client:
        client.send(b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n")
        assert client.read_response().json()["request_line"] == "GET /1 HTTP/1.1"
        assert client.read_response().json()["request_line"] == "GET /2 HTTP/1.1"


# --- h2client

class H2Peer:
    """A server for a few connections; answers with the header list, or refuses as the path says."""

    def __init__(self, pair):
        self.context = server_context(pair, ("h2",))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while True:
            try:
                sock, _ = self.listener.accept()
                with self.context.wrap_socket(sock, server_side=True) as tls:
                    tls.settimeout(10)
                    self.serve(tls)
            except h2.exceptions.ProtocolError:
                continue
            except OSError:
                if self.listener.fileno() < 0:
                    return

    def serve(self, sock):
        config = h2.config.H2Configuration(client_side=False, header_encoding="latin-1",
                                           validate_inbound_headers=False)
        peer = h2.connection.H2Connection(config)
        peer.initiate_connection()
        heads, received = {}, {}
        sock.sendall(peer.data_to_send())
        while data := sock.recv(65536):
            for event in peer.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    heads[event.stream_id], received[event.stream_id] = event.headers, 0
                elif isinstance(event, h2.events.DataReceived):
                    received[event.stream_id] += len(event.data)
                    peer.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    self.answer(peer, sock, event.stream_id, heads, received)
            sock.sendall(peer.data_to_send())

    def answer(self, peer, sock, stream, heads, received):
        path = dict(heads[stream])[":path"]
        if path == "/reset":
            peer.reset_stream(stream, 11)
            return
        if path == "/goaway":
            peer.close_connection(11, last_stream_id=0)
            return
        if path == "/graceful":
            frame = bytes([0, 0, 8, 7, 0, 0, 0, 0, 0]) + stream.to_bytes(4, "big") + bytes(4)
            sock.sendall(peer.data_to_send() + frame)
        body = f"{heads[stream]}|{received[stream]}".encode()
        peer.send_headers(stream, [(":status", "200"), ("x-a", "1"), ("x-a", "2")])
        for start in range(0, len(body), 16384):
            peer.send_data(stream, body[start:start + 16384])
        peer.end_stream(stream)

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)


@pytest.fixture
def h2_client(pair):
    peer = H2Peer(pair)
    with H2Client(("127.0.0.1", peer.port), pair[0]) as client:
        yield client
    peer.stop()


def test_h2_many_requests_on_one_connection(h2_client):
    for _ in range(3):
        response = h2_client.request(path="/x", headers=[("accept", "*/*")])
        assert (response.status, response.all("X-A"), response.ended) == (200, ["1", "2"], True)
        assert b"('accept', '*/*')" in response.body


def test_h2_sends_bad_lists_as_they_are(h2_client):
    bad = [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a"), ("host", "b"),
           ("Upper", "1"), ("connection", "close"), ("te", "gzip"), ("transfer-encoding", "chunked"), ("x", "a\x01\n")]
    assert repr(bad[5:]).strip("[]").encode() in h2_client.send_list(bad).body


def test_h2_body_past_the_window_and_large_fields(h2_client):
    assert h2_client.request("POST", body=b"x" * 300000).body.endswith(b"|300000")
    assert h2_client.request("POST", body=b"").body.endswith(b"|0")
    assert b"f" * 30000 in h2_client.request(headers=[("x-large", "f" * 30000)]).body


def test_h2_sends_a_false_length_and_sees_the_end(h2_client):
    refused = h2_client.request("POST", "/", [("content-length", "3")], b"x" * 10)
    assert refused.status is None and refused.closed


def test_h2_reset_and_goaway(h2_client):
    refused = h2_client.request(path="/reset")
    assert (refused.status, refused.reset, refused.goaway) == (None, 11, None)
    assert h2_client.request().status == 200
    graceful = h2_client.request(path="/graceful")
    assert (graceful.status, graceful.goaway, graceful.ended) == (200, 0, True)
    assert h2_client.request().closed


def test_h2_goaway_with_a_code(h2_client):
    refused = h2_client.request(path="/goaway")
    assert (refused.status, refused.goaway, refused.over) == (None, 11, True)


def test_h2_is_demanded(pair):
    with Upstream(tls=server_context(pair)) as upstream, pytest.raises(AssertionError, match="did not choose h2"):
        H2Client(("127.0.0.1", upstream.port), pair[0])


def test_tls_context_bounds(pair):
    with Upstream(tls=server_context(pair)) as upstream:
        context = tls_context(pair[0], highest=ssl.TLSVersion.TLSv1_2)
        with client_of(upstream, context=context) as client:
            assert client.sock.version() == "TLSv1.2"


# --- procs

def test_processes_end_and_leave_nothing():
    with procs.Processes() as started:
        directory = started.directory
        port = procs.free_port()
        server = started.start([sys.executable, "-m", "http.server", "--bind", "127.0.0.1", port], cwd=directory)
        server.wait_for_port(port)
        assert os.stat(directory).st_mode & 0o777 == 0o700
    assert not server.running and not directory.exists()


def test_a_failed_start_shows_the_log():
    with procs.Processes() as started:
        process = started.start([sys.executable, "-c", "raise SystemExit('no such port')"])
        with pytest.raises(AssertionError, match="no such port"):
            process.wait_for_port(1)


def test_a_child_left_behind_is_found_and_killed():
    code = "import subprocess as s; p = s.Popen(['sleep', '60']); print(p.pid, flush=True)"
    with procs.Processes() as started:
        parent = started.start([sys.executable, "-c", code])
        procs.wait_until(lambda: not parent.running)
        child = int(parent.log)
        assert parent.leftovers() == [child]
        with pytest.raises(AssertionError, match="children of"):
            parent.assert_nothing_left(timeout=0.2)
        procs.wait_until(lambda: not parent.leftovers(), what="the child is gone")


def test_what_ignores_sigterm_is_a_failure():
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"
    with procs.Processes() as started:
        process = started.start([sys.executable, "-c", code])
        process.wait_for_log("on")
        with pytest.raises(AssertionError, match="did not end"):
            process.stop(timeout=0.3)
        assert process.popen.returncode == -signal.SIGKILL


def test_wait_until_names_what_it_waited_for():
    assert procs.wait_until(lambda: 7) == 7
    with pytest.raises(AssertionError, match="the moon"):
        procs.wait_until(lambda: False, 0.05, "the moon")
