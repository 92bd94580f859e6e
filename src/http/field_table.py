#!/usr/bin/env python3
"""Writes the table that field.c looks names up in: a perfect hash of fields.def, and families.def
by first letter. The hash here and hash_name() in field.c must stay the same."""
import re
import sys

SLOT_BITS = 10
MASK = (1 << 64) - 1


def read_def(path, macro, columns):
    rows = []
    with open(path, encoding="ascii") as file:
        for line in file:
            if line.startswith(macro + "("):
                match = re.fullmatch(macro + r"\(" + columns + r"\)\n?", line)
                if match is None:
                    sys.exit(f"{path}: cannot read: {line.strip()}")
                rows.append(match.groups())
    return rows


def head_tail(name):
    """The first and the last eight bytes, little endian; a shorter name is padded with zeros."""
    data = name.encode("ascii")
    if len(data) < 8:
        word = int.from_bytes(data, "little")
        return word, word
    return int.from_bytes(data[:8], "little"), int.from_bytes(data[-8:], "little")


def slot_of(name, seed):
    head, tail = head_tail(name)
    tail = ((tail << 23) | (tail >> 41)) & MASK
    return (((head ^ tail) + len(name)) * seed & MASK) >> (64 - SLOT_BITS)


def find_seed(names):
    seed = 0x9E3779B97F4A7C15
    for _ in range(1000000):
        if len({slot_of(name, seed) for name in names}) == len(names):
            return seed
        seed = (seed * 6364136223846793005 + 1442695040888963407) & MASK | 1
    sys.exit("no perfect hash found: make SLOT_BITS larger")


def letter_of(prefix):
    """0 to 25 by first letter; 26 to 51 by the letter after `x-`."""
    if prefix.startswith("x-"):
        return 26 + ord(prefix[2]) - ord("a")
    return ord(prefix[0]) - ord("a")


def with_families(name, flags, families):
    words = [] if flags == "0" else flags.split(" | ")
    for prefix, more in families:
        if name.startswith(prefix):
            words += [word for word in more.split(" | ") if word not in words]
    return " | ".join(words) or "0"


def write_names(out, fields, families):
    seed = find_seed([name for _, name, _ in fields])
    out.append(f"#define HASH_SEED UINT64_C(0x{seed:016x})")
    out.append(f"#define HASH_SHIFT {64 - SLOT_BITS}")
    out.append("static const struct known_name names[] = {\n\t{0},")
    slots = [0] * (1 << SLOT_BITS)
    for row, (ident, name, flags) in enumerate(fields, start=1):
        head, tail = head_tail(name)
        flags = with_families(name, flags, families)
        out.append(f'\t{{UINT64_C(0x{head:016x}), UINT64_C(0x{tail:016x}), "{name}", '
                   f"{len(name)}, MRL_FIELD_{ident}, {flags}}},")
        slots[slot_of(name, seed)] = row
    out.append("};")
    out.append(f"static const uint8_t slots[{len(slots)}] = {{")
    out.append("\t" + ", ".join(f"[{at}] = {row}" for at, row in enumerate(slots) if row))
    out.append("};")


def write_families(out, families):
    families = sorted(families, key=lambda row: (letter_of(row[0]), row[0]))
    starts = [sum(letter_of(row[0]) < letter for row in families) for letter in range(53)]
    out.append("static const struct family families[] = {")
    for prefix, flags in families:
        head = int.from_bytes(prefix.encode("ascii")[:8], "little")
        mask = MASK >> (64 - 8 * min(8, len(prefix)))
        out.append(f'\t{{UINT64_C(0x{head:016x}), UINT64_C(0x{mask:016x}), "{prefix}", '
                   f"{len(prefix)}, {flags}}},")
    out.append("};")
    out.append("static const uint8_t family_starts[53] = {" + ", ".join(map(str, starts)) + "};")


def main():
    fields_path, families_path, out_path = sys.argv[1:]
    fields = read_def(fields_path, "MRL_FIELD", r'([A-Z0-9_]+), "([a-z0-9-]+)", (.+)')
    families = read_def(families_path, "MRL_FAMILY", r'"([a-z0-9-]+)", (.+)')
    if len(fields) > 254:
        sys.exit("more than 254 names: widen `slots` in field.c and `first` in http.h")
    out = ["/* Written by field_table.py. */"]
    write_names(out, fields, families)
    write_families(out, families)
    with open(out_path, "w", encoding="ascii") as file:
        file.write("\n".join(out) + "\n")


main()
