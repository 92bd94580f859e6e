"""Faults that were found in this gateway once, one test each."""
import os
import signal
import time

import pytest

from lib.gateway import Gateway
from lib.procs import free_port, wait_until
from lib.rawhttp import Client, Truncated
from lib.upstreams import KEEP, Upstream, reply

RELOADS = 10
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


def test_bodiless_reply_keeps_its_connection(gateway, upstream):
    upstream.reset()
    upstream.queue(reply(204, fields=()))
    with gateway.tls() as client:
        assert client.request(target="/v1/items").status == 204
        assert client.request(target="/v1/items").status == 200
    assert upstream.connections == 1


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


def test_calls_are_served_again_when_old_workers_end():
    """Old workers with endless calls hold every slot of the ring; the newest gets one when they end."""
    with Upstream() as upstream, Gateway(upstream, expected=["no slot in the ring"]) as gateway:
        upstream.on("/v1/events", endless)
        held = []
        for number in range(2, RELOADS + 2):
            for _ in range(6):
                held.append(gateway.tls())
                held[-1].send(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            time.sleep(0.1)
            reload(gateway, number)
        for client in held:
            client.close()
        upstream.drop_connections()
        wait_until(lambda: statuses(gateway) == {200}, 10, "every worker serves")


def test_each_address_of_a_port_has_its_own_client_ip(upstream):
    upstream.reset()
    port = free_port()
    trusting = {"source": "x_forwarded_for", "trusted": ["127.0.0.0/8"]}
    policy = {"listeners": [{"address": f"127.0.0.1:{port}", "client_ip": trusting},
                            {"address": f"127.0.0.2:{port}", "client_ip": {"source": "peer"}}]}
    with Gateway(upstream, policy=policy) as gateway:
        for address, seen in (("127.0.0.1", "203.0.113.9"), ("127.0.0.2", "127.0.0.1")):
            with Client((address, port), ca=gateway.ca) as client:
                client.request(target="/v1/items", headers=[("X-Forwarded-For", "203.0.113.9")])
            assert upstream.requests[-1].get("X-Forwarded-For") == seen
