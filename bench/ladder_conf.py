"""The configurations that the ladder compares. All of nginx's have the proxy lines that `merlon up` writes.

What differs from rung to rung is named by Rung, nothing else.
"""
import json
from dataclasses import dataclass

import ladder_post

# Controls of the table's front part; the table's order is the order of the rungs.
FIRST_REPLY_CONTROL = "reply_frame"
FIRST_FIELD_CONTROL = "reply_fields"

BODY_BYTES = 1024
BODY_HEAD, BODY_TAIL = '{"id":1001,"status":"open","note":"', '"}'
BODY = BODY_HEAD + "x" * (BODY_BYTES - len(BODY_HEAD) - len(BODY_TAIL)) + BODY_TAIL

DOCUMENT = {
    "openapi": "3.1.0", "info": {"title": "bench", "version": "1"},
    "paths": {
        "/orders": {"get": {"operationId": "listOrders", "responses": {"200": {"description": "ok"}}},
                    "post": ladder_post.OPERATION},
        "/orders/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {"operationId": "getOrder", "responses": {
                "200": {"description": "ok", "content": {"application/json": {}}}}}},
        "/users/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {"operationId": "getUser", "responses": {"200": {"description": "ok"}}}},
    },
}
TARGET = "/v1/orders/1001"


@dataclass
class Rung:
    name: str
    aim: float = None       # the ratio that this part of the work may come to
    module: bool = True     # loaded
    on: bool = True
    controls: int = None    # only that many of the table's; None: all


def rungs(controls):
    """From nginx alone upwards; `controls` are the names in the table's order. The last step is `merlon up`."""
    return [
        Rung("nginx alone", module=False, on=False),
        Rung("module loaded, off", 1.003, on=False),
        Rung("view, route, location", 1.023, controls=0),
        Rung("+ request controls", 1.045, controls=controls.index(FIRST_REPLY_CONTROL)),
        Rung("+ error, leak scan", 1.058, controls=controls.index(FIRST_FIELD_CONTROL)),
        Rung("+ fields, preset", 1.072),
    ]


def policy(upstream_port, listen=None):
    """`on_overload: pass`: the rungs without an audit ring have no room for a record."""
    content = {
        "merlon": 1,
        "listeners": [{"address": f"127.0.0.1:{listen or 1}"}],
        "tls": {"certificates": [{"cert": "server.crt", "key": "server.key"}]},
        "apis": [{"name": "orders", "hosts": ["localhost"], "openapi": "openapi.json", "base_path": "/v1",
                  "upstream": {"url": f"http://127.0.0.1:{upstream_port}"}}],
        "controls": {"cors": {"origins": ["https://app.example.com"]}},
        "limits": {"default": {"ip": "1000000000/1s", "global": "1000000000/1s"}},
    }
    if listen is None:
        content["audit"] = {"on_overload": "pass"}
    return json.dumps(content)


def upstream_conf(folder, port, user):
    return f"""{user}
daemon off;
pid {folder}/upstream.pid;
error_log {folder}/upstream.log warn;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
{temporary(folder)}
 access_log off;
 keepalive_requests 1000000;
 server {{
  listen 127.0.0.1:{port};
  default_type application/json;
  location / {{ return 200 '{BODY}'; }}
 }}
}}
"""


def temporary(folder):
    return "".join(f" {name}_temp_path {folder}/tmp_{name};\n"
                   for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))


TLS = """ ssl_protocols TLSv1.3;
 ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256;
 ssl_prefer_server_ciphers off;
 ssl_ecdh_curve X25519:prime256v1:secp384r1;
 ssl_session_cache shared:merlon_tls:16m;
 ssl_session_timeout 1h;
 ssl_session_tickets off;
 ssl_early_data off;
"""
HTTP = """ access_log off;
 server_tokens off;
 gzip off;
 etag off;
 ignore_invalid_headers off;
 underscores_in_headers on;
 merge_slashes off;
 client_max_body_size 1048576;
 client_header_buffer_size 4k;
 large_client_header_buffers 4 16k;
 http2_max_concurrent_streams 128;
 keepalive_timeout 65s;
 keepalive_requests 1000000;
 client_header_timeout 10s;
 client_body_timeout 15s;
 send_timeout 30s;
 lingering_timeout 2s;
 lingering_time 10s;
 reset_timedout_connection on;
"""
PROXY = """   proxy_pass http://mrl_orders;
   proxy_http_version 1.1;
   proxy_request_buffering on;
   client_body_buffer_size 1048576;
   client_body_in_single_buffer on;
   proxy_redirect off;
   proxy_set_header Connection "";
   proxy_set_header Merlon-Drop "";
   proxy_set_header Accept-Encoding identity;
   proxy_set_header Host localhost;
   proxy_max_temp_file_size 0;
   proxy_buffering on;
   proxy_buffer_size 16k;
   proxy_buffers 8 16k;
   proxy_connect_timeout 2s;
   proxy_send_timeout 15s;
   proxy_read_timeout 30s;
   proxy_next_upstream error timeout;
   proxy_next_upstream_tries 2;
   proxy_next_upstream_timeout 5s;
   proxy_ignore_headers X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset
    Cache-Control Expires Set-Cookie Vary;
"""
OWN_ERRORS = """  error_page 494 =431 /.merlon/e/header-too-large;
  error_page 495 496 =400 /.merlon/e/client-certificate;
  error_page 497 =403 /.merlon/e/tls-required;
  location ^~ /.merlon/e/ { internal; merlon_answer; }
  location @mrl_error { merlon_answer; }
"""
INTERCEPT = "   proxy_intercept_errors on;\n   error_page " + " ".join(map(str, range(500, 600))) + " @mrl_error;\n"


def locations(rung):
    """As `merlon up` writes them; alone, nginx proxies from `location /`, which costs it a redirect less."""
    if not rung.on:
        return f"  location / {{\n{PROXY}  }}\n"
    return f"{OWN_ERRORS}  location / {{ return 404; }}\n  location @mrl_orders {{\n{PROXY}{INTERCEPT}  }}\n"


def nginx_conf(rung, folder, port, upstream_port, module, user):
    load = f"load_module {module};\n" if rung.module else ""
    if rung.on and rung.controls is not None:
        load += f"merlon_bench_controls {rung.controls};\n"
    merlon = f" merlon_policy {folder}/merlon.yaml;\n merlon {'on' if rung.on else 'off'};\n" if rung.module else ""
    return f"""{load}{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
pcre_jit on;
worker_processes 1;
events {{ worker_connections 4096; }}
http {{
{temporary(folder)}{merlon}{HTTP}{TLS} upstream mrl_orders {{
  server 127.0.0.1:{upstream_port};
  keepalive 64;
  keepalive_timeout 4s;
  keepalive_requests 10000;
 }}
 server {{
  listen 127.0.0.1:{port} ssl http2;
  server_name localhost;
  ssl_certificate {folder}/server.crt;
  ssl_certificate_key {folder}/server.key;
{locations(rung)} }}
}}
"""
