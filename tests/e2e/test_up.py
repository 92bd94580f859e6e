"""`merlon up` itself: its folders, its local authority, its children, its end, and what it tells.

What the gateway does with calls, and that a reload fails none, stands in the other files.
"""
import json
import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time

import pytest

from lib.gateway import BUILD, ROOT, USER, Gateway, api, command_line, is_sanitized, merlon
from lib.procs import answers, wait_until
from lib.upstreams import KEEP, Upstream

AS_ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(upstream):
    with Gateway(upstream, local_ca=True) as running:
        yield running


@pytest.fixture
def fresh(upstream):
    """One that a test may hurt, from a policy, with the local authority."""
    with Gateway(upstream, local_ca=True) as running:
        yield running


def environment(gateway, run_folder=None):
    """What `merlon` sees that works on the folders of a gateway."""
    values = {"PATH": os.environ["PATH"] + ":/usr/sbin", "HOME": str(gateway.folder),
              "XDG_STATE_HOME": str(gateway.folder / "state"), "XDG_RUNTIME_DIR": str(run_folder or gateway.run_folder)}
    return values | (gateway.sanitizer_environment() if is_sanitized() else {})


def run(gateway, *arguments):
    """Another `merlon` beside a gateway, with its folders."""
    return merlon(*arguments, env=environment(gateway))


def status(gateway):
    return json.loads(run(gateway, "status", "--json").stdout)


def child(gateway, name):
    return next(one for one in status(gateway)["supervisor"]["children"] if one["name"] == name)


def start(gateway, *more, run_folder=None, timeout=60, **values):
    """`merlon up` that is expected to end by itself."""
    user = ["--user", USER] if AS_ROOT else []
    return merlon("up", "-c", gateway.folder / "merlon.yaml", *user, *more, timeout=timeout,
                  env=environment(gateway, run_folder) | values)


@pytest.fixture
def folders(gateway):
    """The policy of a good gateway, with folders where none has run, both of the gateway's user."""
    other = Gateway(gateway.upstream, local_ca=True)
    if AS_ROOT:
        other.give_to_user()
    yield other
    other.remove()


def call(gateway, host="localhost"):
    with gateway.tls(sni=host) as client:
        return client.request(target="/v1/items", host=host)


# --- what it runs as, and where

def test_everything_is_an_ordinary_users(gateway):
    wanted = pwd.getpwnam(USER).pw_uid if AS_ROOT else os.geteuid()
    for pid in gateway.members():
        with open(f"/proc/{pid}/status") as file:
            uids = re.search(r"Uid:\s+(.*)", file.read()).group(1).split()
        assert set(uids) == {str(wanted)}, command_line(pid)


def test_no_capability_but_low_ports(gateway):
    for pid in gateway.members():
        with open(f"/proc/{pid}/status") as file:
            effective = int(re.search(r"CapEff:\s+(\w+)", file.read()).group(1), 16)
        assert effective & ~(1 << 10) == 0, command_line(pid)


def test_folders_and_files_are_closed(gateway):
    run_dir = gateway.run_folder / "merlon" / "default"
    for folder in (gateway.state, run_dir, *(gateway.state / name for name in
                                             ("ca", "tls", "log", "audit", "gen", "nginx", "nginx/tmp"))):
        assert folder.stat().st_mode & 0o7777 == 0o700, folder
    secrets = [gateway.state / "ca/ca.key", gateway.state / "tls/local.key", gateway.state / "current/tls/0.key",
               gateway.state / "log/error.log", gateway.state / "current/nginx.conf"]
    for path in secrets:
        assert path.stat().st_mode & 0o777 == 0o600, path


def test_no_user_line_and_the_lines_that_matter(gateway):
    text = (gateway.state / "current" / "nginx.conf").read_text()
    assert not re.search(r"^\s*user\s", text, re.M)
    for line in ("daemon off;", "merlon_graceful on;", "ssl_protocols TLSv1.3;", "ssl_early_data off;",
                 "merge_slashes off;", "ssl_reject_handshake on;", "proxy_max_temp_file_size 0;", "error_page 494 =431"):
        assert line in text, line
    assert "verify off" not in text and "0.0.0.0" not in text


