/*
 * Faults: where in the request, told to the client; and the same place for the record, in which a
 * name that no document has is "*".
 */
#include "judge.h"

#define FOREIGN MRL_SLICE("*")

enum mrl_err mrl_refuse(const struct mrl_judge *judge, enum mrl_input_kind kind,
                        struct mrl_slice keyword)
{
	*judge->fault = (struct mrl_input_fault){
		.kind = kind,
		.in = judge->in,
		.name = judge->name,
		.keyword = keyword,
		.location_name = judge->foreign_name ? FOREIGN : judge->name,
	};
	return MRL_OK;
}

enum mrl_err mrl_refuse_at(const struct mrl_judge *judge, struct mrl_slice text, uint32_t offset,
                           struct mrl_slice keyword)
{
	(void)mrl_refuse(judge, judge->syntax, keyword);
	if (judge->in != MRL_IN_BODY) {
		return MRL_OK;
	}
	uintptr_t start = (uintptr_t)text.data - (uintptr_t)judge->whole.data;
	if (judge->whole.data != NULL && start <= judge->whole.size) {
		offset += (uint32_t)start;
		text = judge->whole;
	}
	mrl_json_position(text, offset, &judge->fault->line, &judge->fault->column);
	return MRL_OK;
}

/* RFC 6901 3 */
static void put_segment(struct mrl_buffer *buffer, struct mrl_slice name)
{
	mrl_buffer_byte(buffer, '/');
	for (size_t i = 0; i < name.size; i++) {
		if (name.data[i] == '~' || name.data[i] == '/') {
			mrl_buffer_byte(buffer, '~');
			mrl_buffer_byte(buffer, name.data[i] == '~' ? '0' : '1');
		} else {
			mrl_buffer_byte(buffer, name.data[i]);
		}
	}
}

static bool begin_pointer(const struct mrl_judge *judge, struct mrl_buffer *ret_buffer)
{
	*ret_buffer = mrl_buffer(mrl_arena_alloc(judge->call->arena, MRL_INPUT_TEXT_MAX, 1),
	                         MRL_INPUT_TEXT_MAX);
	return ret_buffer->data != NULL;
}

/* A segment only if the whole of it fits: what is cut is a whole parent. */
static void add_segment(struct mrl_buffer *pointer, struct mrl_slice name)
{
	size_t before = pointer->size;
	if (pointer->overflow) {
		return;
	}
	put_segment(pointer, name);
	if (pointer->overflow) {
		pointer->size = before;
	}
}

static struct mrl_slice local_name(const struct mrl_judge *judge, struct mrl_slice name)
{
	return mrl_inputs_know(judge->call->input->inputs, name) ? name : FOREIGN;
}

static struct mrl_slice number_text(uint32_t number, uint8_t memory[16])
{
	struct mrl_buffer text = mrl_buffer(memory, 16);
	mrl_buffer_u64(&text, number);
	return mrl_buffer_slice(&text);
}

/* Below the member that the judge is at, if it is at one. */
static void add_item(const struct mrl_judge *judge, const struct mrl_parameter *parameter,
                     const struct mrl_style_value *value, bool for_record,
                     struct mrl_buffer *pointer)
{
	uint8_t memory[16];
	if (judge->member != NULL) {
		add_segment(pointer,
		            for_record ? local_name(judge, *judge->member) : *judge->member);
	}
	if (value->at >= value->count) {
		return;
	}
	if (parameter->shape == MRL_SHAPE_ARRAY) {
		add_segment(pointer, number_text(value->at, memory));
	} else if (parameter->shape == MRL_SHAPE_OBJECT) {
		struct mrl_slice name = value->items[value->at].name;
		add_segment(pointer, for_record ? local_name(judge, name) : name);
	}
}

enum mrl_err mrl_refuse_item(const struct mrl_judge *judge, const struct mrl_parameter *parameter,
                             const struct mrl_style_value *value)
{
	struct mrl_buffer pointer;
	struct mrl_buffer location;
	bool was_read = value->fault == MRL_STYLE_TYPE || value->fault == MRL_STYLE_UNDECLARED;
	if (!begin_pointer(judge, &pointer) || !begin_pointer(judge, &location)) {
		return MRL_ERR_MEMORY;
	}
	(void)mrl_refuse(judge, was_read ? judge->invalid : judge->syntax,
	                 mrl_style_fault_name(value->fault));
	add_item(judge, parameter, value, false, &pointer);
	add_item(judge, parameter, value, true, &location);
	judge->fault->pointer = mrl_buffer_slice(&pointer);
	judge->fault->location = mrl_buffer_slice(&location);
	judge->fault->site = parameter->site;
	return MRL_OK;
}

