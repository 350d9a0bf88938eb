#!/usr/bin/env python3
"""Compiles libphonenumber's metadata into data/numbers.bin. See README.md beside this file."""

import random
import re
import struct
import sys
import zlib
from pathlib import Path

sys.setrecursionlimit(10_000)
# This file is called like a module of the standard library, which must be found first.
sys.path.append(sys.path.pop(0))

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS, carrier
from phonenumbers.geodata.locale import LOCALE_DATA

from patterns import EMPTY, accepts, derive, expand, parse
from plans import LINE_TYPES, METADATA_VERSION, Carriers, Formats, Validity, metadata, regions_of

ROOT = Path(__file__).resolve().parents[2]
MAGIC = b"NUMBERS\0"
FORMAT_VERSION = 1

# Small territories whose phones are topped up by the operators of another country.
MARKETS = {
    "AS": "US", "AX": "FI", "BL": "GP", "CC": "AU", "CX": "AU", "EH": "MA", "GG": "GB", "GU": "US", "IM": "GB",
    "JE": "GB", "MF": "GP", "MP": "US", "PR": "US", "SJ": "NO", "SM": "IT", "TA": "SH", "VA": "IT", "VI": "US",
}  # fmt: skip

# Where the library has no name, or one that the country has given up.
NAMES = {
    "AC": "Ascension Island",
    "CD": "Democratic Republic of the Congo",
    "CG": "Republic of the Congo",
    "CV": "Cabo Verde",
    "IM": "Isle of Man",
    "MK": "North Macedonia",
    "RE": "Réunion",
    "SZ": "Eswatini",
    "TA": "Tristan da Cunha",
    "XK": "Kosovo",
}


def text(value):
    encoded = value.encode()
    return struct.pack("<H", len(encoded)) + encoded


def many(items):
    items = list(items)
    return struct.pack("<H", len(items)) + b"".join(items)


def prefix_rules(pattern, transform):
    """How to rewrite what follows home's prefixes: the first rule that fits is the one."""
    for way in expand(pattern) if pattern else ():
        if not way.masks:
            break  # Nothing to take off: whatever would come later is never tried.
        insert, keep = "", (0, 0)
        if transform:
            number = int(transform[transform.index("\\") + 1])
            last = max((group[0] for group in way.groups), default=0)
            # As in libphonenumber: without its last group the prefix is only taken off.
            if last == re.compile(pattern).groups:
                insert = transform[: transform.index("\\")]
                keep = next(((a, b) for n, a, b in way.groups if n == number), (0, 0))
        yield (
            struct.pack("<BB", way.anchored, len(way.masks))
            + struct.pack(f"<{len(way.masks)}H", *way.masks)
            + text(insert)
            + struct.pack("<BB", *keep)
        )


def region_table():
    """Every region's record in the file, and the number by which labels call it (from 1)."""
    geographic = sorted(SUPPORTED_REGIONS)
    world = sorted(code for code, regions in COUNTRY_CODE_TO_REGION_CODE.items() if regions == ("001",))
    index = {region: n for n, region in enumerate(geographic, 1)}
    index |= {("001", code): n for n, code in enumerate(world, len(geographic) + 1)}
    records = []
    for region in geographic:
        code = phonenumbers.country_code_for_region(region)
        name = NAMES.get(region) or LOCALE_DATA[region]["en"]
        if name.startswith("*"):  # As in that other language.
            name = LOCALE_DATA[region][name[1:]]
        name = name.replace(" And ", " and ").replace(" The ", " the ")
        records.append(region_record(region, code, name, index[MARKETS.get(region, region)]))
    for code in world:
        records.append(region_record("001", code, "several countries", index["001", code]))
    return records, index


def region_record(region, code, name, market):
    data = metadata(code, region)
    return (
        text(region)
        + text(name)
        + struct.pack("<HHB", code, market, bool(data.mobile_number_portable_region))
        + text(data.national_prefix or "")
        + many(prefix_rules(data.national_prefix_for_parsing, data.national_prefix_transform_rule))
        + many(prefix_rules(data.international_prefix, None))
    )


def plan_table(index):
    """Each calling code with its regions, the main one first."""
    for code in sorted(COUNTRY_CODE_TO_REGION_CODE):
        keys = (("001", code) if region == "001" else region for region in regions_of(code))
        yield struct.pack("<H", code) + many(struct.pack("<H", index[key]) for key in keys)


def sample():
    """A few numbers of every kind, spelled out by the library itself, for the tests."""
    chance = random.Random(9042)
    for code in sorted(COUNTRY_CODE_TO_REGION_CODE):
        for region in regions_of(code):
            for name in LINE_TYPES:
                desc = getattr(metadata(code, region), name, None)
                if desc is None or desc.national_number_pattern is None:
                    continue
                tree = parse(desc.national_number_pattern)
                for _ in range(9 if name == "mobile" else 1):
                    number = f"+{code}{draw(tree, chance)}"
                    parsed = phonenumbers.parse(number)
                    if not phonenumbers.is_valid_number(parsed) or len(number) > 16:
                        continue
                    if phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) != number:
                        continue  # Taken for a national prefix: see the README.
                    yield f"{number}\t{carrier.name_for_number(parsed, 'en')}\n"


def draw(tree, chance):
    digits = ""
    while True:
        onward = [d for d in range(10) if derive(tree, d) is not EMPTY]
        if accepts(tree) and (not onward or chance.random() < 0.5):
            return digits
        digit = chance.choice(onward)
        digits, tree = digits + str(digit), derive(tree, digit)


def main():
    regions, index = region_table()
    validity, formats, carriers = Validity(index), Formats(), Carriers()
    payload = b"".join((
        text(METADATA_VERSION),
        many(regions),
        many(plan_table(index)),
        many(text(national) + text(international) for national, international in formats.templates),
        many(text(name) for name in carriers.names),
    ))  # fmt: skip
    for automaton in (validity, formats, carriers):
        packed = automaton.builder.pack(automaton.root)
        print(f"{type(automaton).__name__}: {len(packed) // 22} nodes")
        payload += packed
    stream = zlib.compress(payload, 9)
    file = MAGIC + struct.pack("<HI", FORMAT_VERSION, zlib.crc32(stream)) + stream
    (ROOT / "data/numbers.bin").write_bytes(file)
    fixtures = ROOT / "crates/numbers/tests/fixtures"
    fixtures.mkdir(parents=True, exist_ok=True)
    lines = sorted(set(sample()))
    (fixtures / "carriers.tsv").write_text("".join(lines))
    print(f"metadata {METADATA_VERSION}: {len(file)} bytes ({len(payload)} unpacked), {len(lines)} sampled numbers")


if __name__ == "__main__":
    main()