def test_root_has_to_name_a_user(folders):
    arguments = ["up", "-c", folders.folder / "merlon.yaml"]
    result = merlon(*arguments, "--user", "root", env=environment(folders))
    assert result.returncode == 2 and "not root" in result.stderr
    result = merlon(*arguments, *([] if AS_ROOT else ["--user", "daemon"]), env=environment(folders))
    assert result.returncode == 2 and ("--user NAME" if AS_ROOT else "needs root") in result.stderr
    assert not (folders.folder / "state").exists()


def own(path):
    """As the user of the gateway would have made it."""
    if AS_ROOT:
        user = pwd.getpwnam(USER)
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


@pytest.mark.parametrize("spoil, told", [
    (lambda path: path.mkdir(mode=0o755) or path.chmod(0o755), "open to others"),
    (lambda path: path.symlink_to("/tmp"), "is a link"),
    (lambda path: path.write_text(""), "no folder"),
])
@pytest.mark.parametrize("which", ["state", "run"])
def test_a_folder_that_is_not_ours_alone(folders, which, spoil, told):
    path = (folders.folder / "state" if which == "state" else folders.run_folder) / "merlon" / "default"
    path.parent.mkdir(parents=True)
    for folder in (path.parent, path.parent.parent):
        own(folder)
    spoil(path)
    own(path)
    result = start(folders)
    assert result.returncode == 78 and told in result.stderr, result


def test_a_folder_of_somebody_else(folders):
    if not AS_ROOT:
        return  # nobody else can make a folder of another user
    path = folders.folder / "state" / "merlon" / "default"
    path.mkdir(parents=True)
    path.chmod(0o700)
    result = start(folders)
    assert result.returncode == 78 and "belongs to the user 0" in result.stderr


def test_the_run_folder_has_to_lie_in_memory(folders):
    where = subprocess.run(["stat", "-f", "-c", "%T", folders.folder], capture_output=True, text=True).stdout.strip()
    if where != "tmpfs":
        result = start(folders, run_folder=folders.folder / "run")
        assert result.returncode == 78 and "tmpfs" in result.stderr


# --- an nginx of one's own

def test_the_snippets_load(folders):
    """`nginx -t` over the three files of etc/, as their comments say to include them."""
    folders.authority.issue("server", ["localhost"])
    told = json.loads(merlon("version", "--json").stdout)
    path = folders.folder / "nginx.conf"
    path.write_text(f"""
load_module {told["module_path"]};
merlon_run_dir {folders.run_folder};
merlon_graceful on;
pid {folders.folder}/nginx.pid;
error_log stderr;
events {{ }}
http {{
    merlon_policy {folders.folder}/merlon.yaml;
    include {ROOT}/etc/merlon-http.conf;
    client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
    access_log off;
    upstream api {{ server 127.0.0.1:3000; keepalive 64; keepalive_timeout 4s; }}
    server {{
        listen 127.0.0.1:{folders.tls_port} ssl;
        server_name localhost;
        ssl_certificate {folders.folder}/server.crt;
        ssl_certificate_key {folders.folder}/server.key;
        include {ROOT}/etc/merlon-server.conf;
        location / {{
            merlon on;
            include {ROOT}/etc/merlon-proxy.conf;
            proxy_pass http://api;
            proxy_set_header Host api.internal;
        }}
    }}
}}
""")
    command = [told["nginx_path"], "-p", folders.folder, "-e", "stderr", "-c", path, "-t"]
    result = subprocess.run(command, capture_output=True, text=True, env=environment(folders))
    assert result.returncode == 0, result.stderr


# --- before anything is started

def test_a_port_in_use(folders):
    with socket.create_server(("127.0.0.1", folders.tls_port)):
        result = start(folders)
    assert result.returncode == 78
    assert f"127.0.0.1:{folders.tls_port} cannot be listened on" in result.stderr
    assert list((folders.state / "gen").iterdir()) == []


def test_a_broken_policy(folders):
    path = folders.folder / "merlon.yaml"
    path.write_text(path.read_text().replace('"hosts"', '"host"'))
    result = start(folders)
    assert result.returncode == 78 and "/apis/0/host" in result.stderr
    assert list((folders.state / "gen").iterdir()) == []


def test_options_that_make_no_policy(folders):
    """The findings name the command line, and a relative socket lies where the command was given."""
    user = ["--user", USER] if AS_ROOT else []
    arguments = ["--openapi", folders.folder / "openapi.yaml", "--listen", "127.0.0.1:0", *user]
    result = merlon("up", "--upstream", "ftp://x", *arguments, env=environment(folders), cwd=folders.folder)
    assert result.returncode == 78 and '"ftp://x" is no upstream' in result.stderr
    assert f"{folders.folder}/command line:" in result.stderr and "no address to listen on" in result.stderr


