/* The objects of OpenAPI 3.0 and 3.1 with their fields: the table behind every check of structure.
 */
#include "oas.h"

#define FIELD(name, type, shape, flags)                      \
	{                                                    \
		name, MRL_OAS_##type, MRL_OAS_##shape, flags \
	}
#define STRING(name) FIELD(name, STRING, ONE, 0)
#define BOOL(name)   FIELD(name, BOOL, ONE, 0)
#define NEEDED(name) FIELD(name, STRING, ONE, MRL_OAS_REQUIRED)

static const struct mrl_oas_field root[] = {
	NEEDED("openapi"),
	FIELD("info", INFO, ONE, MRL_OAS_REQUIRED),
	FIELD("jsonSchemaDialect", STRING, ONE, MRL_OAS_ONLY_31),
	FIELD("servers", SERVER, LIST, 0),
	FIELD("paths", PATHS, ONE, MRL_OAS_REQUIRED_30),
	FIELD("webhooks", PATH_ITEM, MAP, MRL_OAS_ONLY_31),
	FIELD("components", COMPONENTS, ONE, 0),
	FIELD("security", SECURITY_REQUIREMENT, LIST, 0),
	FIELD("tags", TAG, LIST, 0),
	FIELD("externalDocs", EXTERNAL_DOCS, ONE, 0),
};

static const struct mrl_oas_field info[] = {
	NEEDED("title"),
	NEEDED("version"),
	FIELD("summary", STRING, ONE, MRL_OAS_ONLY_31),
	STRING("description"),
	STRING("termsOfService"),
	FIELD("contact", CONTACT, ONE, 0),
	FIELD("license", LICENSE, ONE, 0),
};

static const struct mrl_oas_field contact[] = {STRING("name"), STRING("url"), STRING("email")};

static const struct mrl_oas_field license[] = {
	STRING("name"),
	FIELD("identifier", STRING, ONE, MRL_OAS_ONLY_31),
	STRING("url"),
};

static const struct mrl_oas_field server[] = {
	NEEDED("url"),
	STRING("description"),
	FIELD("variables", SERVER_VARIABLE, MAP, 0),
};

static const struct mrl_oas_field server_variable[] = {
	FIELD("enum", STRING, LIST, 0),
	NEEDED("default"),
	STRING("description"),
};

static const struct mrl_oas_field components[] = {
	FIELD("schemas", SCHEMA, MAP, 0),
	FIELD("responses", RESPONSE, MAP, 0),
	FIELD("parameters", PARAMETER, MAP, 0),
	FIELD("examples", EXAMPLE, MAP, 0),
	FIELD("requestBodies", REQUEST_BODY, MAP, 0),
	FIELD("headers", HEADER, MAP, 0),
	FIELD("securitySchemes", SECURITY_SCHEME, MAP, 0),
	FIELD("links", LINK, MAP, 0),
	FIELD("callbacks", CALLBACK, MAP, 0),
	FIELD("pathItems", PATH_ITEM, MAP, MRL_OAS_ONLY_31),
};

static const struct mrl_oas_field path_item[] = {
	STRING("$ref"),
	STRING("summary"),
	STRING("description"),
	FIELD("get", OPERATION, ONE, 0),
	FIELD("put", OPERATION, ONE, 0),
	FIELD("post", OPERATION, ONE, 0),
	FIELD("delete", OPERATION, ONE, 0),
	FIELD("options", OPERATION, ONE, 0),
	FIELD("head", OPERATION, ONE, 0),
	FIELD("patch", OPERATION, ONE, 0),
	FIELD("trace", OPERATION, ONE, 0),
	FIELD("servers", SERVER, LIST, 0),
	FIELD("parameters", PARAMETER, LIST, 0),
};

static const struct mrl_oas_field operation[] = {
	FIELD("tags", STRING, LIST, 0),
	STRING("summary"),
	STRING("description"),
	FIELD("externalDocs", EXTERNAL_DOCS, ONE, 0),
	STRING("operationId"),
	FIELD("parameters", PARAMETER, LIST, 0),
	FIELD("requestBody", REQUEST_BODY, ONE, 0),
	FIELD("responses", RESPONSES, ONE, MRL_OAS_REQUIRED_30),
	FIELD("callbacks", CALLBACK, MAP, 0),
	BOOL("deprecated"),
	FIELD("security", SECURITY_REQUIREMENT, LIST, 0),
	FIELD("servers", SERVER, LIST, 0),
};

static const struct mrl_oas_field external_docs[] = {STRING("description"), NEEDED("url")};

static const struct mrl_oas_field parameter[] = {
	NEEDED("name"),
	NEEDED("in"),
	STRING("description"),
	BOOL("required"),
	BOOL("deprecated"),
	BOOL("allowEmptyValue"),
	STRING("style"),
	BOOL("explode"),
	BOOL("allowReserved"),
	FIELD("schema", SCHEMA, ONE, 0),
	FIELD("example", ANY, ONE, 0),
	FIELD("examples", EXAMPLE, MAP, 0),
	FIELD("content", MEDIA_TYPE, MAP, 0),
};

static const struct mrl_oas_field header[] = {
	STRING("description"),
	BOOL("required"),
	BOOL("deprecated"),
	BOOL("allowEmptyValue"),
	STRING("style"),
	BOOL("explode"),
	BOOL("allowReserved"),
	FIELD("schema", SCHEMA, ONE, 0),
	FIELD("example", ANY, ONE, 0),
	FIELD("examples", EXAMPLE, MAP, 0),
	FIELD("content", MEDIA_TYPE, MAP, 0),
};

