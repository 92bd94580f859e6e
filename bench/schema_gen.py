"""Documents to measure schemas with: for each case a schema, and instances of several sizes, valid and with one fault.

All is made of one seed, so two machines measure the same bytes. An instance is an object with a list of units; a
case says what a unit is, what it has to be, and how one is spoilt.
"""
import json
import random
from dataclasses import dataclass
from typing import Callable

SIZES = {"100B": 100, "500B": 500, "4KiB": 4096, "64KiB": 65536, "1MiB": 1 << 20}
FAULTS = {"fault0": 0.0, "fault50": 0.5, "fault100": 1.0}
DIALECT = "https://json-schema.org/draft/2020-12/schema"
WORDS = "amber birch cedar delta ember fjord grove haven inlet jetty knoll larch mesa north ocean pine quay ridge".split()


@dataclass
class Case:
    """`unit` makes one of about so many bytes; `spoil` changes it so that its schema refuses it."""
    name: str
    schema: dict
    unit: Callable
    spoil: Callable
    branches: bool = False
    ascii: bool = False
    array: dict = None      # more keywords of the list of units
    definitions: dict = None


def closed(properties, required=None):
    return {"type": "object", "properties": properties, "required": list(properties) if required is None else required,
            "additionalProperties": False}


def word(rng):
    return rng.choice(WORDS)


def setting(name, value):
    """A fault that gives a member a value its schema refuses."""
    def spoil(unit):
        return {**unit, name: value}
    return spoil


STRING = {"type": "string", "maxLength": 200}
COUNT = {"type": "integer", "minimum": 0, "maximum": 1000000}


def flat_record():
    schema = closed({"id": COUNT, "name": STRING, "active": {"type": "boolean"}, "score": {"type": "number", "minimum": 0},
                     "note": {"type": ["string", "null"], "maxLength": 200}})

    def unit(rng, _):
        return {"id": rng.randrange(1000000), "name": word(rng), "active": rng.random() < 0.5,
                "score": round(rng.random() * 100, 2), "note": None}
    return Case("flat_record", schema, unit, setting("score", -1))


