"""The numbering plans as labelled automata: which numbers exist, how they are written, who first
had them."""

import re

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata
from phonenumbers.carrierdata import CARRIER_DATA

from automata import DEAD, Builder, trie
from patterns import EMPTY, accepts, derive, parse, parse_prefix

# E.164 counts the calling code; libphonenumber's metadata has a few longer plans (Germany).
DIGITS_MAX = 15

# The position is the code in the file. Keep in step with `LineType` in crates/numbers.
LINE_TYPES = (
    "mobile",
    "fixed_line",
    "fixed_line_or_mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)

# libphonenumber asks in this order, and for fixed line and mobile after these.
SPECIAL_TYPES = ("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail")

# Numbers set aside for films, books and tests: calling code, national number, and what to call
# those that libphonenumber takes for invalid (`None`: they are valid anyway).
FICTIONAL = (
    # No area is called 555; the most used invented numbers of all.
    (1, r"555\d{7}", ("US", "fixed_line_or_mobile")),
    # 555-0100 to 555-0199 in every area (NANPA's line numbers for entertainment).
    (1, r"[2-9]\d{2}55501\d{2}", None),
    # Ofcom's mobile numbers for drama.
    (44, r"7700900\d{3}", ("GB", "mobile")),
    # ACMA's mobile numbers for films and creative works.
    (
        61,
        r"49157(?:0(?:006|110|15[6-9]|313|737)|1(?:266|491|804)|2(?:549|665|983)|3(?:087|770)|4(?:118|632)"
        r"|5(?:254|789)|6(?:398|801)|7(?:426|644)|8(?:148|888|957)|9(?:212|455|760))",
        None,
    ),
)


def regions_of(calling_code):
    """Codes of the regions that share a calling code, the main one first."""
    return COUNTRY_CODE_TO_REGION_CODE[calling_code]


def metadata(calling_code, region):
    return PhoneMetadata.metadata_for_region_or_calling_code(calling_code, region)


class Validity:
    """Region, line type and fiction of every valid number."""

    def __init__(self, region_index):
        self.builder = Builder()
        self.region_index = region_index
        self.root = _join(self.builder, {code: self._plan(code) for code in COUNTRY_CODE_TO_REGION_CODE})

    def label(self, region, line_type, fictional):
        return self.region_index[region] << 5 | fictional << 4 | LINE_TYPES.index(line_type)

    def _plan(self, code):
        trees = {}
        for region in regions_of(code):
            data = metadata(code, region)
            if data.leading_digits is not None:
                trees[region, "leading"] = parse_prefix(data.leading_digits)
            for name in ("general", *LINE_TYPES):
                desc = getattr(data, "general_desc" if name == "general" else name, None)
                if desc is not None and desc.national_number_pattern is not None:
                    trees[region, name] = parse(desc.national_number_pattern)
        for number, (fiction_code, pattern, _) in enumerate(FICTIONAL):
            if fiction_code == code:
                trees["fictional", number] = parse(pattern)
        return _product(self.builder, code, trees, lambda length, ready: self._decide(code, length, ready))

    def _decide(self, code, length, ready):
        fiction = [FICTIONAL[key[1]][2] for key in ready if key[0] == "fictional"]
        for region in regions_of(code):
            data = metadata(code, region)
            line_type = _line_type(data, region, length, ready)
            if data.leading_digits is not None:
                if (region, "leading") not in ready:
                    continue
            elif line_type is None and len(regions_of(code)) > 1:
                continue
            if line_type is not None:
                key = (region, code) if region == "001" else region
                return self.label(key, line_type, bool(fiction))
            break
        for otherwise in fiction:
            if otherwise is not None:
                return self.label(*otherwise, True)
        return 0


def _line_type(data, region, length, ready):
    def matches(name):
        desc = data.general_desc if name == "general" else getattr(data, name)
        fits = desc is not None and (not desc.possible_length or length in desc.possible_length)
        return fits and (region, name) in ready

    if not matches("general"):
        return None
    for name in SPECIAL_TYPES:
        if matches(name):
            return name
    if matches("fixed_line"):
        return "fixed_line_or_mobile" if matches("mobile") else "fixed_line"
    return "mobile" if matches("mobile") else None


class Formats:
    """Which pair of templates (national, international) writes a number; 0 for its bare digits.

    A template is text in which `A` stands for the first digit of the national number, `B` for the
    second, and so on."""

    def __init__(self):
        self.builder = Builder()
        self.templates = [("", "")]
        self.codes = {}
        self.root = _join(self.builder, {code: self._plan(code) for code in COUNTRY_CODE_TO_REGION_CODE})

    def _plan(self, code):
        data = metadata(code, regions_of(code)[0])
        rules = {("national", n): rule for n, rule in enumerate(data.number_format)}
        rules |= {("international", n): rule for n, rule in enumerate(data.intl_number_format or data.number_format)}
        trees = {}
        for key, rule in rules.items():
            trees[key] = parse_prefix(rule.leading_digits_pattern[-1] if rule.leading_digits_pattern else "")
        return _product(self.builder, code, trees, lambda length, ready: self._decide(rules, length, ready))

    def _decide(self, rules, length, ready):
        pair = []
        bare = "".join(chr(ord("A") + n) for n in range(length))
        for style in ("national", "international"):
            fitting = [rules[key] for key in rules if key[0] == style and key in ready]
            pair.append(next((t for t in (_template(rule, style, length) for rule in fitting) if t), bare))
        if pair == [bare, bare]:
            return 0
        pair = tuple(pair)
        if pair not in self.codes:
            self.codes[pair] = len(self.templates)
            self.templates.append(pair)
        return self.codes[pair]


def _template(rule, style, length):
    match = re.fullmatch(rule.pattern, "0" * length)
    if match is None:
        return None
    text = rule.format
    if style == "national" and rule.national_prefix_formatting_rule:
        wrapped = rule.national_prefix_formatting_rule
        text = re.sub(r"\\\d", lambda first: wrapped.replace("\\1", first.group()), text, count=1)
    assert not re.search("[A-Z]", text)
    return re.sub(r"\\(\d)", lambda n: "".join(chr(ord("A") + d) for d in range(*match.span(int(n.group(1))))), text)


class Carriers:
    """The carrier to which a number's range was first given."""

    def __init__(self):
        self.builder = Builder()
        named = {prefix: names["en"] for prefix, names in CARRIER_DATA.items() if "en" in names}
        self.names = [""] + sorted(set(named.values()) - {""})
        labels = {name: n for n, name in enumerate(self.names)}
        self.root = trie(self.builder, {prefix: labels[name] for prefix, name in named.items()})


def _product(builder, code, trees, decide):
    """Walks all patterns of a plan at once. `decide` gets the length of the national number and
    the set of patterns that match it as it stands."""
    longest = DIGITS_MAX - len(str(code))
    made = {}

    def build(state, length):
        if (state, length) not in made:
            label = decide(length, {key for key, tree in state if accepts(tree)}) if length > 0 else 0
            children = [DEAD] * 10
            if length < longest:
                for digit in range(10):
                    following = ((key, derive(tree, digit)) for key, tree in state)
                    following = tuple((key, tree) for key, tree in following if tree is not EMPTY)
                    if following:
                        children[digit] = build(following, length + 1)
            made[state, length] = builder.node(label, children)
        return made[state, length]

    return build(tuple(trees.items()), 0)


def _join(builder, roots):
    """The root from which the digits of each calling code lead to its plan."""
    plans = {str(code): root for code, root in roots.items()}

    def build(prefix):
        if prefix in plans:
            return plans[prefix]
        if len(prefix) == 3:
            return DEAD
        return builder.node(0, [build(prefix + str(digit)) for digit in range(10)])

    return build("")


METADATA_VERSION = phonenumbers.__version__
