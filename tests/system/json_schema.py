"""docs/casewire-json.v1.schema.json, as tests hold answers to it."""

import json
import os

from world import ROOT, check


class Schema:
    """docs/casewire-json.v1.schema.json, and which of its commands have been seen."""

    def __init__(self):
        import jsonschema

        with open(os.path.join(ROOT, "docs/casewire-json.v1.schema.json"), encoding="utf-8") as file:
            self.schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(self.schema)
        self.validator = jsonschema.Draft202012Validator(self.schema)
        self.seen = set()

    def hold(self, command, text):
        """One object, valid, of this command; returns it."""
        value = json.loads(text)
        errors = [f"{'/'.join(str(p) for p in e.absolute_path)}: {e.message[:200]}" for e in self.validator.iter_errors(value)]
        check(f"--json of {command} is as the schema says", not errors, "; ".join(errors[:3]))
        check(f"--json of {command} names its command", value.get("command") == command, str(value.get("command")))
        self.seen.add(command)
        return value

    def commands(self):
        return set(self.schema["else"]["properties"]["command"]["enum"])
