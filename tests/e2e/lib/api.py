"""The API of the tests: an OpenAPI document with one operation for each thing that the gateway tells apart."""

# Open on purpose: most tests are about other things than the names in a body.
JSON_OBJECT = {"application/json": {"schema": {"type": "object", "additionalProperties": True}}}
TEXT = {"text/plain": {"schema": {"type": "string", "maxLength": 100000}}}
LONG_TEXT = {"text/plain": {"schema": {"type": "string", "maxLength": 4000000}}}
STRICT = {"application/json": {"schema": {"type": "object", "properties": {"p": {"type": "string", "pattern": "^(?=(a+)+$)a"}}}}}


def replies(content=None, **more):
    return {"200": {"description": "Done.", "content": JSON_OBJECT if content is None else content}, **more}


def body(content=None):
    return {"required": True, "content": JSON_OBJECT if content is None else content}


def declared(content=None):
    return {"description": "Refused.", "content": JSON_OBJECT if content is None else content}


def operation(name, **more):
    return {"operationId": name, "responses": replies(), **more}


ITEM_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "maxLength": 1000}}

QUERY = {"name": "q", "in": "query", "schema": {"type": "array", "items": {"type": "string", "maxLength": 20000}}}

PATHS = {
    "/items": {
        "get": operation("listItems", parameters=[QUERY]),
        "post": operation("createItem", requestBody=body({**JSON_OBJECT, **TEXT})),
    },
    "/items/{id}": {
        "parameters": [ITEM_ID, QUERY],
        "get": operation("getItem", responses=replies(**{"404": declared()})),
        "patch": operation("changeItem", requestBody=body()),
    },
    "/upload": {"post": operation("upload", requestBody=body(LONG_TEXT))},
    "/strict": {"post": operation("strict", requestBody=body(STRICT)), "get": operation("readStrict", responses=replies(STRICT))},
    "/page": {"get": operation("showPage", responses=replies({"text/html": {"schema": {"type": "string"}}}))},
    "/public": {"get": operation("readPublic", security=[])},
    "/events": {"get": operation("followEvents", security=[], responses=replies(
        {"text/event-stream": {"schema": {"type": "string"}}}))},
}

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Items", "version": "1.0.0"},
    "servers": [{"url": "/v1"}],
    "paths": PATHS,
    "security": [{"token": []}],
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
}


def document(paths, **more):
    """The same head over other paths."""
    return {**DOCUMENT, "paths": paths, **more}
