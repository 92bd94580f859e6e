/*
 * JSON Schema (2020-12, 2019-09, draft 7, draft 4, and the dialects of OpenAPI 3.0 and 3.1):
 * compiled once at load into a flat immutable program, run over a tape without I/O, locks or
 * allocation beyond the request's arena, in bounded steps.
 */
#ifndef MERLON_SCHEMA_H
#define MERLON_SCHEMA_H

#include <merlon/document.h>
#include <merlon/json.h>

enum mrl_dialect {
	MRL_DIALECT_2020_12,
	MRL_DIALECT_2019_09,
	MRL_DIALECT_7,
	MRL_DIALECT_4,
	MRL_DIALECT_OAS_30,
	MRL_DIALECT_OAS_31, /* 2020-12 with discriminator, xml, externalDocs, example */
};
#define MRL_DIALECT_COUNT 6

/* CLOSED [INPUT-2]: what no applied schema declares is refused. */
enum mrl_world { MRL_WORLD_OPEN, MRL_WORLD_CLOSED };
enum mrl_direction { MRL_DIRECTION_NONE, MRL_DIRECTION_REQUEST, MRL_DIRECTION_REPLY };

/* A document that references may reach, by absolute URI without fragment. */
struct mrl_schema_source {
	struct mrl_slice uri;
	const struct mrl_node *root;
};

/* Limits put on what a schema leaves unbounded [INPUT-3]; 0: none. */
struct mrl_schema_caps {
	uint32_t string_chars;
	uint32_t array_items;
	uint32_t object_members; /* of open objects */
};

enum mrl_free_form { MRL_FREE_FORM_ERROR, MRL_FREE_FORM_ALLOW, MRL_FREE_FORM_EMPTY };
enum mrl_read_only { MRL_READ_ONLY_REFUSE, MRL_READ_ONLY_ALLOW };
enum mrl_numbers { MRL_NUMBERS_EXACT, MRL_NUMBERS_INT64, MRL_NUMBERS_IJSON };

struct mrl_schema_options {
	enum mrl_dialect dialect; /* where a document names none */
	enum mrl_world world;
	enum mrl_direction direction;
	bool assert_formats;
	bool content_assert;  /* draft 7: contentEncoding base64, contentMediaType application/json
	                       */
	bool notes;           /* findings that are no fault are told too: what is capped */
	bool bounds_required; /* unbounded strings, arrays, open objects are errors, not capped */
	bool case_variants;   /* open objects: names equal to declared ones but for case pass */
	bool read_only_required_strict;
	bool discriminator_unknown; /* an unknown value passes */
	enum mrl_free_form free_form;
	enum mrl_read_only read_only;
	enum mrl_numbers numbers;
	struct mrl_schema_caps caps; /* of request or reply bodies */
	const struct mrl_schema_source *sources;
	uint32_t source_count;
	/* A document that no source has; NULL port: unknown URIs are errors. Nothing is ever read
	 * over a network: the host reads files only. MRL_ERR_NOT_FOUND. */
	enum mrl_err (*read)(void *host, struct mrl_slice uri, const struct mrl_node **ret_root);
	void *host;
};

/* One schema to be an entry of the program. */
struct mrl_schema_entry {
	const struct mrl_node *node;
	struct mrl_slice uri;        /* the base URI of its document, as in `sources` */
	bool parameter;              /* smaller caps: see mrl_schema_caps of the caller */
	struct mrl_schema_caps caps; /* instead of the options'; all 0: those */
};

/* What stays unbounded and was capped, told per entry: the load report. */
struct mrl_schema_counts {
	uint32_t strings, strings_capped;
	uint32_t arrays, arrays_capped;
	uint32_t open_objects;
};

struct mrl_program;

/*
 * All entries into one program; components that several reach are compiled once. All findings go
 * to `diagnostics`; MRL_ERR_INVALID if one is an error.
 */
MRL_CHECKED enum mrl_err mrl_schema_compile(const struct mrl_schema_options *options,
                                            const struct mrl_schema_entry *entries,
                                            uint32_t entry_count, struct mrl_arena *arena,
                                            struct mrl_diagnostics *diagnostics,
                                            const struct mrl_program **ret_program);

enum mrl_schema_outcome { MRL_SCHEMA_VALID, MRL_SCHEMA_INVALID, MRL_SCHEMA_EXHAUSTED };

