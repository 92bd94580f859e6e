/* Findings of a document as text, JSON and SARIF 2.1.0 (OASIS). */
#include "json_out.h"
#include "lint.h"
#include "text.h"

static const char *const severities[] = {
	[MRL_NOTE] = "note", [MRL_WARNING] = "warning", [MRL_ERROR] = "error"};
static const char *const colours[] = {
	[MRL_NOTE] = "\033[36m", [MRL_WARNING] = "\033[33m", [MRL_ERROR] = "\033[31m"};

const struct mrl_lint_rule mrl_lint_rules[] = {
	{"js-dialect", "a dialect of JSON Schema that is not known"},
	{"js-format", "a format that is not known and never asserted"},
	{"js-keyword", "a name that is no keyword and says nothing"},
	{"js-pattern", "a pattern that is not one of ECMA-262 with the u flag"},
	{"js-ref-loop", "a reference that comes back to itself without a step into the value"},
	{"js-value", "a keyword's value is not of the kind that is due"},
	{"oa-any", "nothing is said of what may stand there"},
	{"oa-array-max", "an array without maximum"},
	{"oa-backtrack", "a pattern that is not matched in linear time"},
	{"oa-get-body", "a body for a method that usually has none"},
	{"oa-header-ignored", "a header parameter that OpenAPI ignores"},
	{"oa-keyword", "a keyword that this version of OpenAPI does not have"},
	{"oa-limit", "the document is larger than any is read"},
	{"oa-map-max", "an open object without maximum"},
	{"oa-maxlength", "a string without maximum"},
	{"oa-media-unjudged", "a media type that no schema can judge"},
	{"oa-media-wild", "a range lets the client choose how its body is read"},
	{"oa-never", "a required name that no schema lets in"},
	{"oa-nullable", "nullable without effect"},
	{"oa-operation-id", "two operations have one operationId"},
	{"oa-param", "a parameter that cannot be read"},
	{"oa-param-collision", "two parameters claim one name"},
	{"oa-path-clash", "two paths can take the same request"},
	{"oa-path-reserved", "a path that Merlon keeps for itself"},
	{"oa-path-same", "two paths differ only in names of parameters"},
	{"oa-pattern", "a pattern that need not match the whole string"},
	{"oa-range", "a number without range"},
	{"oa-ref", "a reference that leads nowhere"},
	{"oa-ref-sibling", "keywords beside $ref that are ignored"},
	{"oa-security", "an operation that anybody may call"},
	{"oa-server", "a server whose base path cannot be told"},
	{"oa-structure", "something is not where OpenAPI has it"},
	{"oa-style", "a style that OpenAPI does not define there"},
	{"oa-syntax", "no well-formed YAML or JSON"},
	{"oa-trace", "TRACE, which is never routed"},
	{"oa-version", "a version of OpenAPI that is not read"},
	{"oa-yaml11", "a scalar that YAML 1.1 reads otherwise"},
	{NULL, NULL},
};

uint32_t mrl_lint_notes(const struct mrl_lint *lint)
{
	uint32_t notes = 0;
	for (const struct mrl_diagnostic *d = lint->diagnostics.first; d != NULL; d = d->next) {
		notes += d->severity == MRL_NOTE;
	}
	return notes;
}

/* ---- Text -------------------------------------------------------------------------------------
 */

static void print_one(const struct mrl_diagnostic *d, bool colour)
{
	printf("%.*s", MRL_PRINT(d->file));
	if (d->line != 0) {
		printf(":%u:%u", d->line, d->column);
	}
	printf(": %s%s%s %s: %.*s (#%.*s)\n", colour ? colours[d->severity] : "",
	       severities[d->severity], colour ? "\033[0m" : "", d->code, MRL_PRINT(d->message),
	       MRL_PRINT(d->pointer));
	if (d->hint.size != 0) {
		printf("    hint: %.*s\n", MRL_PRINT(d->hint));
	}
}

static void print_counted(uint32_t count, const char *what, uint32_t capped)
{
	printf("%u %s%s", count, what, count == 1 ? "" : "s");
	if (capped != 0) {
		printf(" (%u capped)", capped);
	}
}

static void print_report(const struct mrl_lint *lint)
{
	for (uint32_t i = 0; lint->inputs != NULL && i < lint->document->operation_count; i++) {
		const struct mrl_operation *operation = &lint->document->operations[i];
		struct mrl_schema_counts counts;
		mrl_input_counts(mrl_input_of(lint->inputs, operation), &counts);
		printf("%.*s: ", MRL_PRINT(operation->name));
		print_counted(counts.strings, "string", counts.strings_capped);
		printf(", ");
		print_counted(counts.arrays, "array", counts.arrays_capped);
		printf(", %u open object%s\n", counts.open_objects,
		       counts.open_objects == 1 ? "" : "s");
	}
}