def test_a_policy_without_listeners(folders):
    folders.write_policy({"listeners": []})
    result = start(folders)
    assert result.returncode == 78 and "listeners" in result.stderr


def test_what_nginx_says_reaches_the_person(folders):
    folders.write_policy({"apis": [api("http://no-such-host.invalid:1")]})
    result = start(folders)
    assert result.returncode == 78 and "no-such-host.invalid" in result.stderr and "nginx refuses" in result.stderr


def test_http3_where_nginx_has_none(folders):
    if json.loads(merlon("version", "--json").stdout)["http3_possible"]:
        return
    folders.write_policy({"tls": {"http3": "on"}})
    result = start(folders)
    assert result.returncode == 78 and "HTTP/3" in result.stderr


@pytest.mark.parametrize("version", ["1.22.0", "1.21.6", "nonsense"])
def test_an_nginx_that_is_too_old(folders, version):
    fake = folders.folder / "nginx"
    fake.write_text(f"#!/bin/sh\necho 'nginx version: nginx/{version}' >&2\n")
    fake.chmod(0o755)
    result = start(folders, MERLON_NGINX=str(fake))
    assert result.returncode == 78 and "1.22.1 or newer" in result.stderr


def test_one_supervisor_an_instance(gateway):
    result = start(gateway)
    assert result.returncode == 78 and f"process {gateway.process.pid}" in result.stderr


# --- the local authority [TLS-1]

def test_a_newcomer_is_told_what_is_needed(gateway):
    log = gateway.process.log
    ca = gateway.state / "ca" / "ca.crt"
    assert f"--cacert '{ca}'" in log and "update-ca-certificates" in log
    assert str(gateway.audit_path) in log and "error.log" in log
    line = re.search(r"^  (curl .*)$", log, re.M).group(1)
    assert subprocess.run(line + " -s -o /dev/null", shell=True).returncode == 0


def test_the_authority_signs_for_local_names_only(gateway):
    text = subprocess.run(["openssl", "x509", "-noout", "-text", "-in", gateway.state / "ca/ca.crt"],
                          capture_output=True, text=True, check=True).stdout
    assert re.search(r"CN ?= ?Merlon local CA [0-9a-f]{8}\b", text)
    assert "CA:TRUE, pathlen:0" in text and "Name Constraints: critical" in text and "DNS:internal" in text


def test_the_authority_is_kept_and_the_leaf_follows_the_names(upstream):
    gateway = Gateway(upstream, local_ca=True)
    try:
        gateway.start()
        before = [(gateway.state / name).read_bytes() for name in ("ca/ca.crt", "tls/local.crt")]
        gateway.process.stop()
        gateway.start()
        assert [(gateway.state / name).read_bytes() for name in ("ca/ca.crt", "tls/local.crt")] == before
        gateway.process.stop()
        gateway.write_policy({"apis": [api(upstream, hosts=["localhost", "new.test"])]})
        gateway.start()
        assert (gateway.state / "ca/ca.crt").read_bytes() == before[0]
        assert (gateway.state / "tls/local.crt").read_bytes() != before[1]
        assert call(gateway, host="new.test").status == 200
    finally:
        gateway.stop()


@pytest.fixture(scope="module")
def bare(upstream):
    """Without a policy, as a newcomer starts it."""
    gateway = Gateway(upstream, local_ca=True)
    gateway.policy = {"listeners": [{"address": f"127.0.0.1:{gateway.tls_port}"}]}
    gateway.arguments = ["--upstream", upstream.url + "/", "--openapi", gateway.folder / "openapi.yaml",
                         "--listen", f"127.0.0.1:{gateway.tls_port}", "--name", "box.test", "--instance", "default"]
    with gateway:
        yield gateway


def test_without_a_policy_all_names_are_in_the_certificate(bare):
    context = ssl.create_default_context(cafile=bare.ca)
    for name in ("localhost", "127.0.0.1", "box.test"):
        with socket.create_connection(("127.0.0.1", bare.tls_port)) as plain, \
                context.wrap_socket(plain, server_hostname=name) as wrapped:
            assert wrapped.version() == "TLSv1.3"


