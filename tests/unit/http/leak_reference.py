#!/usr/bin/python3
"""The leak scanner written again, slowly: leaks.def read as text, conditions as regular expressions.

Run as leak_reference.py DRIVER DEF CORPUS: both judge the corpus, its escaped forms and mutations of
them, and must agree on every signature.
"""
import html
import json
import pathlib
import random
import re
import subprocess
import sys

WINDOW = 256
MUTANTS = 6000
WORD = rb"[A-Za-z0-9_]"
NAME = rb"[A-Za-z0-9_.$<>/@-]"
PATH = rb"[A-Za-z0-9_.@+~/\\-]"
CLASSES = {"d": rb"[0-9]{1,10}", "5": rb"[0-9]{5}", "w": NAME + rb"{1,128}", "u": rb"[A-Z]{1,128}",
           "*": rb"[^\n]*?", "~": rb"[\s\S]*?"}
ENTITIES = {b"&quot": b'"', b"&apos": b"'", b"&lt": b"<", b"&gt": b">", b"&amp": b"&"}
ROOTS = (b"home/", b"usr/", b"var/", b"app/", b"srv/", b"opt/")


def unescape_json(text):
    found = re.match(rb"\\(?:u00([0-7][0-9a-fA-F])|([\"\\/ntr]))", text)
    if not found:
        return None
    if found.group(2):
        return found.group(0), {b"n": b"\n", b"t": b"\t", b"r": b"\r"}.get(found.group(2), found.group(2))
    byte = bytes([int(found.group(1), 16)])
    return None if byte == b"\0" else (found.group(0), byte)


def unescape_html(text):
    found = re.match(rb"(&[^;]{2,5});", text[:7])
    if not found:
        return None
    entity = found.group(1)
    number = re.fullmatch(rb"&#(?:([0-9]+)|[xX]([0-9a-fA-F]+))", entity)
    if number:
        value = int(number.group(1)) if number.group(1) else int(number.group(2), 16)
        return (found.group(0), bytes([value])) if 0 < value < 0x80 else None
    return (found.group(0), ENTITIES[entity]) if entity in ENTITIES else None


def decode(text, ended):
    out = b""
    while text:
        pair = {b"\\": unescape_json, b"&": unescape_html}.get(text[:1], lambda _: None)(text)
        if pair:
            out, text = out + pair[1], text[len(pair[0]):]
            continue
        short = {b"\\": len(text) < 2 or (text[1:2] == b"u" and len(text) < 6),
                 b"&": len(text) < 7}.get(text[:1], False)
        if short and not ended:
            break
        out, text = out + text[:1], text[1:]
    return out


def exception(after, ended, size, endings):
    name = re.match(NAME + rb"{0,%d}" % size, after).group(0)
    for ending in endings:
        for found in re.finditer(rb"(?=%s)" % ending, name):
            end = found.start() + len(ending)
            if end == len(after):
                if ended:
                    return True
            elif not re.match(WORD, after[end:]):
                return True
    return False


def absolute_path(before):
    path = re.search(PATH + rb"*\Z", before).group(0)
    slashes = len(path) - len(path.lstrip(b"/"))
    if slashes in (1, 3):
        return path[slashes:].startswith(ROOTS)
    head = before[:len(before) - len(path)]
    return path[:1] == b"\\" and re.search(rb"(?<!%s)[A-Za-z]:\Z" % WORD, head) is not None


def private_address(text, ended):
    found = re.match(rb"([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})", text)
    if not found or (found.end() == len(text) and not ended):
        return False
    if re.match(WORD + rb"|\.[0-9]", text[found.end():]):
        return False
    octets = [int(octet) for octet in found.groups()]
    private = octets[0] == 10 or (octets[0] == 172 and 16 <= octets[1] < 32) or octets[:2] == [192, 168]
    return private and max(octets) < 256


def regex(pattern, forward, ended):
    out = b""
    for sign, plain in re.findall(r"%(.)|([^%])", pattern):
        if sign == "b" and forward:
            out += rb"(?:(?=[^A-Za-z0-9_])" + (rb"|\Z)" if ended else rb")")
        elif sign == "b":
            out += rb"(?<![A-Za-z0-9_])"
        else:
            out += CLASSES[sign] if sign else re.escape(plain.encode())
    return out


