"""Limits shared in Redis [RATE-5]: several gateways, a server that dies, stops, comes back empty, lies; the bounds of docs/limits.md."""
import concurrent.futures
import contextlib
import json
import time
from random import Random

import pytest

from lib.api import document, operation
from lib.certs import Authority
from lib.gateway import ROOT, Gateway, api
from lib.procs import wait_until
from lib.redis import Redis, encode, read
from lib.upstreams import Upstream, reply
from test_limit import JSON, SIGN_IN, get
from test_reload import as_its_user, reload

KEY = bytes(range(16))
UNFIT = ["limit-redis-unfit"]
PATHS = {"/things/a": {"get": operation("getA")}}


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as started:
        yield started


def make(upstream, redis, gateways=2, ip="10/1h", openapi=None, operations=None, expected=(), **settings):
    """One gateway of several; their key lies in its folder."""
    made = Gateway(upstream, openapi=openapi or document(PATHS), expected=expected)
    (made.folder / "limits.key").write_bytes(settings.pop("key", KEY))
    shared = {"node": f"127.0.0.1:{redis.port}", "key_file": str(made.folder / "limits.key"), "instances": gateways, **settings}
    if "password" in shared:
        (made.folder / "password").write_text(shared.pop("password") + "\n")
        shared["password_file"] = str(made.folder / "password")
    made.write_policy({"apis": [api(upstream, operations=operations or {})],
                       "limits": {"default": {"ip": ip, "global": "1000000/1s"}, "redis": shared}})
    return made


def redis_of(gateway):
    return json.loads(as_its_user(gateway, "status", "--json").stdout).get("redis", {})


def counts_in_redis(gateway):
    """All workers are connected."""
    wait_until(lambda: redis_of(gateway).get("workers") == len(gateway.workers()), 10, "Redis is used")


@contextlib.contextmanager
def several(upstream, redis, gateways=2, **more):
    with contextlib.ExitStack() as stack:
        started = [stack.enter_context(make(upstream, redis, gateways, **more)) for _ in range(gateways)]
        for each in started:
            counts_in_redis(each)
        yield started


def ask(gateway, count):
    with gateway.tls() as client:
        return [get(client).status for _ in range(count)]


def by_turns(gateways, count):
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(each.tls()) for each in gateways]
        return [get(clients[number % len(clients)]).status for number in range(count)]


def test_two_gateways_share_one_allowance(upstream):
    with Redis() as redis:
        time.sleep(3.2)
        with several(upstream, redis, ip="10/2s") as gateways:
            assert by_turns(gateways, 14) == [200] * 10 + [429] * 4
            keys = [key.decode() for key in redis.command("KEYS", "mrl:*")]
            assert sorted(key.rsplit(":", 1)[1] for key in keys if "selftest" not in key) == ["global", "ip"]
            assert all("127.0.0.1" not in key for key in keys)
            assert redis.command("PTTL", next(key for key in keys if key.endswith(":ip"))) <= 2000 + 50 + 200


def test_the_answer_says_when_all_gateways_let_it_pass(upstream):
    with Redis() as redis:
        time.sleep(3.2)
        with several(upstream, redis, ip="4/2s") as (one, two):
            assert ask(one, 4) == [200] * 4
            with two.tls() as client:
                response = get(client)
                assert response.status == 429 and json.loads(response.body)["violated-policies"] == ["ip"]
                wait = int(response.get("retry-after"))
                assert 1 <= wait <= 3 and response.get("ratelimit") == f'"ip";r=0;t={wait}'
                time.sleep(wait)
                assert get(client).status == 200


def test_a_refused_client_costs_redis_one_command_a_second(upstream):
    with Redis() as redis:
        time.sleep(2.2)
        with several(upstream, redis, gateways=1, ip="5/1m") as (one,):
            assert ask(one, 6)[5] == 429
            before, asked = redis.calls("evalsha"), 0
            end = time.monotonic() + 1
            while time.monotonic() < end:
                asked += 50
                assert ask(one, 50) == [429] * 50
            workers = len(one.workers())
            assert asked > 50 and redis.calls("evalsha") - before <= 2 * workers


def admitted(gateways, seconds, spread=8):
    """(time) of each call that passed, greedily, over several connections of all gateways."""
    def one(number):
        passed = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with gateways[number % len(gateways)].tls() as client:
                for _ in range(400):
                    before = time.monotonic()
                    if before >= end:
                        break
                    status = get(client).status
                    assert status in (200, 429), status
                    if status == 200:
                        passed.append((before, time.monotonic()))
                    else:
                        time.sleep(0.002)
        return passed
    with concurrent.futures.ThreadPoolExecutor(spread) as pool:
        return sorted(moment for part in pool.map(one, range(spread)) for moment in part)


