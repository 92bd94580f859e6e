"""merlon-keeper [AUTH-5 TLS-4]: keys of issuers are fetched over verified https, bounded, kept when a download is no good, and asked for
when a token names a new one."""
import http.server
import json
import os
import signal
import ssl
import threading
import time
from pathlib import Path

import pytest
import yaml

from lib.api import document, operation
from lib.certs import Authority, server_tls
from lib.gateway import Gateway, api
from lib.procs import wait_until
from lib.tokens import AUDIENCE, Key, jwks, token
from lib.upstreams import Upstream
from test_reload import reload

PATHS = {"/things": {"get": operation("list")}}


class Issuer:
    """An https server with metadata and a JWK Set; `answers` has status, fields and body by path, `seen` the paths asked for."""

    def __init__(self, context, keys):
        self.answers, self.seen = {}, []
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.seen.append(self.path)
                status, fields, body = issuer.answers.get(self.path, (404, {}, b""))
                if callable(body):
                    body = body()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **fields}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"https://localhost:{self.port}/realm"
        self.publish(*keys)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def publish(self, *keys, path="/keys", **fields):
        self.answers[path] = (200, fields, json.dumps(jwks(*keys)).encode())
        self.answers["/realm/.well-known/openid-configuration"] = (
            200, {}, json.dumps({"issuer": self.url, "jwks_uri": f"https://localhost:{self.port}{path}"}).encode())

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as started:
        yield started


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("issuer"))


@pytest.fixture
def issuer(authority):
    started = Issuer(server_tls(authority.issue("issuer", ["localhost"])), [Key("ES256", "k1")])
    yield started
    started.stop()


def start(upstream, authority, issuer, **more):
    entry = {"issuer": issuer.url, "audiences": [AUDIENCE], "ca": "issuer.pem", **more}
    return Gateway(upstream, policy={"apis": [api(upstream)], "issuers": {"shop": entry}}, openapi=document(PATHS),
                   files={"issuer.pem": Path(authority.path).read_text()})


def status(gateway, text):
    with gateway.tls() as client:
        return client.request("GET", "/v1/things", [("Authorization", f"Bearer {text}")], b"").status


def keeper_pid(gateway):
    for pid in gateway.members():
        try:
            if os.readlink(f"/proc/{pid}/exe").endswith("merlon-keeper"):
                return pid
        except OSError:
            pass
    return None


def test_keys_come_by_the_metadata(upstream, authority, issuer):
    key = Key("RS256", "rsa")
    issuer.publish(key)
    with start(upstream, authority, issuer) as gateway:
        good = token(key, iss=issuer.url)
        wait_until(lambda: status(gateway, good) == 200, 10)
        assert issuer.seen == ["/realm/.well-known/openid-configuration", "/keys"]
        assert status(gateway, token(Key("RS256", "rsa"), iss=issuer.url)) == 401


@pytest.mark.parametrize("keys", ["oauth", "direct"])
def test_keys_come_from_other_places(upstream, authority, issuer, keys):
    key = Key("EdDSA", "ed")
    issuer.publish(key, path="/set")
    issuer.answers["/.well-known/oauth-authorization-server/realm"] = issuer.answers["/realm/.well-known/openid-configuration"]
    place = f"https://localhost:{issuer.port}/set" if keys == "direct" else keys
    with start(upstream, authority, issuer, keys=place) as gateway:
        wait_until(lambda: status(gateway, token(key, iss=issuer.url)) == 200, 10)


def test_without_keys_it_is_503_and_never_200(upstream, authority, issuer):
    key = Key()
    issuer.answers.clear()
    with start(upstream, authority, issuer) as gateway:
        wait_until(lambda: issuer.seen, 10)
        assert status(gateway, token(key, iss=issuer.url)) == 503
        assert status(gateway, token(key, iss="https://other.example.com")) == 401


def bad_answers(issuer, key):
    good = json.dumps(jwks(key)).encode()
    issuer.answers["/loop"] = (302, {"Location": "/loop"}, b"")
    other = jwks(key)["keys"][0]
    return {
        "another host": (302, {"Location": "https://127.0.0.1:1/keys"}, b""),
        "http": (302, {"Location": f"http://localhost:{issuer.port}/keys"}, b""),
        "many redirects": (302, {"Location": f"https://localhost:{issuer.port}/loop"}, b""),
        "500": (500, {}, good),
        "257 KiB": (200, {}, good + b" " * (257 << 10)),
        "no JSON": (200, {}, b"<html>"),
        "65 keys": (200, {}, json.dumps({"keys": [{**other, "kid": str(i)} for i in range(65)]}).encode()),
        "a kid twice": (200, {}, json.dumps({"keys": [other, other]}).encode()),
        "a secret": (200, {}, json.dumps({"keys": [other, {"kty": "oct", "k": "AAAA"}]}).encode()),
        "no key": (200, {}, b'{"keys":[]}'),
        "silence": (200, {}, lambda: time.sleep(6) or b""),
    }