/* "~1" and "~0" undone, in place. */
static struct mrl_slice unescape(struct mrl_slice segment, uint8_t *memory)
{
	size_t size = 0;
	for (size_t i = 0; i < segment.size; i++) {
		uint8_t byte = segment.data[i];
		if (byte == '~' && i + 1 < segment.size) {
			byte = segment.data[++i] == '1' ? '/' : '~';
		}
		memory[size++] = byte;
	}
	return mrl_slice(memory, size);
}

static bool is_undeclared(struct mrl_slice keyword)
{
	return mrl_slice_is(keyword, "undeclared") || mrl_slice_is(keyword, "case-variant") ||
	       mrl_slice_is(keyword, "additionalProperties") ||
	       mrl_slice_is(keyword, "unevaluatedProperties");
}

/* The pointer with each name that no document has as "*". */
static void locate(const struct mrl_judge *judge, const struct mrl_json_doc *doc,
                   struct mrl_slice pointer, struct mrl_buffer *location)
{
	uint8_t memory[MRL_INPUT_TEXT_MAX];
	size_t at = 0;
	while (at < pointer.size) {
		struct mrl_slice rest = mrl_slice_from(pointer, at + 1);
		struct mrl_slice segment = mrl_slice_sub(rest, 0, mrl_slice_find(rest, '/'));
		const struct mrl_json_node *parent = mrl_json_find(doc,
		                                                   mrl_slice_sub(pointer, 0, at));
		struct mrl_slice name = unescape(segment, memory);
		at += 1 + segment.size;
		bool index = parent != NULL && parent->kind == MRL_JSON_KIND_ARRAY;
		bool refused = at == pointer.size && is_undeclared(judge->fault->keyword);
		add_segment(location, index     ? segment
		                      : refused ? FOREIGN
		                                : local_name(judge, name));
	}
}

enum mrl_err mrl_refuse_node(const struct mrl_judge *judge, const struct mrl_json_doc *doc,
                             const struct mrl_json_node *node)
{
	struct mrl_buffer pointer;
	struct mrl_buffer location;
	if (!begin_pointer(judge, &pointer) || !begin_pointer(judge, &location)) {
		return MRL_ERR_MEMORY;
	}
	if (node != NULL) {
		mrl_json_pointer(doc, node, MRL_INPUT_TEXT_MAX, &pointer);
	}
	judge->fault->pointer = mrl_buffer_slice(&pointer);
	locate(judge, doc, judge->fault->pointer, &location);
	judge->fault->location = mrl_buffer_slice(&location);
	return MRL_OK;
}

/* At most 256 bytes, at the start of a character. */
static struct mrl_slice cut(struct mrl_slice text)
{
	size_t size = text.size;
	if (size > MRL_INPUT_TEXT_MAX) {
		size = MRL_INPUT_TEXT_MAX;
		while (size > 0 && (text.data[size] & 0xC0U) == 0x80U) {
			size--;
		}
	}
	return mrl_slice_sub(text, 0, size);
}

static void put_text(struct mrl_buffer *buffer, const char *name, struct mrl_slice text)
{
	MRL_PUT(buffer, ",\"");
	mrl_buffer_put(buffer, mrl_slice_text(name));
	MRL_PUT(buffer, "\":");
	mrl_json_put_string(buffer, text);
}

void mrl_input_fault_write(struct mrl_buffer *buffer, const struct mrl_input_fault *fault)
{
	static const char *const places[] = {"body", "path", "query", "header", "cookie"};
	if (fault->keyword.size == 0) {
		return;
	}
	MRL_PUT(buffer, "{\"in\":");
	mrl_json_put_string(buffer, mrl_slice_text(places[fault->in]));
	if (fault->in != MRL_IN_BODY) {
		put_text(buffer, "name", cut(fault->name));
	}
	if (fault->line != 0) {
		MRL_PUT(buffer, ",\"line\":");
		mrl_buffer_u64(buffer, fault->line);
		MRL_PUT(buffer, ",\"column\":");
		mrl_buffer_u64(buffer, fault->column);
	} else {
		put_text(buffer, "pointer", fault->pointer);
	}
	put_text(buffer, "keyword", fault->keyword);
	MRL_PUT(buffer, "}");
}
