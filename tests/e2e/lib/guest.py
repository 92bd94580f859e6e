"""Merlon in somebody's own nginx: a hand-written nginx.conf with the module and the three snippets.

    with Upstream() as upstream, Guest(SERVERS, upstream=upstream) as guest:
        with guest.tls() as client:
            response = client.request(target="/v1/items")

In the text of the servers @TLS@ is a listener with TLS and HTTP/2, @PLAIN@ an address, @CERT@ the
certificate's lines, @SERVER@ and @PROXY@ are the snippets, @FOLDER@ is the private folder. `run_dir` turns records on,
with merlon-auditd beside; without it nothing is recorded and nothing but nginx runs.
"""
import grp
import json
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from lib.api import DOCUMENT
from lib.certs import Authority
from lib.gateway import BUILD, CRASHES, ROOT, USER, api, is_sanitized
from lib.h2client import H2Client
from lib.procs import Process, answers, free_port, nginx_version, wait_until
from lib.rawhttp import Client

MODULE = BUILD / "edge/nginx/ngx_http_merlon_module.so"
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
MAIN = """load_module @MODULE@;
@MAIN@
daemon off;
pid @FOLDER@/nginx.pid;
error_log @FOLDER@/error.log warn;
worker_processes 1;
events { worker_connections 256; }
http {
	access_log off;
	client_body_temp_path @FOLDER@/tmp-b;
	proxy_temp_path @FOLDER@/tmp-p;
	fastcgi_temp_path @FOLDER@/tmp-f;
	uwsgi_temp_path @FOLDER@/tmp-u;
	scgi_temp_path @FOLDER@/tmp-s;
	include @ETC@/merlon-http.conf;
	@HTTP@
	upstream behind { server @UPSTREAM@; keepalive 8; keepalive_timeout 4s; }
	@SERVERS@
}
"""


def listener(address):
    """From 1.25.1 on HTTP/2 has a directive of its own."""
    return f"listen {address} ssl; http2 on;" if nginx_version() >= (1, 25, 1) else f"listen {address} ssl http2;"