def test_bad_answers_change_nothing(upstream, authority, issuer):
    """An issuer for each: without keys 503; once its answer is mended, the next download brings them."""
    key = Key("ES256", "new")
    bad = list(bad_answers(issuer, key).items())
    issuers = {}
    for number, (_, answer) in enumerate(bad):
        issuer.answers[f"/set{number}"] = answer
        issuers[f"i{number}"] = {"issuer": f"https://i{number}.test", "audiences": [AUDIENCE], "ca": "issuer.pem",
                                 "keys": f"https://localhost:{issuer.port}/set{number}"}
    with Gateway(upstream, policy={"apis": [api(upstream)], "issuers": issuers}, openapi=document(PATHS),
                 files={"issuer.pem": Path(authority.path).read_text()}) as gateway:
        def told():
            return all(f"i{number}: no keys from" in gateway.process.log for number in range(len(bad)))
        wait_until(told, 20)
        for number, (name, _) in enumerate(bad):
            assert status(gateway, token(key, iss=f"https://i{number}.test")) == 503, name
            issuer.publish(key, path=f"/set{number}")
        for number, (name, _) in enumerate(bad):
            wait_until(lambda: status(gateway, token(key, iss=f"https://i{number}.test")) == 200, 30, name)


@pytest.mark.parametrize("wrong", ["name", "authority"])
def test_a_certificate_that_is_not_good(upstream, authority, tmp_path, wrong):
    """There is no switch for this."""
    key = Key()
    maker = Authority(tmp_path) if wrong == "authority" else authority
    issuer = Issuer(server_tls(maker.issue("bad-" + wrong, ["other.test" if wrong == "name" else "localhost"])), [key])
    try:
        with start(upstream, authority, issuer) as gateway:
            wait_until(lambda: "shop: no keys from" in gateway.process.log, 15)
            assert status(gateway, token(key, iss=issuer.url)) == 503
            assert issuer.seen == []
    finally:
        issuer.stop()


def test_metadata_of_another_issuer(upstream, authority, issuer):
    key = Key()
    issuer.publish(key)
    issuer.answers["/realm/.well-known/openid-configuration"] = (
        200, {}, json.dumps({"issuer": issuer.url + "/", "jwks_uri": f"https://localhost:{issuer.port}/keys"}).encode())
    with start(upstream, authority, issuer) as gateway:
        wait_until(lambda: "metadata are not those of the issuer" in gateway.process.log, 10)
        assert status(gateway, token(key, iss=issuer.url)) == 503 and "/keys" not in issuer.seen


def test_it_is_started_again_and_forgets_nothing(upstream, authority, issuer):
    """Killed while the issuer is down: what was known goes on."""
    key = Key()
    issuer.publish(key)
    with start(upstream, authority, issuer) as gateway:
        wait_until(lambda: status(gateway, token(key, iss=issuer.url)) == 200, 10)
        issuer.answers.clear()
        before = keeper_pid(gateway)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: keeper_pid(gateway) not in (None, before), 10)
        for _ in range(10):
            assert status(gateway, token(key, iss=issuer.url)) == 200
            time.sleep(0.1)


def test_unknown_keys_do_not_make_a_flood(upstream, authority, issuer):
    key = Key()
    issuer.publish(key)
    with start(upstream, authority, issuer) as gateway:
        wait_until(lambda: status(gateway, token(key, iss=issuer.url)) == 200, 10)
        for number in range(200):
            assert status(gateway, token(key, header={"kid": f"k{number}"}, iss=issuer.url)) in (200, 401)
        two = Key("ES256", "two")
        assert status(gateway, token(two, iss=issuer.url)) in (401,)
        assert len(issuer.seen) <= 4
        assert status(gateway, token(key, iss=issuer.url)) == 200


def test_a_reload_takes_and_leaves_issuers(upstream, authority, issuer):
    first, second = Key("ES256", "one"), Key("ES256", "two")
    issuer.publish(first)
    issuer.publish(second, path="/second")
    with start(upstream, authority, issuer, keys=f"https://localhost:{issuer.port}/keys") as gateway:
        one, two = token(first, iss=issuer.url), token(second, iss="https://second.test")
        wait_until(lambda: status(gateway, one) == 200, 10)
        assert status(gateway, two) == 401
        path = gateway.folder / "merlon.yaml"
        written = yaml.safe_load(path.read_text())
        written["issuers"] = {"second": {"issuer": "https://second.test", "audiences": [AUDIENCE], "ca": "issuer.pem",
                                         "keys": f"https://localhost:{issuer.port}/second"}}
        path.write_text(yaml.safe_dump(written))
        reload(gateway)
        wait_until(lambda: status(gateway, two) == 200, 10)
        assert status(gateway, one) == 401
