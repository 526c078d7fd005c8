#!/usr/bin/env python3
"""Writes src/camt/schema/camt.schema from the ISO 20022 schemas of camt.052, camt.053 and camt.054.

Usage: gen.py FOLDER_WITH_XSD > ../src/camt/schema/camt.schema

The result is a text table, one type a line. Types that are the same in several versions stand once.

    s NAME  FACETS            a text; facets: len=MIN..MAX  dec=TOTAL.FRACTION  min=0  pat=REGEX  enum=A|B  kind=date|…
    a NAME  TEXT CURRENCY     an amount: a text with the attribute Ccy
    c NAME  ITEM ITEM …       elements in order; item: Name:type, with ? + * or {min,max} behind it;
                              A:type|B:type is a choice
    x NAME                    anything at all
    r VERSION TYPE EXACT      the type of <Document> in a version; EXACT is 0 where it is put together (see below)

Versions whose schema is not in the folder are put together from the nearest one below and the nearest one above: what
either of them allows is allowed, so that only what is wrong in both is reported.
"""
import re, sys, pathlib
import xml.etree.ElementTree as ET

XS = "{http://www.w3.org/2001/XMLSchema}"
MESSAGES, VERSIONS = ("052", "053", "054"), range(2, 15)


def load(path):
    """The named types of a schema, as plain tuples with references by name."""
    types = {}
    root = ET.parse(path).getroot()
    for node in root:
        name = node.get("name")
        if node.tag == XS + "simpleType":
            types[name] = simple(node.find(XS + "restriction"))
        elif node.tag == XS + "complexType":
            types[name] = complex_type(node)
    return types


def simple(restriction):
    facets = {}
    base = restriction.get("base").split(":")[1]
    if base not in ("string", "decimal"):
        facets["kind"] = base
    if base == "decimal":
        facets["dec"] = [18, 18]
    for facet in restriction:
        tag, value = facet.tag[len(XS):], facet.get("value")
        if tag == "enumeration":
            facets.setdefault("enum", []).append(value)
        elif tag == "pattern":
            facets["pat"] = value
        elif tag in ("minLength", "maxLength"):
            facets.setdefault("len", [0, 65535])[tag == "maxLength"] = int(value)
        elif tag in ("totalDigits", "fractionDigits"):
            facets["dec"][tag == "fractionDigits"] = int(value)
        elif tag == "minInclusive":
            facets["min"] = value
        else:
            raise SystemExit(f"facet {tag}")
    return ("s", facets)


def occurs(node):
    most = node.get("maxOccurs", "1")
    return int(node.get("minOccurs", "1")), (65535 if most == "unbounded" else int(most))


def complex_type(node):
    content = node.find(XS + "simpleContent")
    if content is not None:
        extension = content.find(XS + "extension")
        return ("a", extension.get("base"), extension.find(XS + "attribute").get("type"))
    items = []
    body = node[0]

    def add(group, outer):
        if group.tag == XS + "any":
            return True
        if group.tag == XS + "element":
            low, high = occurs(group)
            items.append((low, high, ((group.get("name"), group.get("type")),)))
        elif group.tag == XS + "choice":
            low, high = occurs(group)
            alternatives = []
            for child in group:
                if child.tag != XS + "element":
                    raise SystemExit(f"{node.get('name')}: {child.tag} in a choice")
                child_low, child_high = occurs(child)
                low, high = min(low, child_low), max(high, child_high)
                alternatives.append((child.get("name"), child.get("type")))
            items.append((low, high, tuple(alternatives)))
        elif group.tag == XS + "sequence":
            return any([add(child, occurs(group)) for child in group])
        return False

    return ("x",) if add(body, None) else ("c", tuple(items))


class Table:
    """All types of all versions, each structure once, numbered in the order in which they are met."""

    def __init__(self):
        self.lines, self.ids, self.names = [], {}, {}

    def put(self, kind, text):
        key = (kind, text)
        if key not in self.ids:
            self.ids[key] = len(self.lines)
            self.lines.append(f"{kind} {text}".rstrip())
        return self.ids[key]

    def add(self, types, name, done):
        if name in done:
            return done[name]
        if name not in types:
            raise SystemExit(f"no type {name}")
        kind, *rest = types[name]
        if kind == "x":
            ident = self.put("x", "")
        elif kind == "s":
            ident = self.put("s", facets_text(rest[0]))
        elif kind == "a":
            text, currency = (self.add(types, part, done) for part in rest)
            ident = self.put("a", f"{text} {currency}")
        else:
            parts = []
            for low, high, alternatives in rest[0]:
                words = "|".join(f"{child}:{self.add(types, type_name, done)}" for child, type_name in alternatives)
                mark = {(1, 1): "", (0, 1): "?", (1, 65535): "+", (0, 65535): "*"}.get((low, high), f"{{{low},{high}}}")
                parts.append(words + mark)
            ident = self.put("c", " ".join(parts))
        done[name] = ident
        return ident