def settings():
    kinds = [COUNT, STRING, {"type": "boolean"}, {"type": "number"}]
    names = [f"{WORDS[at % 18]}_{WORDS[at * 7 % 18]}_{at}" for at in range(120)]
    schema = closed({name: kinds[at % 4] for at, name in enumerate(names)}, [])
    makers = [lambda rng: rng.randrange(1000), word, lambda rng: rng.random() < 0.5, lambda rng: rng.randrange(1000) / 8]

    def unit(rng, budget):
        chosen = sorted(rng.sample(range(120), max(1, min(budget // 30, 60))))
        return {names[at]: makers[at % 4](rng) for at in chosen}
    return Case("settings", schema, unit, setting(names[1], 7))


def order():
    item = closed({"sku": {"type": "string", "minLength": 3, "maxLength": 20}, "qty": {"type": "integer", "minimum": 1, "maximum": 99},
                   "price": {"type": "number", "minimum": 0, "multipleOf": 0.25}})
    schema = closed({"number": COUNT, "lines": {"type": "array", "items": item, "minItems": 1, "maxItems": 50}})

    def unit(rng, budget):
        lines = [{"sku": f"{word(rng)}-{rng.randrange(1000)}", "qty": rng.randrange(1, 99), "price": rng.randrange(99999) / 4}
                 for _ in range(1 if budget < 300 else rng.randrange(1, 8))]
        return {"number": rng.randrange(1000000), "lines": lines}

    def spoil(unit):
        return {**unit, "lines": unit["lines"][:-1] + [{**unit["lines"][-1], "qty": 0}]}
    return Case("order", schema, unit, spoil)


def coordinates():
    schema = {"type": "array", "items": {"type": "number", "minimum": -180, "maximum": 180}, "minItems": 2, "maxItems": 3}

    def unit(rng, _):
        return [round(rng.uniform(-180, 180), 6), round(rng.uniform(-90, 90), 6)]
    return Case("coordinates", schema, unit, lambda unit: [*unit[:-1], 180.000001])


def text_case(name, alphabet, as_ascii):
    schema = {"type": "string", "minLength": 1, "maxLength": 8000}

    def unit(rng, budget):
        width = 6 if as_ascii else len(alphabet[0].encode())
        return "".join(rng.choices(alphabet, k=max(8, min(budget // width - 6, 6000))))
    return Case(name, schema, unit, lambda unit: unit + unit[0] * 8000, ascii=as_ascii)


def one_of():
    kinds = {}
    for at in range(8):
        kinds[f"kind{at}"] = closed({"type": {"const": f"kind{at}"}, f"value{at}": COUNT if at % 2 else STRING, "tag": STRING})
    schema = {"type": "object", "required": ["type"], "discriminator": {"propertyName": "type"},
              "oneOf": [{"$ref": f"#/$defs/{name}"} for name in kinds]}

    def unit(rng, _):
        at = rng.randrange(8)
        return {"type": f"kind{at}", f"value{at}": rng.randrange(1000) if at % 2 else word(rng), "tag": word(rng)}
    return Case("one_of_8", schema, unit, setting("tag", 7), branches=True, definitions=kinds)


def any_of():
    schema = {"anyOf": [closed({"a": COUNT, "b": STRING}, ["a"]), closed({"a": COUNT, "c": {"type": "boolean"}}, ["a", "c"]),
                        closed({"b": STRING, "c": {"type": "boolean"}}, ["c"]), {"type": "integer", "minimum": 10}]}

    def unit(rng, _):
        return rng.choice([{"a": rng.randrange(99), "b": word(rng)}, {"a": rng.randrange(99), "c": True},
                           {"b": word(rng), "c": False}, rng.randrange(10, 99)])
    return Case("any_of", schema, unit, lambda unit: {"a": 1, "b": "x", "c": True}, branches=True)


def tree():
    schema = closed({"value": COUNT, "children": {"type": "array", "items": {"$ref": "#/$defs/unit"}, "maxItems": 4}}, ["value"])

    def grow(rng, budget, depth):
        node = {"value": rng.randrange(1000)}
        if budget > 60 and depth < 20:
            count = rng.randrange(1, 4)
            node["children"] = [grow(rng, (budget - 28) // count, depth + 1) for _ in range(count)]
        return node

    def spoil(unit):
        if unit.get("children"):
            return {**unit, "children": unit["children"][:-1] + [spoil(unit["children"][-1])]}
        return {**unit, "value": "x"}
    return Case("tree", schema, lambda rng, budget: grow(rng, min(budget, 3000), 0), spoil)


def pattern_properties():
    schema = {"type": "object", "patternProperties": {"^x-[a-z]{1,20}$": STRING, "^n[0-9]{1,6}$": COUNT}, "additionalProperties": False}

    def unit(rng, budget):
        count = max(1, min(budget // 40, 20))
        return {f"n{rng.randrange(1000000)}": rng.randrange(99) for _ in range(count)} | {f"x-{word(rng)}": word(rng)}
    return Case("pattern_properties", schema, unit, setting("x-amber9", "x"))


def all_of():
    levels = {}
    for at in range(4):
        level = {"type": "object", "properties": {f"p{at}": COUNT, f"q{at}": STRING}, "required": [f"p{at}"]}
        levels[f"level{at}"] = {**level, "allOf": [{"$ref": f"#/$defs/level{at - 1}"}]} if at else level

    def unit(rng, _):
        return {f"p{at}": rng.randrange(99) for at in range(4)} | {"q3": word(rng), "q1": word(rng)}
    return Case("all_of", {"$ref": "#/$defs/level3"}, unit, setting("p0", -1), definitions=levels)


def enums():
    codes = [f"{word}-{at}" for at in range(60) for word in WORDS]

    def unit(rng, _):
        return {"code": rng.choice(codes), "level": rng.randrange(200)}
    return Case("enums", closed({"code": {"enum": codes}, "level": {"enum": list(range(200))}}), unit, setting("code", "amber-60"))


def unique_items():
    schema = closed({"tags": {"type": "array", "items": {"type": "string", "maxLength": 40}, "uniqueItems": True, "maxItems": 200}})

    def unit(rng, budget):
        count = max(2, min(budget // 14, 100))
        return {"tags": [f"{word(rng)}{at}" for at in rng.sample(range(10000), count)]}

    def spoil(unit):
        return {"tags": unit["tags"] + [unit["tags"][0]]}
    return Case("unique_items", schema, unit, spoil, array={"uniqueItems": False})


def patterns():
    schema = closed({"slug": {"type": "string", "pattern": "^[a-z0-9-]{1,63}$"}, "phone": {"type": "string", "pattern": "^\\+[0-9]{6,15}$"},
                     "version": {"type": "string", "pattern": "^v?[0-9]+\\.[0-9]+(\\.[0-9]+)?$"}})

    def unit(rng, _):
        return {"slug": f"{word(rng)}-{rng.randrange(999)}", "phone": f"+{rng.randrange(10**9, 10**10)}",
                "version": f"v{rng.randrange(20)}.{rng.randrange(90)}"}
    return Case("patterns", schema, unit, setting("version", "1"))


def formats():
    schema = closed({"id": {"type": "string", "format": "uuid", "maxLength": 40}, "at": {"type": "string", "format": "date-time", "maxLength": 64},
                     "mail": {"type": "string", "format": "email", "maxLength": 254}, "link": {"type": "string", "format": "uri", "maxLength": 2000}})

    def unit(rng, _):
        return {"id": f"{rng.getrandbits(32):08x}-0000-4000-8000-{rng.getrandbits(48):012x}",
                "at": f"20{rng.randrange(10, 40)}-0{rng.randrange(1, 9)}-1{rng.randrange(9)}T12:30:00Z",
                "mail": f"{word(rng)}@{word(rng)}.example", "link": f"https://{word(rng)}.example/{word(rng)}?q={rng.randrange(99)}"}
    return Case("formats", schema, unit, setting("at", 7))


def unevaluated():
    schema = {"type": "object", "properties": {"kind": {"enum": ["card", "bank"]}}, "required": ["kind"],
              "oneOf": [{"properties": {"kind": {"const": "card"}, "digits": {"type": "string", "maxLength": 4}}, "required": ["digits"]},
                        {"properties": {"kind": {"const": "bank"}, "iban": {"type": "string", "maxLength": 34}}, "required": ["iban"]}],
              "unevaluatedProperties": False}

    def unit(rng, _):
        return rng.choice([{"kind": "card", "digits": f"{rng.randrange(10000):04}"}, {"kind": "bank", "iban": f"DE{rng.randrange(10**18)}"}])
    return Case("unevaluated", schema, unit, setting("other", 1), branches=True)


def cases():
    return [flat_record(), settings(), order(), coordinates(), text_case("long_text", [*"abcdefghijklmnop qrstuvwxyz"], False),
            text_case("escapes", [*"\n\t\"\\/éßж€"], True), text_case("four_byte_text", [*"😀🚀𝒳𐍈🌍"], False), one_of(), any_of(),
            tree(), pattern_properties(), all_of(), enums(), unique_items(), patterns(), formats(), unevaluated()]


def schema_of(case):
    array = {"type": "array", "items": {"$ref": "#/$defs/unit"}, "maxItems": 200000, **(case.array or {})}
    return {"$schema": DIALECT, "$defs": {"unit": case.schema, **(case.definitions or {})},
            **closed({"items": array})}


def write_json(case, value):
    return json.dumps(value, ensure_ascii=case.ascii, separators=(",", ":")).encode()


def units_of(case, size, rng):
    units, total = [], len('{"items":[]}')
    while True:
        unit = case.unit(rng, min(size - total, 4096))
        units.append(unit)
        total += len(write_json(case, unit)) + 1
        if total >= size:
            return units


def instances_of(case):
    """(size's name, "valid" or a fault's name, bytes)."""
    for label, size in SIZES.items():
        rng = random.Random(f"1 {case.name} {label}")
        units = units_of(case, size, rng)
        yield label, "valid", write_json(case, {"items": units})
        for fault, place in FAULTS.items():
            at = round(place * (len(units) - 1))
            yield label, fault, write_json(case, {"items": units[:at] + [case.spoil(units[at])] + units[at + 1:]})


def without_formats(schema):
    """For peers, whose formats differ from ours."""
    if isinstance(schema, dict):
        return {name: without_formats(value) for name, value in schema.items()
                if not (name == "format" and isinstance(value, str))}
    return [without_formats(value) for value in schema] if isinstance(schema, list) else schema


def write(folder):
    """FOLDER/CASE/schema.json, plain.json (no formats), SIZE-valid.json, SIZE-faultN.json."""
    for case in cases():
        place = folder / case.name
        place.mkdir(parents=True, exist_ok=True)
        schema = schema_of(case)
        (place / "schema.json").write_text(json.dumps(schema, indent=1) + "\n")
        (place / "plain.json").write_text(json.dumps(without_formats(schema), indent=1) + "\n")
        for label, what, data in instances_of(case):
            (place / f"{label}-{what}.json").write_bytes(data)