def after_matches(pattern, anchor, after, ended):
    if pattern in ("%e", "%E"):
        return exception(after, ended, *((128, (b"Exception", b"Error")) if pattern == "%e"
                                         else (64, (b"Exception",))))
    if pattern == "%i":
        return private_address(anchor + after, ended)
    return re.match(regex(pattern, True, ended), after) is not None


def before_matches(pattern, before):
    if pattern == "%p":
        return absolute_path(before)
    return re.search(b"(?:" + regex(pattern, False, True) + rb")\Z", before) is not None


def any_of(patterns, check):
    return patterns == "" or any(check(pattern) for pattern in patterns.split("|"))


def hit(row, body, anchor, at):
    end = at + len(anchor)
    if len(anchor) == 3 and end < len(body) and not re.match(rb"[^A-Za-z@`\x80-\xff]", body[end:end + 1]):
        return False
    ended = end + WINDOW >= len(body)
    before = decode(body[max(0, at - WINDOW):at], True)
    after = decode(body[end:end + WINDOW], ended)
    return (any_of(row["after"], lambda pattern: after_matches(pattern, anchor, after, ended)) and
            any_of(row["before"], lambda pattern: before_matches(pattern, before)))


def scan(rows, body):
    found = set()
    for row in rows:
        for anchor in row["anchors"]:
            at = body.find(anchor)
            while at >= 0 and row["id"] not in found:
                if hit(row, body, anchor, at):
                    found.add(row["id"])
                at = body.find(anchor, at + 1)
    return found


def read_rows(path):
    rows = []
    for line in re.findall(r"^MRL_LEAK\((.*)\)$", pathlib.Path(path).read_text(), re.M):
        texts = [json.loads(f'"{text}"') for text in re.findall(r'"((?:[^"\\]|\\.)*)"', line)]
        rows.append({"id": texts[0], "before": texts[1], "after": texts[2],
                     "anchors": [text.encode() for text in texts[3:]]})
    return rows


def forms(text):
    yield text.encode()
    yield json.dumps({"trace": text}).replace("/", "\\/").encode()
    yield html.escape(text).encode()


def mutate(rng, pool, anchors):
    body = bytearray(rng.choice(pool))
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(body) + 1)
        kind = rng.randrange(6)
        if kind == 0:
            body[at:at + rng.randint(1, 12)] = b""
        elif kind == 1:
            body[at:at] = bytes([rng.choice(b"\\\"&;:./ ()[]0189aZn_\n\t|<>#")])
        elif kind == 2:
            body[at:at] = rng.choice(anchors)
        elif kind == 3:
            other = rng.choice(pool)
            start = rng.randrange(len(other))
            body[at:at] = other[start:start + rng.randint(1, 80)]
        elif kind == 4:
            body[at:at] = rng.choice((b"\\u0022", b"&quot;", b"\\n", b"\\/", b"&#39;", b"&#x2F;", b"10.1.2.3",
                                      b"/usr/a.js", b"Exception", b"x" * 250))
        elif body:
            at = rng.randrange(len(body))
            body[at] = rng.randrange(256)
    return bytes(body)


def main(driver, definition, corpus):
    rows = read_rows(definition)
    anchors = [anchor for row in rows for anchor in row["anchors"]]
    rng = random.Random(20260314)
    pool = [form for path in sorted(pathlib.Path(corpus).glob("*.txt")) for form in forms(path.read_text())]
    bodies = pool + [mutate(rng, pool, anchors) for _ in range(MUTANTS)]
    sent = b"".join(b"%d\n%b" % (len(body), body) for body in bodies)
    lines = subprocess.run([driver], input=sent, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    ids = lines[0].split(" ")
    assert ids == [row["id"] for row in rows] and len(lines) == len(bodies) + 1
    wrong = 0
    for body, line in zip(bodies, lines[1:]):
        strong, weak, capped = map(int, line.split())
        got = {name for bit, name in enumerate(ids) if (strong | weak) >> bit & 1}
        want = scan(rows, body)
        if got != want and not capped:
            wrong += 1
            print("scanner only", got - want, "reference only", want - got, body[:3000])
    print(f"{len(bodies)} bodies, {wrong} judged differently")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