def facets_text(facets):
    words = []
    if "kind" in facets:
        words.append(f"kind={facets['kind']}")
    if "len" in facets:
        words.append("len={}..{}".format(*facets["len"]))
    if "dec" in facets:
        words.append("dec={}.{}".format(*facets["dec"]))
    if "min" in facets:
        words.append(f"min={facets['min']}")
    if "enum" in facets:
        words.append("enum=" + "|".join(sorted(facets["enum"])))
    if "pat" in facets:
        words.append("pat=" + facets["pat"])
    return " ".join(words)


def merge(below, above):
    """A set of types that allows what either set allows, beginning at Document."""
    merged = {}

    def pair(a, b):
        """The name of the type that allows both; None stands for `not there`."""
        name = f"{a}+{b}"
        if name in merged:
            return name
        one, two = below.get(a), above.get(b)
        merged[name] = ("x",)
        if one is None or two is None:
            source, own = (below, a) if two is None else (above, b)
            merged[name] = rename(source, own, two is None)
        elif one[0] == two[0] == "s":
            merged[name] = ("s", loosest(one[1], two[1]))
        elif one[0] == two[0] == "a":
            merged[name] = ("a", pair(one[1], two[1]), pair(one[2], two[2]))
        elif one[0] == two[0] == "c":
            merged[name] = ("c", tuple(sequence(one[1], two[1])))
        return name

    def rename(source, own, is_below):
        kind, *rest = source[own]
        link = (lambda n: pair(n, None)) if is_below else (lambda n: pair(None, n))
        if kind == "a":
            return ("a", link(rest[0]), link(rest[1]))
        if kind == "c":
            return ("c", tuple((lo, hi, tuple((n, link(t)) for n, t in alts)) for lo, hi, alts in rest[0]))
        return (kind, *rest)

    def sequence(one, two):
        """Items in an order that fits both; an item that one side lacks is optional."""
        out, j = [], 0
        def names(item):
            return {n for n, _ in item[2]}
        for item in one:
            match = next((k for k in range(j, len(two)) if names(two[k]) & names(item)), None)
            if match is None:
                out.append((0, item[1], tuple((n, pair(t, None)) for n, t in item[2])))
                continue
            for extra in two[j:match]:
                out.append((0, extra[1], tuple((n, pair(None, t)) for n, t in extra[2])))
            other = dict(two[match][2])
            alternatives = [(n, pair(t, other.pop(n, None))) for n, t in item[2]]
            alternatives += [(n, pair(None, t)) for n, t in other.items()]
            out.append((min(item[0], two[match][0]), max(item[1], two[match][1]), tuple(alternatives)))
            j = match + 1
        for extra in two[j:]:
            out.append((0, extra[1], tuple((n, pair(None, t)) for n, t in extra[2])))
        return out

    def loosest(one, two):
        if one.get("kind") != two.get("kind"):
            return {}
        facets = {}
        for key in set(one) & set(two):
            a, b = one[key], two[key]
            if key == "len":
                facets[key] = [min(a[0], b[0]), max(a[1], b[1])]
            elif key == "dec":
                facets[key] = [max(a[0], b[0]), max(a[1], b[1])]
            elif key == "enum":
                facets[key] = sorted(set(a) | set(b))
            elif a == b:
                facets[key] = a
        return facets

    root = pair("Document", "Document")
    return merged, root


def main():
    folder = pathlib.Path(sys.argv[1])
    table, roots = Table(), []
    for message in MESSAGES:
        there = {v: load(p) for v in VERSIONS if (p := folder / f"camt.{message}.001.{v:02}.xsd").exists()}
        for version in VERSIONS:
            if version in there:
                types, root, exact = there[version], "Document", 1
            else:
                low = max(v for v in there if v < version)
                high = min((v for v in there if v > version), default=low)
                (types, root), exact = merge(there[low], there[high]), 0
            roots.append(f"r camt.{message}.001.{version:02} {table.add(types, root, {})} {exact}")
    print("# Written by schema/gen.py from the schemas of ISO 20022. The form is described there. Types are numbered from 0.")
    print("\n".join(table.lines))
    print("\n".join(roots))


main()
