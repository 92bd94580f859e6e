"""Reloads, lost workers and lost upstreams: no call fails that did not have to."""
import os
import re
import signal
import subprocess
import threading
import time

import pytest

from lib.behaviours import BEHAVIOURS
from lib.gateway import Gateway, merlon
from lib.procs import free_port, wait_until
from lib.schema import check_preset, check_problem
from lib.upstreams import Upstream

ORIGIN = "https://app.example.com"


@pytest.fixture
def upstream():
    with Upstream() as started:
        yield started


@pytest.fixture
def gateway(upstream):
    with Gateway(upstream) as started:
        yield started


def as_its_user(gateway, *arguments):
    """`merlon ...`, as the user whose instance it is."""
    environment = {**os.environ, "XDG_STATE_HOME": str(gateway.folder / "state"),
                   "XDG_RUNTIME_DIR": str(gateway.run_folder)}
    options = {"env": environment, "timeout": 60}
    if os.geteuid() == 0:
        options |= {"user": "nobody", "group": "nogroup", "extra_groups": []}
    return merlon(*arguments, **options)


def reload(gateway):
    return as_its_user(gateway, "reload")


def load(gateway, seconds, connections=32):
    """wrk over TLS; returns its report when it is done."""
    return subprocess.Popen(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
                             f"https://127.0.0.1:{gateway.tls_port}/v1/items"],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def failures(report):
    """What wrk counts as failed: socket errors and answers other than 2xx."""
    found = re.findall(r"(?:Socket errors|Non-2xx).*", report)
    return found


