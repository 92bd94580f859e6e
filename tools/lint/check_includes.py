"""Who includes whom."""
import posixpath

import layers

ABOUT = "folders include only from those before them; OpenSSL, libfyaml, PCRE2 and nginx each in one place"

# Foreign headers that belong to one place: prefix -> who may.
FOREIGN = {
    "openssl/": ("src/crypto/", "tests/", "bench/tokens.c"),
    "libfyaml.h": ("src/json/yaml.c",),
    "pcre2.h": ("src/schema/regex_pcre.c", "tests/naive/"),
    "ngx_": ("edge/", "tests/unit/edge/"),
    "sqlite3.h": ("daemon/",),
    "curl/": ("daemon/",),
    "hiredis/": ("daemon/", "edge/nginx/limit_redis"),
}
# What the core may take from the C library: nothing that does I/O or knows the time.
CORE_HEADERS = {"stdbool.h", "stddef.h", "stdint.h", "stdarg.h", "string.h", "stdlib.h", "stdio.h", "limits.h",
                "errno.h", "inttypes.h", "immintrin.h", "emmintrin.h", "nmmintrin.h", "endian.h", "stdatomic.h", "assert.h",
                "math.h", "float.h"}
# The parts that sit on the core; sideways, each may use only what stands here.
PARTS = {
    "edge": (),
    "daemon/common": (),
    "daemon/auditd": ("daemon/common",),
    "daemon/authd": ("daemon/common",),
    "daemon/keeper": ("daemon/common",),
    "cli": (),
    "bench": (),
}


def part_of(name):
    return next((part for part in PARTS if name.startswith(part + "/")), None)


def resolve(repo, name, what):
    """The file of this repository that a quoted include means, None for a generated one."""
    candidates = [posixpath.normpath(posixpath.join(posixpath.dirname(name), what)), f"src/{what}",
                  f"daemon/{what}", f"tests/{what}"]
    return next((candidate for candidate in candidates if (repo.root / candidate).is_file()), None)


def judge_public(name, what):
    folder = layers.core_folder(name)
    if folder and folder != layers.HOST and what.endswith(("_host.h", "/host.h")):
        return "the core is lent what the host has; it does not reach for it"
    return None


def judge_foreign(name, what):
    for prefix, allowed in FOREIGN.items():
        if what.startswith(prefix) and not name.startswith(allowed):
            return f"only {allowed[0]} includes this"
    folder = layers.core_folder(name)
    if folder and folder != layers.HOST and what not in CORE_HEADERS and \
            not what.startswith(tuple(FOREIGN)):
        return "not among the headers that the core may use"
    return None


def judge_own(name, target):
    user, used = layers.core_folder(name), layers.core_folder(target)
    if name.startswith("tests/"):
        return None
    if user:
        if not used:
            return "the core includes nothing outside src/ and include/"
        return None if layers.may_use(user, used) else f"src/{user} may not use src/{used}"
    part, target_part = part_of(name), part_of(target)
    if used and part == "edge":
        return "the edge includes public headers only"
    if target_part and target_part != part and target_part not in PARTS.get(part, ()):
        return f"{part} may not use {target_part}"
    return None


def judge(repo, name, kind, what):
    if what.startswith("merlon/"):
        return judge_public(name, what)
    if name.startswith("include/") and kind == '"':
        return "public headers include <merlon/...> and the C library"
    if kind == "<":
        return judge_foreign(name, what)
    target = resolve(repo, name, what)
    return judge_own(name, target) if target else None


def check(repo):
    findings = []
    for name in repo.matching(".c", ".h", ".def"):
        for number, kind, what in repo.includes(name):
            verdict = judge(repo, name, kind, what)
            if verdict:
                findings.append(f"{name}:{number}: {what}: {verdict}")
    return findings
