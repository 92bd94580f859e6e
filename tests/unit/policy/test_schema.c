/* The JSON Schema of the policy: one document, with what the tables say. */
#include "fixture.h"

static uint8_t memory[65536];

static const struct mrl_node *read_schema(struct mrl_arena *arena)
{
	struct mrl_document_limits limits = MRL_DOCUMENT_LIMITS;
	struct mrl_diagnostics diagnostics = {.arena = arena};
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	const struct mrl_document *document;
	assert_int_equal(mrl_policy_schema(&buffer), MRL_OK);
	assert_int_equal(mrl_document_read(&limits, MRL_SLICE("schema.json"),
	                                   mrl_buffer_slice(&buffer), arena, &diagnostics,
	                                   &document),
	                 MRL_OK);
	return mrl_document_root(document);
}

static void says_what_the_tables_say(void **state)
{
	static const struct {
		const char *pointer, *text;
	} rows[] = {
		{"/$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"/additionalProperties", "false"},
		{"/required/0", "merlon"},
		{"/required/1", "apis"},
		{"/properties/merlon/maximum", "1"},
		{"/properties/problem_base/default", "urn:merlon:problem:"},
		{"/properties/listeners/items/additionalProperties", "false"},
		{"/properties/listeners/items/properties/client_ip/properties/source/enum/3",
	         "forwarded"},
		{"/properties/listeners/items/properties/public_port/maximum", "65535"},
		{"/properties/apis/items/properties/upstream/required/0", "url"},
		{"/properties/apis/items/properties/operations/additionalProperties/properties/"
	         "controls/$ref",
	         "#/$defs/controls"},
		{"/properties/exemptions/items/properties/reason/minLength", "10"},
		{"/properties/exemptions/items/properties/until/pattern",
	         "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
		{"/$defs/controls/additionalProperties", "false"},
		{"/$defs/controls/properties/cors/properties/credentials/default", "false"},
		{"/$defs/controls/properties/cors/properties/max_age/minimum", "-1"},
		{"/$defs/controls/properties/cors/properties/max_age/default", "600"},
		{"/$defs/controls/properties/cors/properties/max_age/description", "seconds"},
		{"/$defs/controls/properties/cors/properties/origins/maxItems", "3"},
		{"/$defs/controls/properties/cors/properties/mode/enum/1", "shadow"},
		{"/$defs/controls/properties/security_headers/properties/profile/default", "auto"},
		{"/$defs/controls/properties/security_headers/description", "preset"},
	};
	struct mrl_arena arena;
	(void)state;
	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 4 << 20);
	const struct mrl_node *schema = read_schema(&arena);
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		const struct mrl_node *node = mrl_node_pointer(schema,
		                                               mrl_slice_text(rows[i].pointer));
		check_row(node != NULL && mrl_slice_is(node->text, rows[i].text), rows[i].pointer);
	}
	assert_null(mrl_node_pointer(
		schema, MRL_SLICE("/$defs/controls/properties/security_headers/properties/mode")));
	mrl_arena_release(&arena);
}

static void wants_room(void **state)
{
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	(void)state;
	assert_int_equal(mrl_policy_schema(&buffer), MRL_OK);
	size_t needed = buffer.size;
	buffer = mrl_buffer(memory, needed);
	assert_int_equal(mrl_policy_schema(&buffer), MRL_OK);
	buffer = mrl_buffer(memory, needed - 1);
	assert_int_equal(mrl_policy_schema(&buffer), MRL_ERR_FULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_the_tables_say),
		cmocka_unit_test(wants_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