def most_in(moments, window):
    """The most that surely lay in one window: asked and answered inside."""
    most = 0
    for begin, _ in moments:
        most = max(most, sum(1 for asked, answered in moments if asked >= begin and answered <= begin + window))
    return most


def test_no_window_sees_more_over_two_gateways(upstream):
    with Redis() as redis:
        time.sleep(2.2)
        with several(upstream, redis, ip="100/2s") as gateways:
            moments = admitted(gateways, 7)
            assert most_in(moments, 2.0) <= 100
            assert len(moments) >= 300  # 7 s of 100 in 2 s


def test_redis_killed_and_empty_again(upstream):
    """Balanced: never more than the whole; no call fails."""
    with Redis() as redis:
        time.sleep(4.3)
        with several(upstream, redis, ip="40/4s") as gateways:
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                running = pool.submit(admitted, gateways, 12)
                time.sleep(2)
                redis.kill()
                time.sleep(2)
                redis.start()
                moments = running.result()
            assert most_in(moments, 4.0) <= 60  # N(2 - 1/G)
            late = [moment for moment in moments if moment[0] > moments[0][0] + 8]
            assert most_in(late, 4.0) <= 40 and len(moments) >= 60
            assert any(record.get("facts", {}).get("limit_fallback") for each in gateways for record in each.records())


def test_redis_lost_after_all_went_through_one_gateway(upstream):
    with Redis() as redis:
        time.sleep(8.2)
        with several(upstream, redis, gateways=2, ip="20/6s") as (one, two):
            assert ask(one, 20) == [200] * 20
            redis.kill()
            time.sleep(0.3)
            assert ask(two, 20).count(200) == 10 and ask(one, 20).count(200) == 0  # N(2 - 1/G)


def test_a_stopped_redis_delays_few_calls(upstream):
    with Redis() as redis:
        with several(upstream, redis, gateways=1, ip="100000/1s") as (one,):
            ask(one, 50)
            redis.pause()
            slow = []
            with one.tls() as client:
                for _ in range(200):
                    begin = time.monotonic()
                    assert get(client).status == 200
                    slow.append(time.monotonic() - begin)
            late = [taken for taken in slow if taken > 0.015]
            assert 1 <= len(late) <= 5 * len(one.workers()) and max(slow) < 0.25, sorted(slow)[-12:]
            redis.go_on()
            counts_in_redis(one)


def test_charges_of_an_outage_are_told_afterwards(upstream):
    with Redis() as redis:
        time.sleep(1.0)
        with several(upstream, redis, gateways=1, ip="50/1h") as (one,):
            assert ask(one, 5) == [200] * 5
            redis.pause()
            assert ask(one, 20) == [200] * 20
            redis.go_on()
            counts_in_redis(one)
            assert ask(one, 1) == [200]
            key, = (key for key in redis.command("KEYS", "*") if key.endswith(b":ip"))
            known = int.from_bytes(redis.command("GET", key)[:4], "big")
            assert 21 <= known <= 26  # what ran out of time may have been counted, and is not told again


def test_scripts_that_are_flushed_come_again(upstream):
    with Redis() as redis:
        with several(upstream, redis, gateways=1, ip="1000000/1s") as (one,):
            for _ in range(10):
                redis.command("SCRIPT", "FLUSH")
                assert ask(one, 5) == [200] * 5
            assert not any(record.get("facts", {}).get("limit_fallback") for record in one.records(at_least=50))


ACL = ("merlon on >secret resetkeys resetchannels ~mrl:rl1:* -@all +evalsha +eval +script|load +mget +get +set +time +ping +info +role "
       "+client|setname +auth").split()


def test_a_password_and_only_the_rights_it_needs(upstream):
    with Redis() as redis:
        redis.command("ACL", "SETUSER", *ACL)
        redis.command("ACL", "SETUSER", "default", "off")
        with several(upstream, redis, gateways=1, user="merlon", password="secret", ip="3/1h") as (one,):
            assert ask(one, 3) == [200] * 3
            assert "NOPERM" not in one.error_log


