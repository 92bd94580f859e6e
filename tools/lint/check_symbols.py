"""What the core's objects ask of others, read from the objects themselves: no I/O, no clock, no log."""
import re
import subprocess

import layers

ABOUT = "the core's objects use only an allow-list of the C library, and folders before them"

ALLOWED = re.compile(r"""^(
    _GLOBAL_OFFSET_TABLE_ | __stack_chk_fail | abort | __assert_fail
  | (__)?(memcpy|memmove|memset|mempcpy)(_chk)? | memcmp | memchr | memrchr | memmem | explicit_bzero
  | strlen | strnlen | strcmp | strncmp | strchr | strrchr | qsort | bsearch
  | __(popcount|clz|ctz|mul|u?div|u?mod|u?divmod|parity)\w*[dt]i[0-9] | __cpu_model | __cpu_indicator_init
)$""", re.VERBOSE)

# Object -> what it may use besides, and why. The list is meant to stay this short.
EXCEPTIONS = {
    "base/arena.c": (r"malloc|free|calloc|posix_memalign|aligned_alloc", "the one place that allocates"),
    "base/arena_sanitizer.c": (r"malloc|free|calloc|posix_memalign|aligned_alloc", "its sanitizer twin"),
    "json/diagnostic.c": (r"(__)?vsnprintf(_chk)?", "words diagnostics, into memory, when a policy loads"),
    "json/build.c": (r"(__)?vsnprintf(_chk)?", "words diagnostics, into memory, when a policy loads"),
    "audit/json_put.c": (r"(__)?snprintf(_chk)?", "four hex digits into memory, when the daemon writes a line"),
    "policy/load.c": (r"__errno_location|strerrordesc_np", "words what the caller's file reader reported"),
}
# Prefixes of libraries that one folder or file wraps.
LIBRARIES = {
    "json/yaml.c": r"fy_\w+",
    "schema/regex_pcre.c": r"pcre2_\w+",
    "crypto/": r"(ASN1|BIO|BN|CRYPTO|EC|ECDSA|ERR|EVP|GENERAL|HMAC|OBJ|OPENSSL|OSSL|PEM|PKCS8|RAND|X509|X509V3"
               r"|d2i|i2d|GENERAL_NAME|GENERAL_NAMES)_\w+",
}
# A wrapped library must not become a way to files and sockets either.
LIBRARY_REFUSED = re.compile(r"fy_document_build_from_(file|fp)|fy_parser_set_input_f\w*|BIO_(new_file|new_fp|s_file"
                             r"|s_socket|s_connect|read_filename|new_socket|new_connect)|\w+_(load|use)_\w*file")


def read_objects(archive):
    """Source name -> (defined, undefined) symbols, of every object of a static library."""
    listing = subprocess.run(["nm", "-A", str(archive)], check=True, capture_output=True, text=True).stdout
    objects = {}
    for line in listing.splitlines():
        place, _, rest = line.rpartition(":")
        found = re.search(r"([\w.-]+)\.o$", place)
        fields = rest.split()
        if not found or len(fields) < 2:
            continue
        kind, symbol = fields[-2:]
        defined, undefined = objects.setdefault(found.group(1), (set(), set()))
        if kind == "U":
            undefined.add(symbol)
        elif kind.isupper():
            defined.add(symbol)
    return objects


def permitted(place, symbol):
    if ALLOWED.match(symbol):
        return True
    extra = EXCEPTIONS.get(place)
    if extra and re.fullmatch(extra[0], symbol):
        return True
    if LIBRARY_REFUSED.fullmatch(symbol):
        return False
    return any(place.startswith(prefix) and re.fullmatch(pattern, symbol)
               for prefix, pattern in LIBRARIES.items())


def judge_object(folder, source, undefined, owner):
    for symbol in sorted(undefined):
        folder_of_symbol = owner.get(symbol)
        if folder_of_symbol:
            if not layers.may_use(folder, folder_of_symbol):
                yield f"src/{folder}/{source}: {symbol} belongs to src/{folder_of_symbol}, which comes later"
        elif not permitted(f"{folder}/{source}", symbol):
            yield f"src/{folder}/{source}: {symbol} is not for the core"


def check(repo):
    if not (repo.build / "build.ninja").exists():
        return [f"{repo.build.name} is not built"]
    objects = {folder: {} for folder in layers.CORE}
    for archive in sorted((repo.build / "src").glob("*/*.a")):
        if archive.parent.name in objects:
            objects[archive.parent.name].update(read_objects(archive))
    owner = {symbol: folder for folder, sources in objects.items()
             for defined, _ in sources.values() for symbol in defined}
    if not owner:
        return [f"no object of the core is in {repo.build.name}"]
    return [finding for folder, sources in objects.items() for source, (_, undefined) in sources.items()
            for finding in judge_object(folder, source, undefined, owner)]
