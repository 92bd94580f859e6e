"""Faults that were found in this gateway once, one test each."""
import os
import shutil
import signal
import time

import pytest

from lib.gateway import Gateway
from lib.guest import Guest
from lib.procs import free_port, session_members, wait_until
from lib.rawhttp import Client, Truncated
from lib.schema import check_problem
from lib.upstreams import KEEP, Upstream, reply

LATE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n\"forged\""


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as started:
        yield started


@pytest.fixture(scope="module")
def gateway(upstream):
    with Gateway(upstream) as started:
        yield started


def late_body(status):
    """A body where there must be none, a little behind its head."""
    def send(connection, _request):
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(LATE)}\r\n\r\n"
        connection.send(head.encode())
        connection.pause(0.01)
        connection.send(LATE)
        return KEEP
    return send


def slow(connection, request):
    connection.pause(0.05)
    return reply(200, b'"honest"')(connection, request)


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_late_body_answers_nobody_else(gateway, upstream, method, status):
    upstream.reset()
    upstream.default = slow
    upstream.queue(late_body(status))
    with gateway.tls() as client:
        assert client.request(method, "/v1/items").status == status
        assert client.request(target="/v1/items").body == b'"honest"'
    assert upstream.connections == 2


def more_than_said(length, pause_s):
    """A reply as long as it says, and another behind it: in one piece, or a little later."""
    def send(connection, _request):
        connection.send(f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n".encode()
                        + b"[]"[:length] + (b"" if pause_s else LATE))
        if pause_s:
            connection.pause(pause_s)
            connection.send(LATE)
        return KEEP
    return send


@pytest.mark.parametrize("length, pause_s, wait_s", [(0, 0, 0), (2, 0, 0), (0, 0.01, 0), (0, 0.01, 0.1), (2, 0.01, 0.1)])
def test_bytes_behind_a_reply_answer_nobody_else(gateway, upstream, length, pause_s, wait_s):
    upstream.reset()
    upstream.default = slow
    upstream.queue(more_than_said(length, pause_s))
    with gateway.tls() as client:
        assert client.request(target="/v1/items").status == 200
        time.sleep(wait_s)
        assert client.request(target="/v1/items").body == b'"honest"'
    assert upstream.connections == 2


def test_bodiless_reply_keeps_its_connection(gateway, upstream):
    upstream.reset()
    upstream.queue(reply(204, fields=()))
    with gateway.tls() as client:
        assert client.request(target="/v1/items").status == 204
        assert client.request(target="/v1/items").status == 200
    assert upstream.connections == 1


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("pieces", [[b"zz\r\n"], [b"2\r\n{}\r\nzz\r\n"], [b"2\r\n[1\r\n", b"zz\r\n"]])
@pytest.mark.parametrize("protocol", ["h1", "h2"])
def test_a_held_reply_with_bad_chunks_is_502(gateway, upstream, protocol, pieces):
    def send(connection, _request):
        connection.send(CHUNKED + pieces[0])
        for piece in pieces[1:]:
            connection.pause(0.05)
            connection.send(piece)

    upstream.reset()
    upstream.queue(send)
    with gateway.h2() if protocol == "h2" else gateway.tls() as client:
        response = client.request("GET", "/v1/items")
        check_problem(response, "upstream-unavailable", 502)
    record = gateway.record(response)
    assert (record["status"], record["verdict"], record["problem"]) == (502, "denied", "upstream-unavailable")


def test_http_09_gets_no_byte_of_an_error(gateway):
    with gateway.tls() as client:
        with pytest.raises(Truncated) as cut:
            client.exchange(b"GET /%zz\r\n")
    assert cut.value.got == b""


def endless(connection, _request):
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    while connection.pause(0.2):
        connection.send(b"data: x\n\n")


def reload(gateway, number):
    os.kill(gateway.process.pid, signal.SIGHUP)
    wait_until(lambda: f"generation {number} is at work" in gateway.process.log, 12, f"generation {number}")


def statuses(gateway, count=8):
    found = set()
    for _ in range(count):
        with gateway.tls() as client:
            found.add(client.request(target="/v1/items").status)
    return found


