"""A ClientHello of one's own making, and what a server says to it before anything is encrypted."""
import os
import socket
import struct
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
X25519, P256, P384, MLKEM = 0x001D, 0x0017, 0x0018, 0x11EC
SUITES = [0x1301, 0x1302, 0x1303]
OLD_SUITES = [0xC02B, 0xC02F, 0x009C, 0x002F, 0x0035, 0x000A]
TLS13, TLS12, TLS11, TLS10, SSL30 = 0x0304, 0x0303, 0x0302, 0x0301, 0x0300


@dataclass
class Answer:
    """An alert's number; or the version, suite and group of a ServerHello, and whether it asks to retry."""
    alert: int = None
    level: int = None
    version: int = None
    suite: int = None
    group: int = None
    retry: bool = False
    closed: bool = False


def vector(data, size):
    return len(data).to_bytes(size, "big") + data


def shorts(numbers):
    return b"".join(struct.pack("!H", number) for number in numbers)


def extension(number, data):
    return struct.pack("!H", number) + vector(data, 2)


def x25519_share():
    return struct.pack("!H", X25519) + vector(
        X25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), 2)


def client_hello(legacy=TLS12, versions=(TLS13,), suites=SUITES, groups=(X25519, P256, P384), shares=None, sni="localhost"):
    """`versions` None: no supported_versions at all; `shares` is the list of key shares, by default one of X25519."""
    shares = [x25519_share()] if shares is None else shares
    extensions = b""
    if sni is not None:
        extensions += extension(0, vector(b"\0" + vector(sni.encode(), 2), 2))
    extensions += extension(10, vector(shorts(groups), 2))
    extensions += extension(11, vector(b"\0", 1))
    extensions += extension(13, vector(shorts([0x0403, 0x0503, 0x0804, 0x0401]), 2))
    if versions is not None:
        extensions += extension(43, vector(shorts(versions), 1)) + extension(51, vector(b"".join(shares), 2))
    body = struct.pack("!H", legacy) + os.urandom(32) + vector(os.urandom(32), 1)
    body += vector(shorts(suites), 2) + vector(b"\0", 1)
    if legacy > SSL30:
        body += vector(extensions, 2)
    record_version = min(legacy, TLS10) if legacy > SSL30 else SSL30
    return b"\x16" + struct.pack("!H", record_version) + vector(b"\x01" + vector(body, 3), 2)


def say(port, hello, timeout=5):
    """Sends it and reads the first record of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout) as sock:
        sock.sendall(hello)
        head = take(sock, 5)
        if len(head) < 5:
            return Answer(closed=True)
        body = take(sock, int.from_bytes(head[3:5], "big"))
    if head[0] == 21:
        return Answer(level=body[0], alert=body[1])
    assert head[0] == 22 and body[0] == 2, f"neither an alert nor a ServerHello: {head!r} {body[:20]!r}"
    return read_hello(body[4:])


def take(sock, size):
    data = b""
    while len(data) < size:
        more = sock.recv(size - len(data))
        if not more:
            break
        data += more
    return data


def read_hello(body):
    answer = Answer(version=int.from_bytes(body[:2], "big"), retry=body[2:34] == RETRY)
    at = 35 + body[34]
    answer.suite = int.from_bytes(body[at:at + 2], "big")
    at += 5
    while at < len(body):
        number, size = struct.unpack("!HH", body[at:at + 4])
        data = body[at + 4:at + 4 + size]
        if number == 43:
            answer.version = int.from_bytes(data, "big")
        if number == 51:
            answer.group = int.from_bytes(data[:2], "big")
        at += 4 + size
    return answer