static const struct mrl_oas_field request_body[] = {
	STRING("description"),
	FIELD("content", MEDIA_TYPE, MAP, MRL_OAS_REQUIRED),
	BOOL("required"),
};

static const struct mrl_oas_field media_type[] = {
	FIELD("schema", SCHEMA, ONE, 0),
	FIELD("example", ANY, ONE, 0),
	FIELD("examples", EXAMPLE, MAP, 0),
	FIELD("encoding", ENCODING, MAP, 0),
};

static const struct mrl_oas_field encoding[] = {
	STRING("contentType"), FIELD("headers", HEADER, MAP, 0), STRING("style"), BOOL("explode"),
	BOOL("allowReserved"),
};

static const struct mrl_oas_field response[] = {
	STRING("description"),
	FIELD("headers", HEADER, MAP, 0),
	FIELD("content", MEDIA_TYPE, MAP, 0),
	FIELD("links", LINK, MAP, 0),
};

static const struct mrl_oas_field example[] = {
	STRING("summary"),
	STRING("description"),
	FIELD("value", ANY, ONE, 0),
	STRING("externalValue"),
};

static const struct mrl_oas_field link[] = {
	STRING("operationRef"),
	STRING("operationId"),
	FIELD("parameters", ANY, MAP, 0),
	FIELD("requestBody", ANY, ONE, 0),
	STRING("description"),
	FIELD("server", SERVER, ONE, 0),
};

static const struct mrl_oas_field tag[] = {
	NEEDED("name"),
	STRING("description"),
	FIELD("externalDocs", EXTERNAL_DOCS, ONE, 0),
};

static const struct mrl_oas_field security_scheme[] = {
	NEEDED("type"),
	STRING("description"),
	STRING("name"),
	STRING("in"),
	STRING("scheme"),
	STRING("bearerFormat"),
	FIELD("flows", OAUTH_FLOWS, ONE, 0),
	STRING("openIdConnectUrl"),
};

static const struct mrl_oas_field oauth_flows[] = {
	FIELD("implicit", OAUTH_FLOW, ONE, 0),
	FIELD("password", OAUTH_FLOW, ONE, 0),
	FIELD("clientCredentials", OAUTH_FLOW, ONE, 0),
	FIELD("authorizationCode", OAUTH_FLOW, ONE, 0),
};

static const struct mrl_oas_field oauth_flow[] = {
	STRING("authorizationUrl"),
	STRING("tokenUrl"),
	STRING("refreshUrl"),
	FIELD("scopes", STRING, MAP, 0),
};

#define OBJECT(title, ref, fields)                    \
	{                                             \
		title, ref, fields, MRL_COUNT(fields) \
	}

const struct mrl_oas_object mrl_oas_objects[MRL_OAS_TYPE_COUNT] = {
	[MRL_OAS_NONE] = {"nothing", false, NULL, 0},
	[MRL_OAS_ANY] = {"a value", false, NULL, 0},
	[MRL_OAS_STRING] = {"a string", false, NULL, 0},
	[MRL_OAS_BOOL] = {"a boolean", false, NULL, 0},
	[MRL_OAS_SCHEMA] = {"a Schema Object", false, NULL, 0},
	[MRL_OAS_ROOT] = OBJECT("an OpenAPI Object", false, root),
	[MRL_OAS_INFO] = OBJECT("an Info Object", false, info),
	[MRL_OAS_CONTACT] = OBJECT("a Contact Object", false, contact),
	[MRL_OAS_LICENSE] = OBJECT("a License Object", false, license),
	[MRL_OAS_SERVER] = OBJECT("a Server Object", false, server),
	[MRL_OAS_SERVER_VARIABLE] = OBJECT("a Server Variable Object", false, server_variable),
	[MRL_OAS_COMPONENTS] = OBJECT("a Components Object", false, components),
	[MRL_OAS_PATHS] = {"a Paths Object", false, NULL, 0},
	[MRL_OAS_PATH_ITEM] = OBJECT("a Path Item Object", true, path_item),
	[MRL_OAS_OPERATION] = OBJECT("an Operation Object", false, operation),
	[MRL_OAS_EXTERNAL_DOCS] = OBJECT("an External Documentation Object", false, external_docs),
	[MRL_OAS_PARAMETER] = OBJECT("a Parameter Object", true, parameter),
	[MRL_OAS_REQUEST_BODY] = OBJECT("a Request Body Object", true, request_body),
	[MRL_OAS_MEDIA_TYPE] = OBJECT("a Media Type Object", false, media_type),
	[MRL_OAS_ENCODING] = OBJECT("an Encoding Object", false, encoding),
	[MRL_OAS_RESPONSES] = {"a Responses Object", false, NULL, 0},
	[MRL_OAS_RESPONSE] = OBJECT("a Response Object", true, response),
	[MRL_OAS_CALLBACK] = {"a Callback Object", true, NULL, 0},
	[MRL_OAS_EXAMPLE] = OBJECT("an Example Object", true, example),
	[MRL_OAS_LINK] = OBJECT("a Link Object", true, link),
	[MRL_OAS_HEADER] = OBJECT("a Header Object", true, header),
	[MRL_OAS_TAG] = OBJECT("a Tag Object", false, tag),
	[MRL_OAS_SECURITY_SCHEME] = OBJECT("a Security Scheme Object", true, security_scheme),
	[MRL_OAS_OAUTH_FLOWS] = OBJECT("an OAuth Flows Object", false, oauth_flows),
	[MRL_OAS_OAUTH_FLOW] = OBJECT("an OAuth Flow Object", false, oauth_flow),
	[MRL_OAS_SECURITY_REQUIREMENT] = {"a Security Requirement Object", false, NULL, 0},
};
