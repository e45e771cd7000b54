#!/usr/bin/python3
"""test_schema - the checker of answers finds what is wrong, and lets pass what is right."""

import os
import sys

ROOT = os.environ.get("MUSTER_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import schema  # noqa: E402
import tap  # noqa: E402

DOCUMENT = {"components": {"schemas": {"Name": {"type": "string", "minLength": 1}}}}
NAME = {"$ref": "#/components/schemas/Name"}
PERSON = {"type": "object", "required": ["name"], "additionalProperties": False,
          "properties": {"name": NAME, "at": {"type": "string", "format": "date-time"},
                         "rung": {"type": "integer", "minimum": 1, "maximum": 3}}}

# schema, what fits, what does not
ROWS = [
    (NAME, ["a", "王"], ["", 1, None]),
    ({"type": ["string", "null"]}, ["", None], [0, False, []]),
    ({"type": "integer"}, [1, 1.0], [1.5, True, "1"]),
    ({"type": "number"}, [1, 1.5], [True, "1"]),
    ({"enum": ["a", 1, None]}, ["a", 1, None], ["b", True, 2]),
    ({"const": True}, [True], [1, False]),
    (PERSON, [{"name": "a"}, {"name": "a", "rung": 3, "at": "2026-11-27T12:00:00.000Z"}],
     [{}, {"name": "a", "age": 1}, {"name": "a", "rung": 0}, {"name": "a", "rung": 4},
      {"name": "a", "at": "2026-13-01T00:00:00Z"}, {"name": "a", "at": "today"}, "a"]),
    ({"type": "array", "items": NAME, "minItems": 1, "maxItems": 2, "uniqueItems": True},
     [["a"], ["a", "b"]], [[], ["a", "b", "c"], ["a", "a"], ["a", 1], "a"]),
    ({"anyOf": [NAME, {"type": "integer"}]}, ["a", 1], ["", None]),
    ({"oneOf": [{"type": "integer"}, {"minimum": 5}]}, [1], [5, 6]),
    ({"not": NAME}, ["", 1], ["a"]),
    ({"type": "string", "pattern": "^[0-9]+-[0-9]+$"}, ["1-2"], ["1", "a-1"]),
    ({"type": "string", "format": "uuid"}, ["0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11"], ["0198"]),
    ({"type": "object", "patternProperties": {"^x": NAME}, "additionalProperties": {"const": 1}},
     [{"xa": "a", "b": 1}], [{"xa": 1}, {"b": 2}]),
]
WRONG = [{"tipe": "string"}, {"type": "text"}, {"format": "mail", "type": "string"},
         {"$ref": "#/components/schemas/Nobody"}, {"$ref": "http://a.example/"},
         {"$ref": "#/components/schemas/Name", "minLength": 2}, 5]


def main():
    with tap.Plan() as t:
        all_of = schema.Schemas(DOCUMENT)
        for one, good, bad in ROWS:
            passed = [v for v in good if all_of.faults(one, v)]
            caught = [v for v in bad if not all_of.faults(one, v)]
            t.check(not passed and not caught, "%.70s tells right from wrong" % one,
                    (passed, caught))
        for one in WRONG:
            try:
                all_of.faults(one, "x")
                raised = False
            except schema.SchemaError:
                raised = True
            t.check(raised, "%.70r is an error of the schema, not passed over" % one)
    return t.status


sys.exit(main())
