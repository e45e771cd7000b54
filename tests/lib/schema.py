"""schema - is this value what a JSON Schema (2020-12) says? As much of it as our documents use.

    faults = Schemas(document).faults({"$ref": "#/components/schemas/Incident"}, value)
    assert not faults, faults        # "$.calls[0].rung: 0 is less than 1"

A keyword that is not known here is an error of the schema, not passed over: what is written down is
checked, or it is not written down. `format` is checked too. A `$ref` may have only words for people
beside it.
"""

import datetime
import re
import uuid

WORDS = {"title", "description", "default", "examples", "example", "deprecated", "$comment"}
TYPES = {
    "object": lambda v: isinstance(v, dict), "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str), "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "integer": lambda v: not isinstance(v, bool) and (
        isinstance(v, int) or (isinstance(v, float) and v.is_integer())),
}


class SchemaError(Exception):
    """The schema itself is wrong."""


def same(a, b):
    """Equal as JSON has it: true is not 1."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def is_date_time(text):
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text):
        return False
    try:
        datetime.datetime.fromisoformat(re.sub(r"\.\d+", "", text).replace("Z", "+00:00"))
    except ValueError:
        return False
    return True


def is_uuid(text):
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


FORMATS = {"date-time": is_date_time, "uuid": is_uuid}


class Schemas:
    def __init__(self, document):
        self.document = document
        self.keywords = {
            "$ref": self._ref, "type": self._type, "enum": self._enum, "const": self._const,
            "allOf": self._all_of, "anyOf": self._any_of, "oneOf": self._one_of, "not": self._not,
            "properties": self._properties, "required": self._required,
            "additionalProperties": self._additional, "patternProperties": self._patterned,
            "propertyNames": self._names, "minProperties": self._least(dict, len, "members"),
            "maxProperties": self._most(dict, len, "members"), "items": self._items,
            "minItems": self._least(list, len, "items"), "maxItems": self._most(list, len, "items"),
            "uniqueItems": self._unique, "minLength": self._least(str, len, "characters"),
            "maxLength": self._most(str, len, "characters"), "pattern": self._pattern,
            "format": self._format, "minimum": self._minimum, "maximum": self._maximum,
        }

    def at(self, pointer):
        """What a pointer of this document names, "#/components/schemas/Incident"."""
        if not pointer.startswith("#/"):
            raise SchemaError("%s: leads out of the document" % pointer)
        here = self.document
        for part in pointer[2:].split("/"):
            part = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(here, dict) or part not in here:
                raise SchemaError("%s: leads nowhere" % pointer)
            here = here[part]
        return here

    def faults(self, schema, value, where="$"):
        """What is wrong with the value, a sentence each; [] when nothing is."""
        if isinstance(schema, bool):
            return [] if schema else ["%s: may not be here" % where]
        if not isinstance(schema, dict):
            raise SchemaError("%s: %r is no schema" % (where, schema))
        found = []
        for keyword, argument in schema.items():
            if keyword in WORDS:
                continue
            if keyword not in self.keywords:
                raise SchemaError("%s: the keyword %s is not known here" % (where, keyword))
            if keyword == "$ref" and set(schema) - WORDS - {"$ref"}:
                raise SchemaError("%s: %s has more beside it" % (where, argument))
            found += self.keywords[keyword](argument, value, where, schema)
        return found

    # ---- any value ----

    def _ref(self, pointer, value, where, _):
        return self.faults(self.at(pointer), value, where)

    def _type(self, names, value, where, _):
        names = [names] if isinstance(names, str) else names
        if not set(names) <= set(TYPES):
            raise SchemaError("%s: type %r" % (where, names))
        if any(TYPES[name](value) for name in names):
            return []
        return ["%s: %.60r is no %s" % (where, value, " or ".join(names))]

    def _enum(self, values, value, where, _):
        if any(same(value, one) for one in values):
            return []
        return ["%s: %.60r is none of %s" % (where, value, values)]

    def _const(self, constant, value, where, _):
        return [] if same(value, constant) else ["%s: %.60r is not %r" % (where, value, constant)]

    def _all_of(self, schemas, value, where, _):
        return [fault for one in schemas for fault in self.faults(one, value, where)]

    def _fitting(self, schemas, value, where):
        each = [self.faults(one, value, where) for one in schemas]
        return sum(not faults for faults in each), [f for faults in each for f in faults]

    def _any_of(self, schemas, value, where, _):
        count, faults = self._fitting(schemas, value, where)
        return [] if count else ["%s: fits none of %d (%s)" % (where, len(schemas),
                                                              "; ".join(faults))]

    def _one_of(self, schemas, value, where, _):
        count, faults = self._fitting(schemas, value, where)
        if count == 1:
            return []
        return ["%s: fits %d of %d (%s)" % (where, count, len(schemas), "; ".join(faults))]

    def _not(self, schema, value, where, _):
        return [] if self.faults(schema, value, where) else ["%s: fits what it must not" % where]

    # ---- sizes ----

    @staticmethod
    def _least(kind, size, what):
        return lambda least, value, where, _: (
            ["%s: has %d %s, fewer than %d" % (where, size(value), what, least)]
            if isinstance(value, kind) and size(value) < least else [])

    @staticmethod
    def _most(kind, size, what):
        return lambda most, value, where, _: (
            ["%s: has %d %s, more than %d" % (where, size(value), what, most)]
            if isinstance(value, kind) and size(value) > most else [])

    @staticmethod
    def _minimum(least, value, where, _):
        low = TYPES["number"](value) and value < least
        return ["%s: %s is less than %s" % (where, value, least)] if low else []

    @staticmethod
    def _maximum(most, value, where, _):
        high = TYPES["number"](value) and value > most
        return ["%s: %s is more than %s" % (where, value, most)] if high else []

    # ---- objects ----

    def _properties(self, schemas, value, where, _):
        if not isinstance(value, dict):
            return []
        return [fault for name, schema in schemas.items() if name in value
                for fault in self.faults(schema, value[name], "%s.%s" % (where, name))]

    @staticmethod
    def _required(names, value, where, _):
        if not isinstance(value, dict):
            return []
        return ["%s: has no %s" % (where, name) for name in names if name not in value]

    def _patterned(self, schemas, value, where, _):
        if not isinstance(value, dict):
            return []
        return [fault for pattern, schema in schemas.items() for name in value
                if re.search(pattern, name)
                for fault in self.faults(schema, value[name], "%s.%s" % (where, name))]

    def _additional(self, schema, value, where, around):
        if not isinstance(value, dict):
            return []
        patterns = around.get("patternProperties", {})
        others = [name for name in value if name not in around.get("properties", {})
                  and not any(re.search(pattern, name) for pattern in patterns)]
        return [fault for name in others
                for fault in self.faults(schema, value[name], "%s.%s" % (where, name))]

    def _names(self, schema, value, where, _):
        if not isinstance(value, dict):
            return []
        return [f for name in value for f in self.faults(schema, name, "%s (%s)" % (where, name))]

    # ---- arrays and strings ----

    def _items(self, schema, value, where, _):
        if not isinstance(value, list):
            return []
        return [fault for n, one in enumerate(value)
                for fault in self.faults(schema, one, "%s[%d]" % (where, n))]

    @staticmethod
    def _unique(wanted, value, where, _):
        if not wanted or not isinstance(value, list):
            return []
        twice = [b for n, b in enumerate(value) if any(same(a, b) for a in value[:n])]
        return ["%s: holds %.60r twice" % (where, twice[0])] if twice else []

    @staticmethod
    def _pattern(pattern, value, where, _):
        if not isinstance(value, str) or re.search(pattern, value):
            return []
        return ["%s: %.60r does not look like %s" % (where, value, pattern)]

    @staticmethod
    def _format(name, value, where, _):
        if name not in FORMATS:
            raise SchemaError("%s: the format %s is not known here" % (where, name))
        if not isinstance(value, str) or FORMATS[name](value):
            return []
        return ["%s: %.60r is no %s" % (where, value, name)]
