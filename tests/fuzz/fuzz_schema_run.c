/*
 * The validator against the plain interpreter of tests/naive, over schemas and values made of the
 * input: the same verdict, a failure that both find, and what the closed world accepts the open
 * world accepts too.
 */
#include "fuzz.h"

#include "generate.h"
#include "naive.h"
#include "tape.h"

#define TEXT_BYTES  (64 << 10)
#define ARENA_BYTES (64 << 20)

/* What is judged, and under which options. */
struct pair {
	struct mrl_slice schema_text, value_text;
	struct mrl_schema_source source;
	struct mrl_schema_entry entry;
	struct mrl_schema_options options;
	struct mrl_json_doc doc;
	int number; /* of the definition that is the entry */
};

static struct naive_result naive_result;

static void set_options(struct generator *generator, struct mrl_schema_options *options)
{
	*options = (struct mrl_schema_options){
		.dialect = (enum mrl_dialect)generate_pick(generator, MRL_DIALECT_COUNT),
		.direction = (enum mrl_direction)generate_pick(generator, 3),
		.assert_formats = generate_pick(generator, 2) != 0,
		.case_variants = generate_pick(generator, 4) == 3,
		.read_only_required_strict = generate_pick(generator, 4) == 3,
		.discriminator_unknown = generate_pick(generator, 4) == 3,
		.free_form = generate_pick(generator, 4) == 3 ? MRL_FREE_FORM_EMPTY
	                                                      : MRL_FREE_FORM_ALLOW,
		.read_only = (enum mrl_read_only)(generate_pick(generator, 4) == 3),
		.numbers = (enum mrl_numbers)generate_pick(generator, 3),
	};
	generator->dialect = options->dialect;
	if (options->dialect != MRL_DIALECT_OAS_30 && options->dialect != MRL_DIALECT_OAS_31) {
		options->direction = MRL_DIRECTION_NONE; /* a matter of OpenAPI */
	}
}

static bool make(const uint8_t *data, size_t size, struct mrl_arena *arena, struct pair *pair)
{
	struct generator generator = {.data = data, .size = size};
	generator.out = mrl_buffer(mrl_arena_alloc(arena, TEXT_BYTES, 1), TEXT_BYTES);
	set_options(&generator, &pair->options);
	unsigned entry = generate_pick(&generator, GENERATE_DEFS);
	generate_document(&generator);
	pair->schema_text = mrl_buffer_slice(&generator.out);
	pair->source.uri = pair->entry.uri = MRL_SLICE(GENERATE_BASE);
	pair->source.root = load_text(pair->schema_text, arena);
	FUZZ_CHECK(generator.out.overflow || pair->source.root != NULL);
	if (generator.out.overflow) {
		return false;
	}
	pair->number = (int)entry;
	pair->entry.node = generate_def(pair->source.root, entry);
	generator.out = mrl_buffer(mrl_arena_alloc(arena, TEXT_BYTES, 1), TEXT_BYTES);
	generate_value(&generator, pair->source.root, pair->entry.node);
	pair->value_text = mrl_buffer_slice(&generator.out);
	return !generator.out.overflow;
}

static bool read_value(struct mrl_arena *arena, struct pair *pair)
{
	struct mrl_json_limits limits = MRL_JSON_LIMITS;
	struct mrl_json_fault fault;
	FUZZ_CHECK(mrl_json_read(&limits, mrl_json_scan_best(), pair->value_text, arena, &pair->doc,
	                         &fault) == MRL_OK);
	return fault.code == MRL_JSON_NONE;
}

static bool run(const struct pair *pair, struct mrl_arena *arena,
                struct mrl_schema_result *ret_result)
{
	static const uint8_t seed[16];
	static const struct mrl_schema_allowance allowance = {.steps = 10000000,
	                                                      .regex_steps = 1000000};
	const struct mrl_program *program;
	struct mrl_diagnostics diagnostics = {.arena = arena};
	enum mrl_err err = mrl_schema_compile(&pair->options, &pair->entry, 1, arena, &diagnostics,
	                                      &program);
	if (err != MRL_OK) {
		FUZZ_CHECK(err == MRL_ERR_INVALID && diagnostics.errors != 0);
		return false;
	}
	FUZZ_CHECK(mrl_schema_run(program, 0, &pair->doc, pair->doc.nodes, arena, seed, &allowance,
	                          ret_result) == MRL_OK);
	return ret_result->outcome != MRL_SCHEMA_EXHAUSTED;
}

