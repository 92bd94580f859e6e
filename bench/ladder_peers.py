"""The peers of the ladder: other proxies at the same work, as far as they are installed."""
import os
import shutil
from pathlib import Path

import ladder_conf

LUA_MODULES = ["/usr/lib/nginx/modules/ndk_http_module.so", "/usr/lib/nginx/modules/ngx_http_lua_module.so"]


def haproxy_conf(folder, port, upstream_port):
    """A bare TLS proxy with one thread."""
    return f"""global
 nbthread 1
 maxconn 4096
 ssl-default-bind-options ssl-min-ver TLSv1.3
 ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384
 ssl-default-bind-curves X25519:P-256
defaults
 mode http
 timeout connect 2s
 timeout client 65s
 timeout server 30s
 http-reuse always
frontend tls
 bind 127.0.0.1:{port} ssl crt {folder}/server.pem alpn h2,http/1.1
 default_backend upstream
backend upstream
 server one 127.0.0.1:{upstream_port}
"""


def caddy_conf(folder, port, upstream_port):
    """A bare TLS proxy on one CPU."""
    return f"""{{
 admin off
 auto_https off
 storage file_system {folder}
}}
https://localhost:{port} {{
 bind 127.0.0.1
 tls {folder}/server.crt {folder}/server.key {{
  protocols tls1.3
 }}
 reverse_proxy 127.0.0.1:{upstream_port}
}}
"""


LUA = """   access_by_lua_block {
    local method = ngx.req.get_method()
    local path = ngx.var.uri
    if not ngx.re.find(path, "^/v1/orders/[^/]+$", "jo") or method ~= "GET" then
     return ngx.exit(404)
    end
    local origin = ngx.var.http_origin
    if origin and origin ~= "https://app.example.com" then
     return ngx.exit(403)
    end
    ngx.req.clear_header("X-Forwarded-For")
    ngx.req.set_header("X-Request-Id", ngx.var.request_id)
    ngx.shared.calls:incr("calls", 1, 0)
   }
   header_filter_by_lua_block {
    local h = ngx.header
    h["Server"] = nil
    h["X-Powered-By"] = nil
    h["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    h["X-Content-Type-Options"] = "nosniff"
    h["X-Frame-Options"] = "DENY"
    h["Referrer-Policy"] = "no-referrer"
    h["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    h["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    h["Cross-Origin-Opener-Policy"] = "same-origin"
    h["Cross-Origin-Embedder-Policy"] = "require-corp"
    h["Cross-Origin-Resource-Policy"] = "same-origin"
    h["Cache-Control"] = "no-store"
    h["X-Request-Id"] = ngx.var.request_id
   }
   body_filter_by_lua_block {
    local chunk = ngx.arg[1]
    if chunk and chunk:find("Traceback (most recent call last)", 1, true) then
     ngx.arg[1] = nil
    end
   }
"""
LUA_LOG = """ log_format record escape=json '{"time":"$time_iso8601","method":"$request_method","path":"$uri",'
  '"status":$status,"duration":$request_time,"ip":"$remote_addr","request_id":"$request_id"}';
 lua_shared_dict calls 1m;
"""


def lua_conf(folder, port, upstream_port, user):
    """nginx with Lua doing a part of the same: route, origin, preset, request id, a search for traces, a log."""
    plain = ladder_conf.nginx_conf(ladder_conf.Rung("lua", module=False, on=False), folder, port, upstream_port,
                                   None, user)
    plain = "".join(f"load_module {path};\n" for path in LUA_MODULES) + plain
    plain = plain.replace(" access_log off;\n", f"{LUA_LOG} access_log {folder}/calls.log record buffer=64k flush=1s;\n")
    return plain.replace("   proxy_pass ", LUA + "   proxy_pass ", 1)


def installed(user):
    """(name, file, text maker, command maker) of each peer that is there, and the names of those that are not."""
    found, missing = [], []
    haproxy, caddy = shutil.which("haproxy"), shutil.which("caddy")
    nginx = shutil.which("nginx")
    if haproxy:
        found.append(("HAProxy, bare", "haproxy.cfg", haproxy_conf, lambda path: [haproxy, "-db", "-f", path]))
    else:
        missing.append("HAProxy")
    if caddy:
        found.append(("Caddy, bare", "Caddyfile", caddy_conf,
                      lambda path: [caddy, "run", "--adapter", "caddyfile", "--config", path]))
    else:
        missing.append("Caddy")
    if all(Path(path).exists() for path in LUA_MODULES):
        found.append(("nginx with Lua", "nginx.conf", lambda *where: lua_conf(*where, user),
                      lambda path: [nginx, "-p", os.path.dirname(path), "-c", path]))
    else:
        missing.append("nginx with Lua")
    return found, missing
