/*
 * The published JWS and JWK vectors [AUTH-5]. 46 signatures are marked valid; 14 of them are
 * refused on purpose: HMAC, a character outside of base64url, and keys whose `alg` is another.
 */
#include "../check.h"

#include <stdio.h>
#include <stdlib.h>

#include <merlon/jose.h>

#define SKIPPED 77

static char folder[4096];
static struct mrl_jose jose;
static struct mrl_arena arena;

static struct mrl_slice read_file(const char *name)
{
	char path[8192];
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	uint8_t *data = mrl_arena_alloc(&arena, 4U << 20, 1);
	assert_non_null(data);
	size_t size = fread(data, 1, 4U << 20, file);
	(void)fclose(file);
	return mrl_slice(data, size);
}

static const struct mrl_json_node *member(const struct mrl_json_doc *doc,
                                          const struct mrl_json_node *object, const char *name)
{
	return mrl_jose_member(doc, object, mrl_slice_text(name));
}

static struct mrl_slice text_of(const struct mrl_json_doc *doc, const struct mrl_json_node *node)
{
	uint8_t *data = mrl_arena_alloc(&arena, 1U << 17, 1);
	assert_non_null(data);
	struct mrl_buffer buffer = mrl_buffer(data, 1U << 17);
	mrl_json_write(doc, node, &buffer);
	assert_false(buffer.overflow);
	return mrl_buffer_slice(&buffer);
}

/* The group's key, or keys, as a set; NULL: none that can be used. */
static struct mrl_keyset *keys_of(const struct mrl_json_doc *doc, const struct mrl_json_node *group)
{
	const struct mrl_json_node *key = member(doc, group, "public");
	struct mrl_keyset *set = NULL;
	key = key != NULL ? key : member(doc, group, "private");
	struct mrl_slice text = text_of(doc, key);
	if (member(doc, key, "keys") == NULL) {
		uint8_t *data = mrl_arena_alloc(&arena, text.size + 16, 1);
		assert_non_null(data);
		struct mrl_buffer buffer = mrl_buffer(data, text.size + 16);
		MRL_PUT(&buffer, "{\"keys\":[");
		mrl_buffer_put(&buffer, text);
		MRL_PUT(&buffer, "]}");
		text = mrl_buffer_slice(&buffer);
	}
	enum mrl_err err = mrl_keyset_new(&jose, text, &set);
	assert_true(err == MRL_OK || err == MRL_ERR_NOT_FOUND);
	return set;
}

static bool accepts(struct mrl_keyset *set, struct mrl_slice text)
{
	struct mrl_jws jws;
	enum mrl_token_reason reason = MRL_TOKEN_KEY;
	uint32_t index;
	assert_int_equal(mrl_jws_read(&jose, text, &arena, &jws, &reason), MRL_OK);
	if (reason != MRL_TOKEN_GOOD || set == NULL) {
		return false;
	}
	assert_int_equal(mrl_keyset_verify(set, &jws, &index, &reason), MRL_OK);
	return reason == MRL_TOKEN_GOOD;
}

typedef void each(int64_t id, bool valid, bool accepted, void *data);

static void walk_group(const struct mrl_json_doc *doc, const struct mrl_json_node *group,
                       each *tell, void *data)
{
	const struct mrl_json_node *tests = member(doc, group, "tests");
	const struct mrl_json_node *test = tests + 1;
	struct mrl_keyset *set = keys_of(doc, group);
	for (uint32_t i = 0; i < tests->count; i++, test += test->next) {
		struct mrl_slice jws, result;
		uint64_t id;
		assert_true(mrl_jose_string(doc, test, "jws", &jws));
		assert_true(mrl_jose_string(doc, test, "result", &result));
		assert_true(mrl_parse_u64(mrl_json_text(doc, member(doc, test, "tcId")), &id));
		tell((int64_t)id, mrl_slice_is(result, "valid"), accepts(set, jws), data);
	}
	mrl_keyset_free(set);
}

static void walk(const char *name, each *tell, void *data)
{
	struct mrl_json_limits limits = MRL_JSON_LIMITS;
	struct mrl_json_fault fault;
	struct mrl_json_doc doc;
	mrl_arena_init(&arena, &mrl_memory_malloc, 1U << 20, 512U << 20);
	assert_int_equal(
		mrl_json_read(&limits, mrl_json_scan_best(), read_file(name), &arena, &doc, &fault),
		MRL_OK);
	assert_int_equal(fault.code, MRL_JSON_NONE);
	const struct mrl_json_node *groups = member(&doc, doc.nodes, "testGroups");
	const struct mrl_json_node *group = groups + 1;
	for (uint32_t i = 0; i < groups->count; i++, group += group->next) {
		walk_group(&doc, group, tell, data);
	}
	mrl_arena_release(&arena);
}

static bool refused_on_purpose(int64_t id)
{
	static const int64_t ids[] = {1,   348, 352, 357, 358, 359, 376,
	                              377, 372, 373, 347, 351, 346, 350};
	for (size_t i = 0; i < MRL_COUNT(ids); i++) {
		if (ids[i] == id) {
			return true;
		}
	}
	return false;
}

static void count_signature(int64_t id, bool valid, bool accepted, void *data)
{
	uint32_t *counts = data;
	char row[32];
	(void)snprintf(row, sizeof(row), "tcId %lld", (long long)id);
	check_row(accepted == (valid && !refused_on_purpose(id)), row);
	counts[accepted]++;
}

static void signatures(void **state)
{
	uint32_t counts[2] = {0, 0};
	(void)state;
	walk("json_web_signature_test.json", count_signature, counts);
	assert_int_equal(counts[true], 32);
	assert_int_equal(counts[false], 369);
}

static void count_key(int64_t id, bool valid, bool accepted, void *data)
{
	uint32_t *count = data;
	char row[32];
	(void)valid;
	(void)snprintf(row, sizeof(row), "tcId %lld", (long long)id);
	check_row(accepted == (id == 5), row);
	(*count)++;
}

static void key_sets(void **state)
{
	uint32_t count = 0;
	(void)state;
	walk("json_web_key_test.json", count_key, &count);
	assert_int_equal(count, 26);
}

int main(int count, char **arguments)
{
	const char *vectors = getenv("MERLON_VECTORS");
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures),
		cmocka_unit_test(key_sets),
	};
	if (vectors == NULL) {
		vectors = count > 1 ? arguments[1] : ".";
	}
	(void)snprintf(folder, sizeof(folder), "%s/wycheproof/testvectors_v1", vectors);
	jose.scan = mrl_json_scan_best();
	FILE *there = fopen(folder, "rb");
	if (there == NULL) {
		print_message("skipped: no published vectors in %s\n", folder);
		return SKIPPED;
	}
	(void)fclose(there);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