def fast_upstream(folder, port):
    """An upstream that keeps up with wrk: nginx with a fixed body."""
    body = '{"items":[' + ",".join(['{"id":1,"name":"tea"}'] * 40) + "]}"
    config = folder / "upstream.conf"
    temporary = "".join(f"{name}_temp_path {folder}/t-{name};" for name in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config.write_text(f"daemon off; pid {folder}/upstream.pid; error_log {folder}/upstream.log warn;"
                      "worker_processes 1; events { worker_connections 512; }"
                      f"http {{ access_log off; keepalive_requests 1000000; {temporary}"
                      f"server {{ listen 127.0.0.1:{port}; default_type application/json;"
                      f"location / {{ return 200 '{body}'; }} }} }}")
    return subprocess.Popen(["nginx", "-p", str(folder), "-c", str(config)], stderr=subprocess.DEVNULL)


@pytest.fixture
def busy(tmp_path):
    """A gateway in front of a fast upstream."""
    port = free_port()
    tmp_path.chmod(0o755)
    process = fast_upstream(tmp_path, port)
    try:
        with Gateway(None, {"apis": [{"name": "orders", "hosts": ["localhost", "127.0.0.1"],
                                      "openapi": "openapi.yaml",
                                      "upstream": {"url": f"http://127.0.0.1:{port}"}}]},
                     expected=["open socket", "aborting"]) as started:
            with started.tls() as client:
                wait_until(lambda: client.request(target="/v1/items").status == 200, 10, "the upstream")
            yield started
    finally:
        process.terminate()
        process.wait(10)


def test_reload_every_second_under_load_fails_no_call(busy):
    seconds = 30
    wrk = load(busy, seconds)
    end = time.monotonic() + seconds - 2
    reloads = 0
    while time.monotonic() < end:
        started = time.monotonic()
        result = reload(busy)
        assert result.returncode == 0, result.stdout + result.stderr
        reloads += 1
        time.sleep(max(0.0, 1 - (time.monotonic() - started)))
    report = wrk.communicate(timeout=60)[0]
    assert reloads >= 10
    assert not failures(report), report
    wait_until(lambda: len(busy.workers()) <= len(os.sched_getaffinity(0)), 20, "old workers to end")


def test_a_broken_policy_leaves_the_old_one_at_work(busy):
    good = (busy.folder / "merlon.yaml").read_text()
    (busy.folder / "merlon.yaml").write_text(good.replace('"upstream"', '"upsteram"'))
    wrk = load(busy, 5)
    for _ in range(3):
        result = reload(busy)
        text = result.stdout + result.stderr
        assert result.returncode == 1
        assert "upsteram" in text and "upstream" in text, text
    assert not failures(wrk.communicate(timeout=30)[0])
    with busy.tls() as client:
        assert client.request(target="/v1/items").status == 200


def test_a_new_policy_is_at_work_after_reload(gateway):
    def preflight():
        with gateway.tls() as client:
            return client.request("OPTIONS", "/v1/items", [("Origin", ORIGIN),
                                                           ("Access-Control-Request-Method", "GET")])
    assert preflight().status == 403
    gateway.write_policy({"controls": {"cors": {"origins": [ORIGIN]}}})
    result = reload(gateway)
    assert result.returncode == 0, result.stdout + result.stderr
    wait_until(lambda: preflight().status == 204, 10, "the new policy")


def test_a_changed_document_is_at_work_after_reload(gateway, upstream):
    with gateway.tls() as client:
        assert client.request(target="/v1/later").status == 404
    text = (gateway.folder / "openapi.yaml").read_text()
    gateway.write_file("openapi.yaml", text.replace("/public", "/later"))
    assert reload(gateway).returncode == 0

    def there():
        with gateway.tls() as client:
            return client.request(target="/v1/later").status == 200
    wait_until(there, 10, "the new operation")


def test_killed_worker_is_replaced_and_others_serve_on(gateway):
    victim = gateway.workers()[0]
    gateway.expected.append("exited on signal 9")
    os.kill(victim, signal.SIGKILL)

    def works():
        try:
            with gateway.tls() as client:
                return client.request(target="/v1/items").status == 200
        except OSError:
            return False
    wait_until(works, 5, "an answer after kill -9")
    wait_until(lambda: victim not in gateway.workers() and len(gateway.workers()) >= 1, 5, "a new worker")


def test_calls_of_a_killed_worker_are_recorded_as_incomplete(gateway, upstream):
    """AUDIT-1: kill -9 with 50 calls in flight gives 50 records."""
    upstream.on("/v1/items", BEHAVIOURS["silent"])
    clients = [gateway.tls() for _ in range(50)]
    try:
        for client in clients:
            client.send(b"GET /v1/items HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_until(lambda: len(upstream.requests) >= 50, 10, "50 calls at the upstream")
        gateway.expected.append("exited on signal 9")
        for worker in gateway.workers():
            os.kill(worker, signal.SIGKILL)
        records = gateway.records(50, timeout=15)
    finally:
        for client in clients:
            client.close()
    stages = [record["stage"] for record in records]
    assert stages.count("incomplete") == 50, stages
    assert len({record["request_id"] for record in records}) == 50


def test_upstream_down_slow_and_back(upstream):
    with Upstream() as other, Gateway(other) as gateway:
        port = other.port
        other.stop()
        with gateway.tls() as client:
            response = client.request(target="/v1/items")
            assert response.status == 502
            check_problem(response)
            check_preset(response)
            with Upstream(port=port):
                wait_until(lambda: client.request(target="/v1/items").status == 200, 5, "the upstream is back")


def test_garbage_from_the_upstream_is_502_and_the_connection_goes_on(gateway, upstream):
    upstream.on("/v1/items", BEHAVIOURS["garbage"])
    with gateway.tls() as client:
        for _ in range(3):
            response = client.request(target="/v1/items")
            assert response.status == 502
            check_problem(response)
        assert client.request(target="/v1/public").status == 200


def test_sighup_reloads_too(gateway):
    before = gateway.workers()
    gateway.process.signal(signal.SIGHUP)
    wait_until(lambda: set(gateway.workers()).isdisjoint(before) and gateway.workers(), 15, "new workers")


def test_concurrent_reloads_end_well(gateway):
    results = []
    threads = [threading.Thread(target=lambda: results.append(reload(gateway))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result.returncode for result in results] == [0] * 4
    with gateway.tls() as client:
        assert client.request(target="/v1/items").status == 200