@pytest.mark.parametrize("options, settings, reason", [
    ({"maxmemory_policy": "allkeys-lru"}, {}, "maxmemory-policy evicts"),
    ({"requirepass": "right"}, {"password": "wrong"}, "refuses the user, the password"),
    ({"requirepass": "right"}, {}, "refuses the user, the password"),
    ({"cluster_enabled": "yes"}, {}, "a node of a cluster"),
    ({"replicaof": "127.0.0.1 1"}, {}, "a replica"),
], ids=["evicting", "wrong password", "no password", "cluster", "replica"])
def test_a_server_that_is_unfit_is_refused_by_name(upstream, options, settings, reason):
    with Redis(**options) as redis, make(upstream, redis, 2, expected=UNFIT, **settings) as one:
        wait_until(lambda: "limit-redis-unfit" in one.error_log, 10, "it is refused: " + one.error_log)
        line = next(line for line in one.error_log.splitlines() if "limit-redis-unfit" in line)
        assert reason in line and "[alert]" in line
        assert ask(one, 8) == [200] * 5 + [429] * 3  # its part


def test_an_eviction_policy_set_while_it_runs(upstream):
    with Redis() as redis, make(upstream, redis, 1, expected=UNFIT) as one:
        counts_in_redis(one)
        redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        wait_until(lambda: "limit-redis-unfit" in one.error_log, 15, "it is refused")
        assert ask(one, 3) == [200] * 3


def test_tls_is_verified(upstream, tmp_path):
    authority = Authority(tmp_path)
    with Redis(authority=authority) as redis:
        def tls(name="localhost"):
            made = make(upstream, redis, 1, expected=UNFIT)
            ca = made.folder / "redis-ca.pem"
            ca.write_bytes(open(authority.path, "rb").read())
            text = json.loads(json.dumps(made.policy))
            text["limits"]["redis"]["tls"] = {"ca_file": str(ca), "server_name": name}
            made.write_policy(text)
            return made
        with tls() as one:
            counts_in_redis(one)
            assert ask(one, 10) == [200] * 10
            assert redis.calls("evalsha") >= 10
        with tls("another.example") as one:
            wait_until(lambda: "limit-redis-unfit" in one.error_log, 10, "it is refused")
            assert "not valid for its name" in one.error_log
        with make(upstream, redis, 1) as one:  # clear text to a port of TLS
            assert ask(one, 10) == [200] * 10
            assert redis_of(one)["state"] == "not connected"


def test_failed_sign_ins_are_shared_and_successes_given_back(upstream):
    openapi, operations = document(SIGN_IN), {"POST /login": {"controls": {"login": {"from": "json", "at": "/email"}}}}

    def sign_in(gateway):
        with gateway.tls() as client:
            return client.request("POST", "/v1/login", JSON, json.dumps({"email": "ada@x.de"}).encode()).status

    with Redis() as redis:
        with several(upstream, redis, gateways=1, ip="1000/1s", openapi=openapi, operations=operations) as (one,):
            upstream.on("/v1/login", reply(200, b"{}"))
            assert [sign_in(one) for _ in range(12)] == [200] * 12
            upstream.on("/v1/login", reply(401, b"{}"))
            assert [sign_in(one) for _ in range(7)] == [401] * 5 + [429] * 2


def test_a_reload_keeps_counting(upstream):
    with Redis() as redis, make(upstream, redis, 1) as one:
        counts_in_redis(one)
        assert ask(one, 6) == [200] * 6
        assert reload(one).returncode == 0
        assert ask(one, 6) == [200] * 4 + [429] * 2


def test_a_key_of_the_wrong_size_does_not_start(upstream):
    with Redis() as redis:
        made = make(upstream, redis, 1, key=b"short")
        with pytest.raises(AssertionError, match="must have 16 bytes"):
            made.start()


# --- the script itself, at times of the test's own

SCRIPTS = ROOT / "src" / "limit" / "lua"


class Log:
    """The cell log of docs/limits.md, written a second time."""

    def __init__(self):
        self.cells = []

    def charge(self, now, units, hold, width, cost, debt):
        self.cells = [cell for cell in self.cells if now - cell[0] < hold]
        if debt:
            self.force(now, width, debt)
        used = sum(n for _, n in self.cells)
        if cost > units:
            return -1, 0
        if used + cost <= units:
            return 1, 0
        need = used + cost - units
        for t, n in self.cells:
            need -= n
            if need <= 0:
                return 0, t + hold - now
        return 0, hold

    def force(self, now, width, cost):
        t = max([now, *(cell[0] for cell in self.cells[-1:])])
        if self.cells and self.cells[-1][0] // width == t // width:
            self.cells[-1] = (t, self.cells[-1][1] + cost)
        else:
            self.cells.append((t, cost))
        return t


