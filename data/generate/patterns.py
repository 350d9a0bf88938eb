"""Regular expressions over digits, as derivatives.

A pattern becomes an interned tree; `derive(tree, digit)` is what is left to match after that
digit. Interning makes equal remainders the same object, so that a set of patterns walked digit
by digit reaches few states.

`expand` is the other reading of a pattern: every way to match it, likeliest first, exactly in
the order in which a backtracking engine would try them.
"""

import re
from functools import cache

ANY = 0b11_1111_1111

EMPTY = ("empty",)  # matches nothing
END = ("end",)  # matches the empty string
ALL = ("all",)  # matches whatever follows


def parse(pattern):
    """The tree of a pattern that must match a whole number."""
    return _sequence(list(re._parser.parse(pattern)))


def parse_prefix(pattern):
    """The tree of a pattern that must match the beginning of a number."""
    return seq(parse(pattern), ALL)


@cache
def seq(first, rest):
    if first is EMPTY or rest is EMPTY:
        return EMPTY
    if first is END:
        return rest
    if first is ALL:
        return ALL
    if first[0] == "seq":
        return seq(first[1], seq(first[2], rest))
    if first[0] == "alt" and rest is ALL:
        return alt(frozenset(seq(branch, rest) for branch in first[1]))
    return _intern(("seq", first, rest))


@cache
def alt(branches):
    flat = set()
    for branch in branches:
        flat |= branch[1] if branch[0] == "alt" else {branch}
    flat.discard(EMPTY)
    if ALL in flat:
        return ALL
    if not flat:
        return EMPTY
    if len(flat) == 1:
        return next(iter(flat))
    return _intern(("alt", frozenset(flat)))


@cache
def accepts(tree):
    """Whether nothing more is needed."""
    kind = tree[0]
    if kind in ("end", "all"):
        return True
    if kind == "seq":
        return accepts(tree[1]) and accepts(tree[2])
    if kind == "alt":
        return any(accepts(branch) for branch in tree[1])
    return False


@cache
def derive(tree, digit):
    """What is left to match after the digit."""
    kind = tree[0]
    if kind == "digits":
        return END if tree[1] >> digit & 1 else EMPTY
    if kind == "all":
        return ALL
    if kind == "seq":
        left = seq(derive(tree[1], digit), tree[2])
        return alt(frozenset((left, derive(tree[2], digit)))) if accepts(tree[1]) else left
    if kind == "alt":
        return alt(frozenset(derive(branch, digit) for branch in tree[1]))
    return EMPTY


_interned = {}


def _intern(tree):
    return _interned.setdefault(tree, tree)


def _sequence(items):
    tree = END
    for item in reversed(items):
        tree = seq(_item(item), tree)
    return tree


def _item(item):
    name, value = str(item[0]), item[1]
    if name in ("LITERAL", "IN"):
        return _intern(("digits", _mask(item)))
    if name == "SUBPATTERN":
        return _sequence(value[3])
    if name == "BRANCH":
        return alt(frozenset(_sequence(branch) for branch in value[1]))
    if name in ("MAX_REPEAT", "MIN_REPEAT"):
        least, most, body = value
        body, tree = _sequence(body), END
        for _ in range(most - least):
            tree = alt(frozenset((END, seq(body, tree))))
        for _ in range(least):
            tree = seq(body, tree)
        return tree
    raise ValueError(f"no such thing is expected in a pattern of digits: {item}")


def _mask(item):
    name, value = str(item[0]), item[1]
    if name == "LITERAL":
        return 1 << value - ord("0")
    mask = 0
    for inner_name, inner in ((str(n), v) for n, v in value):
        if inner_name == "LITERAL":
            mask |= 1 << inner - ord("0")
        elif inner_name == "RANGE":
            for code in range(inner[0], inner[1] + 1):
                mask |= 1 << code - ord("0")
        elif inner_name == "CATEGORY" and str(inner) == "CATEGORY_DIGIT":
            mask |= ANY
        else:
            raise ValueError(f"no such set is expected: {value}")
    return mask


class Way:
    """One way to match: a digit set per position, where groups lie, whether the end must follow."""

    def __init__(self, masks=(), groups=(), anchored=False):
        self.masks, self.groups, self.anchored = masks, groups, anchored

    def then(self, other):
        shift = len(self.masks)
        groups = self.groups + tuple((n, a + shift, b + shift) for n, a, b in other.groups)
        return Way(self.masks + other.masks, groups, self.anchored or other.anchored)


def expand(pattern):
    """Every way to match the beginning of a number, in the order of a backtracking engine."""
    return _ways(list(re._parser.parse(pattern)))


def _ways(items):
    ways = [Way()]
    for item in items:
        following = _item_ways(item)
        ways = [way.then(other) for way in ways for other in following]
    return ways


def _item_ways(item):
    name, value = str(item[0]), item[1]
    if name in ("LITERAL", "IN"):
        return [Way((_mask(item),))]
    if name == "AT":
        return [Way(anchored=True)]
    if name == "BRANCH":
        return [way for branch in value[1] for way in _ways(branch)]
    if name == "SUBPATTERN":
        ways = _ways(value[3])
        if value[0] is None:
            return ways
        return [Way(w.masks, w.groups + ((value[0], 0, len(w.masks)),), w.anchored) for w in ways]
    if name == "MAX_REPEAT":
        least, most, body = value
        ways = []
        for count in range(most, least - 1, -1):
            ways += _ways(list(body) * count)
        return ways
    raise ValueError(f"no such thing is expected in a prefix: {item}")