static void tell_failure(const struct pair *pair, struct mrl_slice keyword,
                         const struct mrl_json_node *node)
{
	char memory[512];
	struct mrl_buffer pointer = mrl_buffer(memory, sizeof(memory));
	mrl_json_pointer(&pair->doc, node, sizeof(memory), &pointer);
	fprintf(stderr, " %.*s at \"%.*s\"", MRL_PRINT(keyword),
	        MRL_PRINT(mrl_buffer_slice(&pointer)));
}

static void tell(const struct pair *pair, const struct mrl_schema_result *result)
{
	const struct mrl_schema_options *options = &pair->options;
	fprintf(stderr, "schema: %.*s\nentry: D%d\nvalue: %.*s\n", MRL_PRINT(pair->schema_text),
	        pair->number, MRL_PRINT(pair->value_text));
	fprintf(stderr,
	        "dialect %d world %d direction %d formats %d case_variants %d strict %d unknown %d "
	        "free_form %d read_only %d numbers %d\nvalidator:",
	        options->dialect, options->world, options->direction, options->assert_formats,
	        options->case_variants, options->read_only_required_strict,
	        options->discriminator_unknown, options->free_form, options->read_only,
	        options->numbers);
	if (result->outcome == MRL_SCHEMA_INVALID) {
		tell_failure(pair, result->keyword, result->node);
	} else {
		fprintf(stderr, " valid");
	}
	fprintf(stderr, "\nnaive:%s", naive_result.verdict == NAIVE_VALID ? " valid" : "");
	for (uint32_t i = 0; i < naive_result.count && i < 16; i++) {
		tell_failure(pair, mrl_slice_text(naive_result.failures[i].keyword),
		             naive_result.failures[i].node);
	}
	fprintf(stderr, "\n");
}

static void compare(const struct pair *pair, struct mrl_arena *arena,
                    const struct mrl_schema_result *result)
{
	struct naive *naive = naive_open(&pair->options, arena);
	FUZZ_CHECK(naive != NULL);
	naive_validate(naive, &pair->entry, &pair->doc, pair->doc.nodes, &naive_result);
	if (naive_result.verdict == NAIVE_GAVE_UP) {
		return;
	}
	bool valid = result->outcome == MRL_SCHEMA_VALID;
	bool same = valid == (naive_result.verdict == NAIVE_VALID) &&
	            (valid || naive_found(&naive_result, result->keyword, result->node));
	if (!same) {
		tell(pair, result);
	}
	FUZZ_CHECK(same);
}

/* `required` is then less than the standard asks. */
static bool waives(const struct mrl_schema_options *options)
{
	return options->direction != MRL_DIRECTION_NONE && !options->read_only_required_strict;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mrl_arena arena;
	struct pair pair = {0};
	struct mrl_schema_result open, closed;
	mrl_arena_init(&arena, &mrl_memory_malloc, 1 << 16, ARENA_BYTES);
	if (make(data, size, &arena, &pair) && read_value(&arena, &pair)) {
		pair.options.sources = &pair.source;
		pair.options.source_count = 1;
		enum mrl_numbers numbers = pair.options.numbers;
		pair.options.world = MRL_WORLD_OPEN;
		pair.options.numbers = MRL_NUMBERS_EXACT; /* the policy is the gateway's */
		bool open_ran = run(&pair, &arena, &open);
		if (open_ran) {
			compare(&pair, &arena, &open);
		}
		pair.options.world = MRL_WORLD_CLOSED;
		pair.options.numbers = numbers;
		bool closed_ran = run(&pair, &arena, &closed);
		if (closed_ran) {
			compare(&pair, &arena, &closed);
			FUZZ_CHECK(!open_ran || closed.outcome != MRL_SCHEMA_VALID ||
			           open.outcome == MRL_SCHEMA_VALID || waives(&pair.options));
		}
	}
	mrl_arena_release(&arena);
	return 0;
}