def at_times(name):
    """The script with the time as its last argument."""
    text = (SCRIPTS / name).read_text()
    assert text.count("redis.call('TIME')") == 1
    return text.replace("redis.call('TIME')", "{ string.sub(ARGV[#ARGV], 1, -4), string.sub(ARGV[#ARGV], -3) .. '000' }")


class Scripts:
    def __init__(self, redis):
        self.socket = redis.connect()
        self.answers = self.socket.makefile("rb")
        self.charge_text, self.refund_text = at_times("charge.lua"), at_times("refund.lua")

    def run(self, *words):
        self.socket.sendall(encode("EVAL", *words))
        return read(self.answers)

    def charge(self, now, *keys):
        return self.run(self.charge_text, len(keys), *(key[0] for key in keys), *(number for key in keys for number in key[1:]), now)

    def close(self):
        self.answers.close()
        self.socket.close()


@pytest.fixture
def scripts():
    with Redis() as redis:
        made = Scripts(redis)
        yield made
        made.close()


BEGIN = 1_700_000_000_000


def test_the_script_by_hand(scripts):
    def charge(at, cost):
        return scripts.charge(BEGIN + at, ("k", 100, 60001, 5000, cost, 0))[:2]
    begin = BEGIN - BEGIN % 5000
    assert begin == BEGIN
    for at, cost in ((0, 20), (4999, 20), (5000, 20), (12345, 40)):
        assert charge(at, cost) == [1, 0]
    assert charge(12346, 1) == [0, 52654] and charge(12346, 50) == [0, 52655] and charge(12346, 61) == [0, 60000]
    assert charge(12346, 101)[0] == -1
    assert charge(64999, 1) == [0, 1] and charge(65000, 40) == [1, 0]
    value = scripts.run("return redis.call('GET', 'k')", 0)
    assert value[:4] == (100).to_bytes(4, "big") and len(value) == 4 + 3 * 10


def test_the_script_decides_as_an_exact_log_does(scripts):
    random = Random(4711)
    for number in range(60):
        units, window, cells = random.randint(1, 200), random.randint(1000, 60000), random.choice((12, 28))
        hold, width = window + 50, 1 if units <= 14 else -(-window // cells)
        now, log, key = BEGIN + random.randint(0, 10**6), Log(), f"k{number}"
        passed = []
        for _ in range(60):
            now += random.choice((0, 1, random.randint(0, window // 10), random.randint(0, window)))
            cost, debt = random.randint(1, min(50, units + 1)), random.choice((0, 0, 0, 0, random.randint(1, 20)))
            verdict, wait = log.charge(now, units, hold, width, cost, debt)
            told = scripts.charge(now, (key, units, hold, width, cost, debt))
            assert told[:2] == [verdict, wait if verdict == 0 else 0], (number, log.cells, cost)
            if verdict == 1:
                assert told[6] == log.force(now, width, cost)
                passed.append((now, cost))
            assert told[4] == max(0, units - sum(n for _, n in log.cells))
        for begin, _ in passed:
            assert sum(cost for at, cost in passed if begin <= at < begin + window) <= units


def test_one_refusal_burns_no_other_limit(scripts):
    first, second = ("a", 100, 60050, 5000, 1, 0), ("b", 1, 60050, 1, 1, 0)
    assert scripts.charge(BEGIN, first, second)[:3] == [1, 0, 0]
    for _ in range(20):
        told = scripts.charge(BEGIN + 5, first, second)
        assert told[:3] == [0, 60045, 2] and told[4] == 99 and told[7] == 0


def test_a_refund_goes_to_its_cell_while_that_is_there(scripts):
    def refund(at, stamp, units):
        return scripts.run(scripts.refund_text, 1, "k", BEGIN + stamp, units, 10050, BEGIN + at)
    for at in (0, 10, 20):
        scripts.charge(BEGIN + at, ("k", 3, 10050, 1, 1, 0))
    assert refund(30, 10, 1) == [1] and refund(30, 10, 1) == [0]
    assert scripts.charge(BEGIN + 31, ("k", 3, 10050, 1, 1, 0))[0] == 1
    assert scripts.charge(BEGIN + 32, ("k", 3, 10050, 1, 1, 0))[:2] == [0, 10018]
    assert refund(10000, 0, 1) == [0] and refund(9999, 0, 1) == [1]
    assert scripts.run("return redis.call('PTTL', 'k')", 0) > 0