struct mrl_schema_result {
	enum mrl_schema_outcome outcome;
	struct mrl_slice keyword;         /* INVALID: "maximum", "undeclared"; of the program */
	const struct mrl_json_node *node; /* INVALID: where; for `required` the object */
	bool capped;                      /* a cap refused, not the document */
	uint32_t site;                    /* for mrl_program_site */
	uint64_t steps;
	uint32_t regex_steps;
};

struct mrl_schema_allowance {
	uint64_t steps;       /* max(ops_min, ops_per_byte x judged bytes) */
	uint32_t regex_steps; /* of the backtracking engine */
};

/*
 * Judges the subtree at `root` (its flags and slots are the validator's to write). The first
 * failure found is fixed for the same bytes and program. A status other than MRL_OK is ours.
 */
MRL_CHECKED enum mrl_err mrl_schema_run(const struct mrl_program *program, uint32_t entry,
                                        const struct mrl_json_doc *doc, struct mrl_json_node *root,
                                        struct mrl_arena *scratch, const uint8_t seed[16],
                                        const struct mrl_schema_allowance *allowance,
                                        struct mrl_schema_result *ret_result);

/* The types that an entry admits in place through $ref and allOf: a mask of mrl_json_kind, with
 * INTEGER where only integers are; for typing parameters and form fields. */
uint8_t mrl_program_types(const struct mrl_program *program, uint32_t entry);
void mrl_program_counts(const struct mrl_program *program, uint32_t entry,
                        struct mrl_schema_counts *ret_counts);
size_t mrl_program_bytes(const struct mrl_program *program);
/* "openapi.yaml#/components/schemas/Pet/properties/name" of result.site. */
struct mrl_slice mrl_program_site(const struct mrl_program *program, uint32_t site);
/* One line an op, for `merlon explain` and tests. */
void mrl_program_text(const struct mrl_program *program, struct mrl_buffer *buffer);

/*
 * Formats [INPUT-1 INPUT-3]: total, no allocation.
 */
struct mrl_format {
	const char *name;
	uint8_t kinds;      /* STRING or NUMBER: others pass */
	uint32_t chars_max; /* intrinsic maximum in code points; 0: none */
	bool (*valid)(struct mrl_slice text, enum mrl_dialect dialect);
};
/* NULL: unknown. */
const struct mrl_format *mrl_format_find(struct mrl_slice name);

/*
 * Regular expressions: ECMA-262 with the `u` flag's meaning, searched. Linear engines first;
 * lookaround and backreferences alone by PCRE2 under a step budget.
 */
struct mrl_regex;
struct mrl_regex_error {
	const char *what;
	uint32_t offset; /* in bytes of the pattern */
};
enum mrl_regex_engine {
	MRL_REGEX_FIXED, /* literal, prefix, suffix, class{m,n}, alternation of literals */
	MRL_REGEX_DFA,
	MRL_REGEX_NFA,
	MRL_REGEX_BACKTRACK,
};
/* MRL_ERR_INVALID: `ret_error` says what and where. */
MRL_CHECKED enum mrl_err mrl_regex_compile(struct mrl_slice pattern, struct mrl_arena *arena,
                                           const struct mrl_regex **ret_regex,
                                           struct mrl_regex_error *ret_error);
enum mrl_regex_engine mrl_regex_engine(const struct mrl_regex *regex);
/* The longest string of the whole language in code points (anchored at both ends), or UINT32_MAX:
 * none. */
uint32_t mrl_regex_chars_max(const struct mrl_regex *regex);
bool mrl_regex_anchored(const struct mrl_regex *regex); /* `^` and `$` around all of it */
enum mrl_regex_outcome { MRL_REGEX_NO, MRL_REGEX_YES, MRL_REGEX_EXHAUSTED };
/* `text` is valid UTF-8. Steps taken are taken off `steps` (linear engines) and `regex_steps`
 * (backtracking). EXHAUSTED is never "no match". `scratch` may be used by the NFA. */
enum mrl_regex_outcome mrl_regex_search(const struct mrl_regex *regex, struct mrl_slice text,
                                        struct mrl_arena *scratch, uint64_t *steps,
                                        uint32_t *regex_steps);
/* The pattern's syntax alone: format `regex`. */
bool mrl_regex_valid(struct mrl_slice pattern);

#endif