void mrl_lint_text(const struct mrl_cli *cli, const struct mrl_lint *lint)
{
	const struct mrl_diagnostics *found = &lint->diagnostics;
	uint32_t notes = mrl_lint_notes(lint);
	for (const struct mrl_diagnostic *d = found->first; d != NULL; d = d->next) {
		print_one(d, cli->colour_out);
	}
	if (found->dropped != 0) {
		printf("%u more findings are not shown\n", found->dropped);
	}
	print_report(lint);
	printf("%.*s: %u error%s, %u warning%s, %u note%s\n", MRL_PRINT(lint->file), found->errors,
	       found->errors == 1 ? "" : "s", found->warnings, found->warnings == 1 ? "" : "s",
	       notes, notes == 1 ? "" : "s");
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

static void put_operations(struct mrl_out *json, const struct mrl_lint *lint)
{
	mrl_out_open(json, "operations", '[');
	for (uint32_t i = 0; lint->inputs != NULL && i < lint->document->operation_count; i++) {
		const struct mrl_operation *operation = &lint->document->operations[i];
		struct mrl_schema_counts counts;
		mrl_input_counts(mrl_input_of(lint->inputs, operation), &counts);
		mrl_out_open(json, NULL, '{');
		mrl_out_slice(json, "operation", operation->name);
		mrl_out_number(json, "strings", counts.strings);
		mrl_out_number(json, "strings_capped", counts.strings_capped);
		mrl_out_number(json, "arrays", counts.arrays);
		mrl_out_number(json, "arrays_capped", counts.arrays_capped);
		mrl_out_number(json, "open_objects", counts.open_objects);
		mrl_out_close(json);
	}
	mrl_out_close(json);
}

void mrl_lint_json(const struct mrl_lint *lint)
{
	struct mrl_out json = mrl_out_begin(stdout);
	mrl_out_open(&json, NULL, '{');
	mrl_out_slice(&json, "file", lint->file);
	mrl_out_bool(&json, "ok", lint->diagnostics.errors == 0);
	mrl_out_number(&json, "errors", lint->diagnostics.errors);
	mrl_out_number(&json, "warnings", lint->diagnostics.warnings);
	mrl_out_number(&json, "notes", mrl_lint_notes(lint));
	mrl_out_open(&json, "findings", '[');
	for (const struct mrl_diagnostic *d = lint->diagnostics.first; d != NULL; d = d->next) {
		mrl_out_open(&json, NULL, '{');
		mrl_out_text(&json, "severity", severities[d->severity]);
		mrl_out_text(&json, "code", d->code);
		mrl_out_slice(&json, "file", d->file);
		mrl_out_number(&json, "line", d->line);
		mrl_out_number(&json, "column", d->column);
		mrl_out_slice(&json, "pointer", d->pointer);
		mrl_out_slice(&json, "message", d->message);
		mrl_out_slice(&json, "hint", d->hint);
		mrl_out_close(&json);
	}
	mrl_out_close(&json);
	put_operations(&json, lint);
	mrl_out_finish(&json);
}

/* ---- SARIF ------------------------------------------------------------------------------------
 */

static void put_driver(struct mrl_out *json)
{
	mrl_out_open(json, "tool", '{');
	mrl_out_open(json, "driver", '{');
	mrl_out_text(json, "name", "merlon lint");
	mrl_out_text(json, "version", MRL_VERSION);
	mrl_out_open(json, "rules", '[');
	for (const struct mrl_lint_rule *rule = mrl_lint_rules; rule->code != NULL; rule++) {
		mrl_out_open(json, NULL, '{');
		mrl_out_text(json, "id", rule->code);
		mrl_out_open(json, "shortDescription", '{');
		mrl_out_text(json, "text", rule->meaning);
		mrl_out_close(json);
		mrl_out_close(json);
	}
	mrl_out_close(json);
	mrl_out_close(json);
	mrl_out_close(json);
}

static void put_place(struct mrl_out *json, const struct mrl_diagnostic *d)
{
	mrl_out_open(json, "locations", '[');
	mrl_out_open(json, NULL, '{');
	mrl_out_open(json, "physicalLocation", '{');
	mrl_out_open(json, "artifactLocation", '{');
	mrl_out_slice(json, "uri", d->file);
	mrl_out_close(json);
	if (d->line != 0) {
		mrl_out_open(json, "region", '{');
		mrl_out_number(json, "startLine", d->line);
		mrl_out_number(json, "startColumn", d->column);
		mrl_out_close(json);
	}
	mrl_out_close(json);
	mrl_out_open(json, "logicalLocations", '[');
	mrl_out_open(json, NULL, '{');
	mrl_out_slice(json, "fullyQualifiedName", d->pointer);
	mrl_out_close(json);
	mrl_out_close(json);
	mrl_out_close(json);
	mrl_out_close(json);
}

static void put_result(struct mrl_out *json, const struct mrl_lint *lint,
                       const struct mrl_diagnostic *d)
{
	char *text = mrl_text(lint->arena, "%.*s%s%.*s", MRL_PRINT(d->message),
	                      d->hint.size != 0 ? "; " : "", MRL_PRINT(d->hint));
	mrl_out_open(json, NULL, '{');
	mrl_out_text(json, "ruleId", d->code);
	mrl_out_text(json, "level", severities[d->severity]);
	mrl_out_open(json, "message", '{');
	mrl_out_text(json, "text", text);
	mrl_out_close(json);
	put_place(json, d);
	mrl_out_close(json);
}

void mrl_lint_sarif(const struct mrl_lint *lint)
{
	struct mrl_out json = mrl_out_begin(stdout);
	mrl_out_open(&json, NULL, '{');
	mrl_out_text(&json, "$schema",
	             "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
	             "sarif-schema-2.1.0.json");
	mrl_out_text(&json, "version", "2.1.0");
	mrl_out_open(&json, "runs", '[');
	mrl_out_open(&json, NULL, '{');
	put_driver(&json);
	mrl_out_text(&json, "columnKind", "unicodeCodePoints");
	mrl_out_open(&json, "results", '[');
	for (const struct mrl_diagnostic *d = lint->diagnostics.first; d != NULL; d = d->next) {
		put_result(&json, lint, d);
	}
	mrl_out_finish(&json);
}