def test_without_a_policy_one_is_written_that_lint_takes(bare):
    path = bare.state / "current" / "merlon.yaml"
    result = merlon("lint", path)
    assert result.returncode == 0, result.stdout
    assert "box.test" in path.read_text()
    assert "ssl_reject_handshake" not in (bare.state / "current" / "nginx.conf").read_text()


# --- its children

def test_status_tells_what_runs(gateway):
    told = status(gateway)
    assert told["running"] and told["pid"] == gateway.process.pid
    assert {one["name"] for one in told["supervisor"]["children"]} == {"nginx", "merlon-auditd", "merlon-keeper"}
    assert {worker["generation"] for worker in told["workers"]} == {told["generation"]}
    assert sorted(worker["pid"] for worker in told["workers"]) == gateway.workers()
    assert {item["address"] for item in told["listeners"]} == {item["address"] for item in gateway.policy["listeners"]}
    text = run(gateway, "status").stdout
    assert "listener        127.0.0.1:" in text and "http3" in text


@pytest.mark.parametrize("name", ["nginx", "merlon-auditd", "merlon-keeper"])
def test_a_dead_child_comes_back(fresh, name):
    fresh.expected += ["exited on signal"]
    before = child(fresh, name)
    os.kill(before["pid"], signal.SIGKILL)
    wait_until(lambda: child(fresh, name)["pid"] not in (0, before["pid"]), 5, f"a new {name}")
    assert child(fresh, name)["restarts"] == 1
    wait_until(lambda: answers(fresh.tls_port), 5, "the port is served again")
    wait_until(lambda: call(fresh).status != 503, 10, "calls are served again")
    assert f"{name} ended (signal 9)" in fresh.process.log


def test_workers_do_not_outlive_the_master(fresh):
    """A worker that stayed would hold the port and serve an old generation."""
    workers = fresh.workers()
    os.kill(child(fresh, "nginx")["pid"], signal.SIGKILL)
    wait_until(lambda: not set(workers) & set(fresh.workers()), 5, "the old workers end")
    wait_until(lambda: fresh.workers(), 5, "new ones start")


def test_nothing_outlives_the_supervisor(fresh):
    members = set(fresh.members())
    os.kill(fresh.process.pid, signal.SIGKILL)
    fresh.process.popen.wait()
    wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in members), 10, "all ended")
    fresh.start()


def test_a_child_that_cannot_live_ends_all_with_70(folders):
    """Ten deaths in 60 s."""
    libraries = folders.folder / "lib"
    libraries.mkdir()
    shutil.copy(BUILD / "edge/nginx/ngx_http_merlon_module.so", libraries)
    (libraries / "merlon-auditd").write_text("#!/bin/sh\nexit 3\n")
    (libraries / "merlon-auditd").chmod(0o755)
    (libraries / "merlon-keeper").symlink_to(BUILD / "daemon/keeper/merlon-keeper")
    result = start(folders, MERLON_LIBDIR=str(libraries))
    assert result.returncode == 70 and "giving up" in result.stderr
    assert result.stderr.count("merlon-auditd ended (exit code 3)") == 10
    assert not answers(folders.tls_port)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_orderly_end(upstream, number):
    gateway = Gateway(upstream, local_ca=True).start()
    members = gateway.members()
    os.kill(gateway.process.pid, number)
    assert gateway.process.popen.wait(10) == 0
    assert not any(os.path.exists(f"/proc/{pid}") for pid in members)
    assert not answers(gateway.tls_port)
    assert run(gateway, "status").returncode == 1
    gateway.stop()