class Guest:
    def __init__(self, servers, upstream=None, policy=None, http="", run_dir=False, text=MAIN, expected=()):
        self.expected = expected  # findings of error.log that the test provokes
        self.upstream = upstream
        self.folder = Path(tempfile.mkdtemp(prefix="merlon-e2e-"))
        self.folder.chmod(0o755)
        self.run_folder = Path(tempfile.mkdtemp(prefix="merlon-e2e-", dir="/dev/shm")) if run_dir else None
        self.tls_port, self.plain_port = free_port(), free_port()
        self.authority = Authority(self.folder)
        self.cert, self.key = self.authority.issue("server", ["localhost"])
        (self.folder / "openapi.yaml").write_text(json.dumps(DOCUMENT))
        (self.folder / "merlon.yaml").write_text(policy if isinstance(policy, str) else json.dumps(self.policy(policy)))
        self.main = f"merlon_run_dir {self.run_folder}; merlon_graceful on;" if run_dir else ""
        if os.geteuid() == 0:
            self.main += f" user {USER} {grp.getgrgid(pwd.getpwnam(USER).pw_gid).gr_name};"
        self.write(servers, f"merlon_policy {self.folder}/merlon.yaml; {http}", text)
        self.processes = []

    def policy(self, more):
        behind = self.upstream or "http://127.0.0.1:9"
        listeners = [{"address": f"127.0.0.1:{self.tls_port}"}, {"address": f"127.0.0.1:{self.plain_port}", "plain": True}]
        return {"merlon": 1, "listeners": listeners, "apis": [api(behind, hosts=["localhost"])], **(more or {})}

    def write(self, servers, http, text=MAIN):
        """Servers first: they hold marks of their own."""
        behind = f"127.0.0.1:{self.upstream.port}" if self.upstream else "127.0.0.1:9"
        values = {"@SERVERS@": servers, "@HTTP@": http, "@MAIN@": self.main, "@MODULE@": str(MODULE),
                  "@CERT@": f"ssl_certificate {self.cert}; ssl_certificate_key {self.key};",
                  "@TLS@": listener(f"127.0.0.1:{self.tls_port}"), "@PLAIN@": f"127.0.0.1:{self.plain_port}",
                  "@SERVER@": "include @ETC@/merlon-server.conf;", "@PROXY@": "include @ETC@/merlon-proxy.conf;",
                  "@ETC@": str(ROOT / "etc"), "@UPSTREAM@": behind, "@FOLDER@": str(self.folder)}
        for mark, value in values.items():
            text = text.replace(mark, value)
        self.conf = self.folder / "nginx.conf"
        self.conf.write_text(text)

    def own(self):
        """Started as root the files are the workers' all the same."""
        if os.geteuid() != 0:
            return
        user = pwd.getpwnam(USER)
        for folder in filter(None, (self.folder, self.run_folder)):
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, user.pw_uid, user.pw_gid)

    def environment(self):
        environment = {"PATH": PATH, "LANG": "C.UTF-8"}
        if is_sanitized():
            library = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
            environment |= {"LD_PRELOAD": library.stdout.strip(), "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1"}
        return environment

    def check(self, **options):
        """`nginx -t`: its exit status and all that it says."""
        done = subprocess.run(self.command("-t"), capture_output=True, text=True, timeout=30, check=False,
                              stdin=subprocess.DEVNULL, env=self.environment(), **options)
        log = self.folder / "error.log"
        return done.returncode, done.stdout + done.stderr + (log.read_text() if log.exists() else "")

    def command(self, *more):
        return [shutil.which("nginx", path=PATH), "-p", str(self.folder), "-c", str(self.conf),
                "-e", str(self.folder / "error.log"), *more]

    def start(self):
        self.own()
        if self.run_folder:
            user = ["--user", USER] if os.geteuid() == 0 else []
            self.state = self.folder / "state"
            self.state.mkdir(mode=0o700)
            self.own()
            self.processes.append(Process([BUILD / "daemon/auditd/merlon-auditd", "--run-dir", self.run_folder,
                                           "--state-dir", self.state, "--foreground", *user], self.folder, "auditd"))
        self.nginx = nginx = Process(self.command(), self.folder, "nginx", env=self.environment())
        self.processes.append(nginx)
        wait_until(lambda: answers(self.tls_port) or not nginx.running, 20, "nginx listens")
        assert nginx.running, nginx.log + self.error_log
        if self.run_folder:
            wait_until(self.records_calls, 10, "calls are recorded")
        return self

    def records_calls(self):
        """Until merlon-auditd has found the ring, calls are refused: they could not be recorded."""
        with self.tls() as client:
            return client.request(target="/.merlon/none").status != 503

    def stop(self):
        findings = []
        for process in reversed(self.processes):
            for step in (process.stop, process.assert_nothing_left):
                try:
                    step()
                except AssertionError as error:
                    findings.append(str(error))
        findings += [line for line in self.error_log.splitlines()
                     if any(mark in line for mark in CRASHES) and not any(known in line for known in self.expected)]
        self.remove()
        assert not findings, "\n".join(findings)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.run_folder:
            shutil.rmtree(self.run_folder, ignore_errors=True)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            for process in self.processes:
                process.kill_all()
            self.remove()
            raise

    def __exit__(self, *_):
        self.stop()

    @property
    def error_log(self):
        path = self.folder / "error.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def records(self):
        path = self.state / "audit" / "audit.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [record for record in map(json.loads, lines) if "request_id" in record]

    def record(self, response):
        name = response.get("X-Request-Id")
        found = wait_until(lambda: [record for record in self.records() if record["request_id"] == name], 5,
                           f"a record of {name}")
        assert len(found) == 1, found
        return found[0]

    def tls(self, **options):
        return Client(("127.0.0.1", self.tls_port), ca=self.authority.path, **options)

    def clear(self, port):
        return Client(("127.0.0.1", port))

    def h2(self):
        return H2Client(("127.0.0.1", self.tls_port), self.authority.path, sni="localhost")
