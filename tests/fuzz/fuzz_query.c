/* Query pairs and comma lists: nothing is lost, nothing is made up, and pieces are where a count of
 * separators says. */
#include "fuzz.h"

#include <merlon/http.h>

static size_t count_byte(struct mrl_slice text, uint8_t byte)
{
	size_t count = 0;
	for (size_t i = 0; i < text.size; i++) {
		count += text.data[i] == byte;
	}
	return count;
}

static bool has(struct mrl_slice text, uint8_t byte)
{
	return count_byte(text, byte) != 0;
}

/* The pairs lie in the text in order, with only '=' and '&' between. */
static void check_query(struct mrl_slice query)
{
	struct mrl_slice rest = query;
	struct mrl_slice name;
	struct mrl_slice value;
	const uint8_t *at = query.data;
	size_t count = 0;
	while (mrl_query_next(&rest, &name, &value)) {
		FUZZ_CHECK(name.data == at);
		FUZZ_CHECK(!has(name, '&') && !has(name, '=') && !has(value, '&'));
		at += name.size;
		if (at < query.data + query.size && *at == '=') {
			at++;
			FUZZ_CHECK(value.data == at);
		}
		at += value.size;
		FUZZ_CHECK(at == query.data + query.size || *at == '&');
		at++;
		count++;
	}
	FUZZ_CHECK(count == count_byte(query, '&') + 1);
	FUZZ_CHECK(at == query.data + query.size + 1);
}

static void check_list(struct mrl_slice list)
{
	struct mrl_slice rest = list;
	struct mrl_slice element;
	size_t count = 0;
	size_t solid = 0;
	while (mrl_list_next(&rest, &element)) {
		struct mrl_slice trimmed = mrl_slice_trim(element);
		FUZZ_CHECK(trimmed.data == element.data && trimmed.size == element.size);
		FUZZ_CHECK(!has(element, ','));
		solid += element.size - count_byte(element, ' ') - count_byte(element, '\t');
		count++;
	}
	FUZZ_CHECK(count == count_byte(list, ',') + 1);
	FUZZ_CHECK(solid + count - 1 + count_byte(list, ' ') + count_byte(list, '\t') == list.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mrl_slice text = mrl_slice(data, size);
	if (data == NULL) {
		return 0;
	}
	check_query(text);
	check_list(text);
	return 0;
}
