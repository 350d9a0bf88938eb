"""Minimised automata over digits, built from the leaves up, and how they are laid out."""

import struct

DEAD = 0


class Builder:
    """Hash-conses nodes: two nodes with equal label and equal children are the same node."""

    def __init__(self):
        self.nodes = {}
        self.rows = [None]

    def node(self, label, children):
        """The node with this label and these ten children; 0 when nothing can come of it."""
        if label == 0 and not any(children):
            return DEAD
        key = (label, *children)
        if key not in self.nodes:
            self.nodes[key] = len(self.rows)
            self.rows.append(key)
        return self.nodes[key]

    def pack(self, root):
        """Labels, then ten targets per node. The root is node 1 and every target is greater than
        its source, so that a reader can refuse cycles by looking at one row at a time."""
        order = [0] * len(self.rows)
        reached, stack = {root}, [root]
        while stack:
            for child in self.rows[stack.pop()][1:]:
                if child and child not in reached:
                    reached.add(child)
                    stack.append(child)
        ids = sorted(reached, reverse=True)
        assert ids[0] == root, "the root is made last"
        for position, node in enumerate(ids, 1):
            order[node] = position
        labels, targets = [0], [0] * 10
        for node in ids:
            labels.append(self.rows[node][0])
            targets += [order[child] for child in self.rows[node][1:]]
        assert len(labels) < 1 << 16 and max(labels) < 1 << 16
        return struct.pack(f"<I{len(labels)}H{len(targets)}H", len(labels), *labels, *targets)


def trie(builder, entries):
    """The root of an automaton in which the last live node has the label of the longest prefix.

    `entries` maps a string of digits to its label; 0 takes a shorter prefix's label away."""
    tree = {}
    for prefix, label in entries.items():
        node = tree
        for digit in prefix:
            node = node.setdefault(int(digit), {})
        node["label"] = label

    def build(node, inherited):
        label = node.get("label", inherited)
        children = [build(node[d], label) if d in node else DEAD for d in range(10)]
        # Where a longer prefix adds nothing the walk may end early: the label is the same.
        only = builder.node(label, [DEAD] * 10)
        children = [DEAD if child == only else child for child in children]
        return builder.node(label, children)

    return build(tree, 0)
