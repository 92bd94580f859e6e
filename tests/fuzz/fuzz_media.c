/* Media types: accepted exactly when the grammar says so, and the same when written again. */
#include "grammar.h"

#include <merlon/http.h>

#define TOKEN  FUZZ_TOKEN "+"
#define QUOTED "\"([^\"\\\x7F\x01-\x1F]|\t)*\""

static const char type_grammar[] = "^[ \t]*" TOKEN "/" TOKEN "[ \t]*(;.*)?$";
static const char parameter_grammar[] = "^[ \t]*" TOKEN "/" TOKEN "([ \t]*;[ \t]*(" TOKEN "=(" TOKEN
					"|" QUOTED "))?)*[ \t]*$";

/* Reads all parameters; writes those that were good, each value quoted. */
static bool read_parameters(struct mrl_slice rest, struct mrl_buffer *buffer, size_t *ret_count)
{
	struct mrl_slice name;
	struct mrl_slice value;
	size_t count = 0;
	bool bad = false;
	while (mrl_media_parameter(&rest, &name, &value, &bad)) {
		FUZZ_CHECK(!bad && name.size != 0);
		MRL_PUT(buffer, ";");
		mrl_buffer_put(buffer, name);
		MRL_PUT(buffer, "=\"");
		mrl_buffer_put(buffer, value);
		MRL_PUT(buffer, "\"");
		count++;
	}
	*ret_count = count;
	return !bad;
}

static void check_rewritten(const struct mrl_media_type *type, struct mrl_slice value)
{
	uint8_t memory[2][16 * FUZZ_REGEX_BYTES];
	struct mrl_buffer first = mrl_buffer(memory[0], sizeof(memory[0]));
	struct mrl_buffer second = mrl_buffer(memory[1], sizeof(memory[1]));
	struct mrl_media_type again;
	size_t count;
	size_t count_again;
	mrl_buffer_put(&first, type->type);
	MRL_PUT(&first, "/");
	mrl_buffer_put(&first, type->subtype);
	bool good = read_parameters(type->parameters, &first, &count);
	FUZZ_CHECK(good == fuzz_matches(parameter_grammar, value));
	FUZZ_CHECK(!first.overflow);
	FUZZ_CHECK(mrl_media_type_parse(mrl_buffer_slice(&first), &again));
	FUZZ_CHECK(mrl_slice_equal(again.type, type->type));
	FUZZ_CHECK(mrl_slice_equal(again.subtype, type->subtype));
	mrl_buffer_put(&second, again.type);
	MRL_PUT(&second, "/");
	mrl_buffer_put(&second, again.subtype);
	FUZZ_CHECK(read_parameters(again.parameters, &second, &count_again));
	FUZZ_CHECK(count == count_again);
	FUZZ_CHECK(mrl_slice_equal(mrl_buffer_slice(&first), mrl_buffer_slice(&second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mrl_slice value = mrl_slice(data, size);
	struct mrl_media_type type;
	if (!fuzz_regex_can(value)) {
		(void)!mrl_media_type_parse(value, &type);
		return 0;
	}
	bool good = mrl_media_type_parse(value, &type);
	FUZZ_CHECK(good == fuzz_matches(type_grammar, value));
	if (!good) {
		return 0;
	}
	bool has_suffix = mrl_slice_find(type.subtype, '+') < type.subtype.size;
	FUZZ_CHECK(has_suffix || type.suffix.size == 0);
	FUZZ_CHECK(mrl_slice_ends(type.subtype, type.suffix));
	FUZZ_CHECK(mrl_slice_find(type.suffix, '+') == type.suffix.size);
	check_rewritten(&type, value);
	return 0;
}