def late(connection, _request):
    connection.pause(1.0)
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
    return KEEP


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_call_under_way_is_finished(upstream, number):
    with Gateway(upstream, local_ca=True) as gateway, gateway.tls() as client:
        upstream.queue(late)
        client.send(b"GET /v1/items HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.3)
        os.kill(gateway.process.pid, number)
        response = client.read_response()
        assert response.status == 200 and response.body == b"{}"
        if number == signal.SIGTERM:
            assert gateway.process.popen.wait(10) == 0
        gateway.record(response)


# --- reload

def test_generations(fresh):
    first = status(fresh)["generation"]
    for _ in range(3):
        result = run(fresh, "reload", "--json")
        assert result.returncode == 0 and json.loads(result.stdout)["ok"], result
    last = status(fresh)["generation"]
    assert last == first + 3
    assert sorted(path.name for path in (fresh.state / "gen").iterdir()) == sorted([str(last - 1), str(last)])
    assert os.readlink(fresh.state / "current") == f"gen/{last}"


def test_a_reload_that_fails_is_told_to_who_asked(fresh):
    good = (fresh.folder / "merlon.yaml").read_text()
    before = status(fresh)["generation"]
    (fresh.folder / "merlon.yaml").write_text(good.replace('"hosts"', '"host"'))
    result = run(fresh, "reload")
    assert result.returncode == 1 and "/apis/0/host" in result.stdout and "stays at work" in result.stdout
    assert "/apis/0/host" in fresh.process.log
    assert status(fresh)["generation"] == before and call(fresh).status != 503
    assert [path.name for path in (fresh.state / "gen").iterdir()] == [str(before)]
    (fresh.folder / "merlon.yaml").write_text(good)
    assert run(fresh, "reload").returncode == 0


def test_a_generation_is_copied_whole(upstream):
    """What nginx reads does not change when the user's files do, wherever they lie."""
    gateway = Gateway(upstream, files={"sub-doc.yaml": ROOT / "examples" / "orders" / "openapi.yaml"})
    (gateway.folder / "documents").mkdir()
    (gateway.folder / "sub-doc.yaml").rename(gateway.folder / "documents" / "orders.yaml")
    policy = gateway.complete({"apis": [api(upstream, openapi="documents/../documents/orders.yaml")]})
    text = "# a comment that stays\n" + json.dumps(policy, indent=1)
    gateway.write_file("merlon.yaml", text)
    with gateway:
        copy = (gateway.state / "current" / "merlon.yaml").read_text()
        assert copy.startswith("# a comment that stays\n") and copy.count("\n") == text.count("\n")
        assert '"openapi": "apis/orders/orders.yaml"' in copy and '"cert": "tls/0.crt"' in copy
        assert (gateway.state / "current/apis/orders/orders.yaml").read_bytes() == \
            (ROOT / "examples/orders/openapi.yaml").read_bytes()
        (gateway.folder / "documents" / "orders.yaml").unlink()
        assert call(gateway).status == 404
        assert merlon("lint", gateway.state / "current" / "merlon.yaml").returncode == 0


def test_a_certificate_is_replaced(upstream):
    with Gateway(upstream) as gateway:
        def serial():
            context = ssl.create_default_context(cafile=gateway.ca)
            with socket.create_connection(("127.0.0.1", gateway.tls_port)) as plain, \
                    context.wrap_socket(plain, server_hostname="localhost") as wrapped:
                return wrapped.getpeercert()["serialNumber"]
        before = serial()
        gateway.authority.issue("server", ["localhost", "api.test"])
        if AS_ROOT:
            own(gateway.folder / "server.crt")
            own(gateway.folder / "server.key")
        assert run(gateway, "reload").returncode == 0
        assert serial() != before
        (gateway.folder / "server.key").write_text("broken")
        result = run(gateway, "reload")
        assert result.returncode == 1 and "server.key" in result.stdout


# --- logs

def test_a_large_log_is_rotated(fresh):
    log = fresh.state / "log" / "error.log"
    os.truncate(log, (64 << 20) + 1)  # a hole: no disk is used
    wait_until(lambda: (fresh.state / "log" / "error.log.1").exists(), 5, "error.log.1")
    wait_until(lambda: log.exists() and log.stat().st_size < 1 << 20, 5, "a new error.log")
    assert log.stat().st_mode & 0o777 == 0o600
    held = os.path.realpath(log)
    master = child(fresh, "nginx")["pid"]
    wait_until(lambda: held in [os.path.realpath(f"/proc/{master}/fd/{fd}") for fd in os.listdir(f"/proc/{master}/fd")],
               5, "nginx writes to the new one")
    os.unlink(fresh.state / "log" / "error.log.1")


# --- the ready message for programs

def test_json(upstream):
    gateway = Gateway(upstream, local_ca=True)
    gateway.arguments = ["-c", gateway.folder / "merlon.yaml", "--json"]
    gateway.wait_until_up = lambda: gateway.process.wait_for_log('"event":"ready"')
    with gateway:
        line = next(line for line in gateway.process.log.splitlines() if line.startswith("{"))
        told = json.loads(line)
        assert told["pid"] == gateway.process.pid and told["urls"][0] == f"https://localhost:{gateway.tls_port}"
        assert told["ca"] == str(gateway.state / "ca" / "ca.crt")