def hold(gateway, held):
    """Calls without an end."""
    held += [gateway.tls() for _ in range(6)]
    for client in held[-6:]:
        client.send(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    time.sleep(0.1)


def test_reloads_wait_while_old_workers_have_calls():
    """Old workers with endless calls would hold every slot of the ring, and the newest answer 503."""
    with Upstream() as upstream, Gateway(upstream) as gateway:
        upstream.on("/v1/events", endless)
        held = []
        for number in range(2, 5):
            hold(gateway, held)
            reload(gateway, number)
            assert statuses(gateway) == {200}
        assert len(gateway.workers()) >= 4
        hold(gateway, held)
        os.kill(gateway.process.pid, signal.SIGHUP)
        wait_until(lambda: "reload waits: 4 generations" in gateway.process.log, 3, "the reload waits")
        time.sleep(0.5)
        assert "generation 5" not in gateway.process.log
        assert statuses(gateway) == {200}
        for client in held:
            client.close()
        upstream.drop_connections()
        wait_until(lambda: "generation 5 is at work" in gateway.process.log, 10, "generation 5")
        assert statuses(gateway) == {200}


# --- the same in an nginx of somebody's own, which nobody delays

GUEST = """server {
	@TLS@ server_name localhost; @CERT@ merlon on; @SERVER@
	location / { @PROXY@ proxy_pass http://behind; proxy_set_header Host behind.test; }
}
server { listen @PLAIN@; location / { proxy_pass http://behind; } }"""


def test_a_client_of_refused_calls_is_closed_in_time(upstream):
    """keepalive_requests counts calls that never came to a location too."""
    with Guest(GUEST.replace("merlon on;", "merlon on; keepalive_requests 3;"), upstream) as guest:
        with guest.tls() as client:
            said = [client.request(target="/v1/nothing").get("Connection") for _ in range(3)]
            assert said == ["keep-alive", "keep-alive", "close"]
            assert client.is_closed()


def test_an_unread_body_is_no_next_call(upstream):
    """nginx answers before the body is read, which then cannot be: nothing behind it may be taken for a request."""
    fails = GUEST.replace("location / {", "location = /v1/items { return 503; } location / {", 1)
    with Guest(fails, upstream) as guest, guest.tls() as client:
        client.send(b"POST /v1/items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    b"Transfer-Encoding: chunked\r\n\r\nzz\r\nGET /v1/items HTTP/1.1\r\nHost: localhost\r\n\r\n")
        response = client.read_response()
        assert (response.status, response.get("Connection")) == (503, "close")
        assert client.is_closed()


def slots(guest):
    """How many slots of the ring belong to somebody: the low half of each slot's second word is not 0."""
    data = max(guest.run_folder.glob("audit.ring.*")).open("rb")
    with data:
        header = data.read(32)
        count, stride = int.from_bytes(header[12:16], "little"), int.from_bytes(header[24:32], "little")
        owners = []
        for number in range(1, count):
            data.seek(4096 + number * stride + 8)
            owners.append(int.from_bytes(data.read(4), "little"))
    return len(owners) - owners.count(0)


def workers(guest):
    return [pid for pid in session_members(guest.nginx.pid) if pid != guest.nginx.pid]


def reload_guest(guest):
    before = set(workers(guest))
    os.kill(guest.nginx.pid, signal.SIGHUP)
    wait_until(lambda: set(workers(guest)) - before, 5, "a new worker")
    wait_until(lambda: call(guest).status == 200, 5, "it serves")
    time.sleep(0.2)  # nginx tells the old one 100 ms later


def call(guest):
    with guest.tls() as client:
        return client.request(target="/v1/items")


def begin(client, target=b"/v1/events"):
    client.send(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % target)
    time.sleep(0.1)
    return client


def test_a_reload_that_cannot_have_its_ring_leaves_nginx_at_work(upstream):
    upstream.reset()
    with Guest(GUEST, upstream, run_dir=True, expected=["no audit ring"]) as guest:
        before = workers(guest)
        shutil.rmtree(guest.run_folder)
        os.kill(guest.nginx.pid, signal.SIGHUP)
        wait_until(lambda: "no audit ring" in guest.error_log, 5, "the finding")
        time.sleep(0.3)
        assert guest.nginx.running and workers(guest) == before
        assert call(guest).status == 200


def test_a_worker_that_ends_without_calls_gives_its_slot_back(upstream):
    upstream.reset()
    upstream.on("/not-ours", endless)
    with Guest(GUEST, upstream, run_dir=True) as guest:
        held = []
        for _ in range(3):
            held.append(begin(guest.clear(guest.plain_port), b"/not-ours"))
            reload_guest(guest)
        wait_until(lambda: slots(guest) == 1, 5, "slots are given back")
        assert len(workers(guest)) == 4
        for client in held:
            client.close()
        upstream.drop_connections()


def test_a_reload_without_slots_for_its_workers_is_refused(upstream):
    upstream.reset()
    upstream.on("/v1/events", endless)
    with Guest(GUEST, upstream, run_dir=True, expected=["not reloaded"]) as guest:
        held = []
        for _ in range(14):
            held.append(begin(guest.tls()))
            reload_guest(guest)
        held.append(begin(guest.tls()))
        os.kill(guest.nginx.pid, signal.SIGHUP)
        wait_until(lambda: "not reloaded: no room" in guest.error_log, 5, "the finding")
        assert {call(guest).status for _ in range(8)} == {200}
        for client in held:
            client.close()
        upstream.drop_connections()
        wait_until(lambda: slots(guest) == 1, 10, "old workers end")
        reload_guest(guest)


TRUSTING = {"source": "x_forwarded_for", "trusted": ["127.0.0.0/8"]}


@pytest.mark.parametrize("one, other", [
    (("127.0.0.1", TRUSTING), ("127.0.0.2", None)), (("127.0.0.1", TRUSTING), ("0.0.0.0", None)),
    (("0.0.0.0", None), ("127.0.0.1", TRUSTING))])
def test_each_address_of_a_port_has_its_own_client_ip(upstream, one, other):
    """A wildcard beside an address too, where nginx has one socket for both."""
    upstream.reset()
    port = free_port()
    policy = {"listeners": [{"address": f"{address}:{port}", "client_ip": rule or {"source": "peer"}}
                            for address, rule in (one, other)]}
    with Gateway(upstream, policy=policy) as gateway:
        for address, seen in (("127.0.0.1", "203.0.113.9"), ("127.0.0.2", "127.0.0.1")):
            with Client((address, port), ca=gateway.ca) as client:
                client.request(target="/v1/items", headers=[("X-Forwarded-For", "203.0.113.9")])
            assert upstream.requests[-1].get("X-Forwarded-For") == seen
