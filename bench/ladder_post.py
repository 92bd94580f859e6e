"""The bodies that the ladder posts: a generated order of two sizes, its closed schema, and the check of both answers.

All is made of one seed, so two machines post the same bytes.
"""
import copy
import json
import random
import socket
import ssl

SIZES = {"post1k": 1024, "post27k": 27 * 1024}
TARGET = "/v1/orders"
STATES = ["open", "packed", "shipped", "returned"]
WORDS = "amber birch cedar delta ember fjord grove haven inlet jetty knoll larch mesa north ocean pine quay ridge".split()
NOTE_MAX = 400


def closed(**properties):
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def text(most, least=0):
    return {"type": "string", "minLength": least, "maxLength": most}


def number(kind, least, most):
    return {"type": kind, "minimum": least, "maximum": most}


LINE = closed(sku=text(24, 3), quantity=number("integer", 1, 999), price=number("number", 0, 100000),
              state={"type": "string", "enum": STATES}, gift={"type": "boolean"},
              tags={"type": "array", "items": text(20, 1), "maxItems": 8})
SCHEMA = closed(number=number("integer", 1, 10**9),
                customer=closed(name=text(80, 1), email=text(120, 3),
                                address=closed(street=text(80), city=text(60), zip=text(12), country=text(2, 2))),
                lines={"type": "array", "items": LINE, "minItems": 1, "maxItems": 1000}, note=text(NOTE_MAX))
OPERATION = {
    "operationId": "createOrder",
    "requestBody": {"required": True, "content": {"application/json": {"schema": SCHEMA}}},
    "responses": {"200": {"description": "ok", "content": {"application/json": {}}}},
}


def packed(record):
    return json.dumps(record, separators=(",", ":")).encode()


def line(rng):
    return {"sku": f"{rng.choice(WORDS)}-{rng.randrange(10000)}", "quantity": rng.randrange(1, 100),
            "price": rng.randrange(1000000) / 100, "state": rng.choice(STATES), "gift": rng.random() < 0.2,
            "tags": rng.sample(WORDS, rng.randrange(4))}


def order(size):
    """An order of exactly `size` bytes as JSON: lines while there is room, and the rest is its note."""
    rng = random.Random(size)
    record = {"number": rng.randrange(1, 10**9),
              "customer": {"name": "Ada Larch", "email": "ada.larch@example.com",
                           "address": {"street": "12 Quay Ridge", "city": "Haven", "zip": "20457", "country": "DE"}},
              "lines": [], "note": ""}
    while size - len(packed(record)) > NOTE_MAX // 2:
        record["lines"].append(line(rng))
    record["note"] = "n" * (size - len(packed(record)))
    return record


def spoilt(record):
    """The same with one bad member, deep in the last line: nothing before it tells."""
    bad = copy.deepcopy(record)
    bad["lines"][-1]["quantity"] = 0
    return bad


def write_script(folder, load):
    """For wrk, into the folder: the same request again and again. Returns the script's path."""
    body, script = folder / f"{load}.json", folder / f"{load}.lua"
    body.write_bytes(packed(order(SIZES[load])))
    script.write_text(f"""local file = assert(io.open("{body}", "rb"))
wrk.method, wrk.path, wrk.body = "POST", "{TARGET}", file:read("*a")
wrk.headers["Content-Type"] = "application/json"
file:close()
""")
    return script


def status_of(port, certificate, body):
    """The status that a POST of this body gets."""
    context = ssl.create_default_context(cafile=str(certificate))
    head = (f"POST {TARGET} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n")
    with socket.create_connection(("127.0.0.1", port), 5) as sock:
        with context.wrap_socket(sock, server_hostname="localhost") as tls:
            tls.sendall(head.encode() + body)
            with tls.makefile("rb") as stream:
                return int(stream.readline().split()[1])


def wrong_answers(server, refuses):
    """What this server answers otherwise than it has to, as texts: only one that validates refuses a bad member."""
    found = []
    for load, size in SIZES.items():
        record = order(size)
        for body, wanted in ((record, 200), (spoilt(record), 422 if refuses else 200)):
            status = status_of(server.port, server.folder / "server.crt", packed(body))
            if status != wanted:
                found.append(f"{server.name}, {load}: {status} instead of {wanted}")
    return found
