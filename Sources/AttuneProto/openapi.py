#!/usr/bin/env python3
"""Writes the OpenAPI 3.1 document of the service from the protos, as Swift: see `make openapi`.

Needs protoc, and of Python the standard library alone. The protos' comments become descriptions.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
PROTOS = ["attune.proto", "api.proto", "health.proto"]

# Field numbers of descriptor.proto.
FILE_NAME, FILE_PACKAGE, FILE_MESSAGES, FILE_ENUMS, FILE_SERVICES, FILE_SOURCE = 1, 2, 4, 5, 6, 9
SCALARS = {
    1: {"description": "A number, or NaN, Infinity or -Infinity as a string.", "type": ["number", "string"]},
    2: {"description": "A number, or NaN, Infinity or -Infinity as a string.", "type": ["number", "string"]},
    3: {"type": ["string", "integer"], "format": "int64"}, 4: {"type": ["string", "integer"], "format": "uint64"},
    5: {"type": "integer", "format": "int32"}, 8: {"type": "boolean"}, 9: {"type": "string"},
    12: {"type": "string", "format": "byte"}, 13: {"type": "integer", "format": "uint32"},
}
WELL_KNOWN = {
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
}


def fields(data):
    """A protobuf message as numbers to lists of values: integers, or bytes."""
    found, place = {}, 0

    def varint():
        nonlocal place
        value = shift = 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while place < len(data):
        key = varint()
        if key & 7 == 0:
            value = varint()
        else:
            length = {1: 8, 5: 4}.get(key & 7) or varint()
            value = data[place : place + length]
            place += length
        found.setdefault(key >> 3, []).append(value)
    return found


def text(message, number):
    return message.get(number, [b""])[0].decode()


def packed(data):
    values, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            values.append(value)
            value = shift = 0
    return values


class File:
    """One proto: its messages, enums and services by full name, with what was written above them."""

    def __init__(self, data):
        self.file = fields(data)
        self.name, self.package = text(self.file, FILE_NAME), text(self.file, FILE_PACKAGE)
        self.comments = {}
        for location in fields(self.file.get(FILE_SOURCE, [b""])[0]).get(1, []):
            location = fields(location)
            words = " ".join(text(location, 3).split())
            if words:
                self.comments[tuple(packed(location.get(1, [b""])[0]))] = words
        self.messages, self.enums, self.services = {}, {}, {}
        for index, message in enumerate(self.file.get(FILE_MESSAGES, [])):
            self.add_message(self.package, fields(message), (FILE_MESSAGES, index))
        for index, enum in enumerate(self.file.get(FILE_ENUMS, [])):
            self.add_enum(self.package, fields(enum), (FILE_ENUMS, index))
        for index, service in enumerate(self.file.get(FILE_SERVICES, [])):
            service = fields(service)
            self.services[f"{self.package}.{text(service, 1)}"] = (service, (FILE_SERVICES, index))

    def add_message(self, scope, message, path):
        name = f"{scope}.{text(message, 1)}"
        self.messages[name] = (self, message, path)
        for index, inner in enumerate(message.get(3, [])):
            self.add_message(name, fields(inner), (*path, 3, index))
        for index, inner in enumerate(message.get(4, [])):
            self.add_enum(name, fields(inner), (*path, 4, index))

    def add_enum(self, scope, enum, path):
        self.enums[f"{scope}.{text(enum, 1)}"] = (self, enum, path)

    def described(self, path, schema):
        comment = self.comments.get(path)
        return {"description": comment, **schema} if comment else schema


class Document:
    def __init__(self, files):
        self.files = [file for file in files if file.name in PROTOS]
        self.messages = {name: entry for file in files for name, entry in file.messages.items()}
        self.enums = {name: entry for file in files for name, entry in file.enums.items()}
        self.schemas = {}

    def reference(self, name):
        if name in WELL_KNOWN:
            return dict(WELL_KNOWN[name])
        if name not in self.schemas:
            self.schemas[name] = {}
            entry = self.messages.get(name)
            self.schemas[name] = self.message(*entry) if entry else self.enum(*self.enums[name])
        return {"$ref": f"#/components/schemas/{name}"}

    def message(self, file, message, path):
        properties = {}
        for index, field in enumerate(message.get(2, [])):
            field = fields(field)
            schema = self.field(field)
            comment = file.comments.get((*path, 2, index))
            properties[text(field, 10)] = {**schema, "description": comment} if comment else schema
        schema = {"type": "object", "properties": properties}
        return file.described(path, schema)

    def field(self, field):
        repeated = field.get(4, [1])[0] == 3
        kind = field.get(5, [0])[0]
        name = text(field, 6).lstrip(".")
        entry = self.messages.get(name)
        if repeated and entry and 7 in fields(entry[1].get(7, [b""])[0]):
            value = fields(entry[1][2][1])
            return {"type": "object", "additionalProperties": self.field({**value, 4: [1]})}
        schema = self.reference(name) if kind in (11, 14) else dict(SCALARS[kind])
        return {"type": "array", "items": schema} if repeated else schema

    def enum(self, file, enum, path):
        values = [text(fields(value), 1) for value in enum.get(2, [])]
        lines = [
            f"{value}: {file.comments[(*path, 2, index)]}"
            for index, value in enumerate(values) if (*path, 2, index) in file.comments
        ]
        schema = {"type": "string", "enum": values}
        if lines:
            schema["description"] = "\n".join(lines)
        return file.described(path, schema)

    def paths(self):
        paths = {}
        for file in self.files:
            for name, (service, path) in file.services.items():
                for index, method in enumerate(service.get(2, [])):
                    method = fields(method)
                    words = file.comments.get((*path, 2, index), "")
                    paths[f"/{name}/{text(method, 1)}"] = {"post": self.operation(name, method, words)}
        return paths

    def operation(self, service, method, words):
        reply = self.reference(text(method, 3).lstrip("."))
        kind = "text/event-stream" if method.get(6, [0])[0] else "application/json"
        operation = {
            "operationId": f"{service}.{text(method, 1)}".replace(".", "_"),
            "tags": [service],
            "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in sorted(PARAMETERS)],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": self.reference(text(method, 2).lstrip("."))}},
            },
            "responses": {
                "200": {"description": "The reply.", "content": {kind: {"schema": reply}}},
                "default": {"$ref": "#/components/responses/Refusal"},
            },
        }
        if words:
            operation["description"] = words
        return operation

    def whole(self):
        paths = self.paths()
        event = self.reference("attune.v1.Event")
        paths["/v1/experiments/{name}/events"] = {"get": {
            "operationId": "experiment_events",
            "tags": ["attune.v1.Experiments"],
            "description": "The log of an experiment from a place on, and then every event once it is durable.",
            "parameters": [
                {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}},
                {"name": "after", "in": "query", "description": "The last event that the client has.",
                 "schema": {"type": "integer", "minimum": 0, "default": 0}},
            ],
            "responses": {
                "200": {"description": "Server-sent events, the data of each an Event.",
                        "content": {"text/event-stream": {"schema": event}}},
                "default": {"$ref": "#/components/responses/Refusal"},
            },
        }}
        for path, (words, kind) in PAGES.items():
            paths[path] = {"get": {
                "operationId": path.strip("/").replace(".", "_"), "tags": ["operation"], "description": words,
                "security": [{"bearer": []}, {}] if path == "/metrics" else [{}],
                "responses": {"200": {"description": words, "content": {kind: {"schema": {
                    "type": "object" if kind == "application/json" else "string"}}}},
                    "default": {"description": "Not so."}},
            }}
        return {
            "openapi": "3.1.0",
            "info": {
                "title": "Attune", "version": "v1",
                "description": "Hyperparameter tuning: every method of gRPC as POST with a body of JSON, in protobuf's "
                "mapping. Names of fields may also be given as the protos spell them.",
            },
            "security": [{"bearer": []}, {}],
            "paths": dict(sorted(paths.items())),
            "components": {
                "schemas": dict(sorted({**self.schemas, "Refusal": REFUSAL}.items())),
                "parameters": PARAMETERS,
                "responses": {"Refusal": {
                    "description": "Why the call was refused or failed.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}}},
                "securitySchemes": {"bearer": {
                    "type": "http", "scheme": "bearer",
                    "description": "A token that attune token create made. Needed where the store has one."}},
            },
        }


PAGES = {
    "/healthz": ("The process lives.", "text/plain"),
    "/readyz": ("The service takes calls and its store answers.", "text/plain"),
    "/metrics": ("What the service counts, for Prometheus.", "text/plain"),
    "/openapi.json": ("This document.", "application/json"),
}
PARAMETERS = {
    "namespace": {"name": "attune-namespace", "in": "header", "schema": {"type": "string", "default": "default"},
                  "description": "Whose experiments and metrics the call is about; else the token's only namespace."},
    "timeout": {"name": "grpc-timeout", "in": "header", "schema": {"type": "string"}, "example": "500m",
                "description": "How long the caller waits: up to eight digits and a unit, H M S m u n."},
    "trace": {"name": "traceparent", "in": "header", "schema": {"type": "string"},
              "description": "The caller's place in a trace (W3C Trace Context)."},
}
REFUSAL = {
    "type": "object", "required": ["code", "message", "details"],
    "properties": {
        "code": {"type": "integer", "description": "gRPC's status code."},
        "message": {"type": "string"},
        "details": {"type": "array", "items": {"type": "object"},
                    "description": "google.rpc.BadRequest, where fields of the request are at fault."},
    },
}


def main():
    with tempfile.NamedTemporaryFile() as descriptors:
        subprocess.run(
            ["protoc", "--include_source_info", "--include_imports", f"--descriptor_set_out={descriptors.name}", *PROTOS],
            cwd=HERE, check=True)
        data = pathlib.Path(descriptors.name).read_bytes()
    document = json.dumps(Document([File(file) for file in fields(data)[1]]).whole(), indent=1, ensure_ascii=False)
    if sys.argv[1:] == ["--json"]:
        print(document)
        return
    print("// Generated by openapi.py from the protos: make openapi.")
    print("\n/// The service as OpenAPI 3.1 describes it.")
    print('public let openAPIDocument = #"""')
    print("\n".join("    " + line for line in document.splitlines()))
    print('    """#')


main()
