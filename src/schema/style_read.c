/*
 * A parameter's raw text into decoded pieces, by its style. Splitting comes first, so an encoded
 * delimiter is data; in two styles the encoding is the delimiter.
 */
#include "style.h"

struct mrl_slice mrl_style_fault_name(enum mrl_style_fault fault)
{
	static const char *const names[] = {
		[MRL_STYLE_OK] = "",
		[MRL_STYLE_SYNTAX] = "syntax",
		[MRL_STYLE_TYPE] = "type",
		[MRL_STYLE_REPEATED] = "repeated",
		[MRL_STYLE_UNDECLARED] = "undeclared",
	};
	return mrl_slice_text((size_t)fault < MRL_COUNT(names) ? names[fault] : "");
}

struct reading {
	const struct mrl_style_context *context;
	const struct mrl_parameter *parameter;
	struct mrl_style_value value;
	uint32_t capacity;
	enum mrl_err err;
};

static bool refuse(struct reading *reading, enum mrl_style_fault fault)
{
	reading->value.fault = fault;
	reading->value.at = reading->value.count;
	return false;
}

/* RFC 9110 5.5 without obs-text: what is declared is ASCII. */
static bool is_header_text(struct mrl_slice text)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = text.data[i];
		if (byte != '\t' && (byte < 0x20 || byte > 0x7E)) {
			return false;
		}
	}
	return true;
}

enum mrl_err mrl_style_decode(const struct mrl_style_context *context, struct mrl_slice raw,
                              struct mrl_slice *ret_text, bool *ret_good)
{
	enum mrl_text_fault fault = MRL_TEXT_OK;
	unsigned flags = context->nul ? (unsigned)MRL_DECODE_NUL : 0U;
	if (context->coding == MRL_CODING_NONE) {
		*ret_good = is_header_text(raw);
		*ret_text = raw;
		return MRL_OK;
	}
	if (context->coding == MRL_CODING_FORM) {
		flags |= MRL_DECODE_PLUS;
	}
	enum mrl_err err = mrl_percent_decode(raw, flags, context->arena, ret_text, &fault);
	*ret_good = fault == MRL_TEXT_OK;
	return err;
}

static bool decode(struct reading *reading, struct mrl_slice raw, struct mrl_slice *ret_text)
{
	bool good = false;
	reading->err = mrl_style_decode(reading->context, raw, ret_text, &good);
	if (reading->err != MRL_OK) {
		return false;
	}
	return good || refuse(reading, MRL_STYLE_SYNTAX);
}

static struct mrl_style_item *add_item(struct reading *reading)
{
	struct mrl_style_value *value = &reading->value;
	if (value->count == reading->capacity) {
		uint32_t capacity = reading->capacity == 0 ? 8 : reading->capacity * 2;
		struct mrl_style_item *items = MRL_NEW_ARRAY(reading->context->arena, capacity,
		                                             struct mrl_style_item);
		if (items == NULL) {
			reading->err = MRL_ERR_MEMORY;
			return NULL;
		}
		if (value->count != 0) {
			memcpy(items, value->items, value->count * sizeof(*items));
		}
		value->items = items;
		reading->capacity = capacity;
	}
	return &value->items[value->count++];
}

static bool add_text(struct reading *reading, struct mrl_slice raw)
{
	struct mrl_slice text;
	if (!decode(reading, raw, &text)) {
		return false;
	}
	struct mrl_style_item *item = add_item(reading);
	if (item == NULL) {
		return false;
	}
	*item = (struct mrl_style_item){.text = text, .types = reading->parameter->types};
	return true;
}

static uint8_t types_of(const struct mrl_parameter *parameter, struct mrl_slice name)
{
	for (uint32_t i = 0; i < parameter->member_count; i++) {
		if (mrl_slice_equal(parameter->members[i].name, name)) {
			return parameter->members[i].types;
		}
	}
	return 0;
}

static bool add_member(struct reading *reading, struct mrl_slice name, struct mrl_slice raw)
{
	const struct mrl_parameter *parameter = reading->parameter;
	struct mrl_slice text;
	if (!decode(reading, raw, &text)) {
		return false;
	}
	uint8_t types = types_of(parameter, name);
	struct mrl_style_item *item = add_item(reading);
	if (item == NULL) {
		return false;
	}
	*item = (struct mrl_style_item){
		.name = name, .text = text, .types = types == 0 ? parameter->rest : types};
	if (item->types == 0) {
		reading->value.count--;
		return refuse(reading, MRL_STYLE_UNDECLARED);
	}
	return true;
}

/* The delimiter of the style where it stands literally; 0: in its encoded form too. */
static uint8_t delimiter_of(const struct reading *reading)
{
	const struct mrl_parameter *parameter = reading->parameter;
	switch (parameter->style) {
	case MRL_STYLE_LABEL: return parameter->explode || reading->context->label_dots ? '.' : ',';
	case MRL_STYLE_MATRIX: return parameter->explode ? ';' : ',';
	case MRL_STYLE_SPACE:
	case MRL_STYLE_PIPE: return 0;
	case MRL_STYLE_SIMPLE:
	case MRL_STYLE_FORM:
	case MRL_STYLE_DEEP:
	case MRL_STYLE_JSON:
	case MRL_STYLE_TEXT: break;
	}
	return ',';
}

/* "+" and "%20", or "|" and "%7C". */
static size_t find_encoded(const struct reading *reading, struct mrl_slice text, size_t *ret_size)
{
	bool space = reading->parameter->style == MRL_STYLE_SPACE;
	uint8_t literal = space ? '+' : '|';
	int byte = space ? 0x20 : 0x7C;
	for (size_t i = 0; i < text.size; i++) {
		*ret_size = 1;
		if (text.data[i] == literal) {
			return i;
		}
		*ret_size = 3;
		if (text.data[i] == '%' && text.size - i > 2 &&
		    mrl_hex_value(text.data[i + 1]) == byte >> 4 &&
		    mrl_hex_value(text.data[i + 2]) == (byte & 15)) {
			return i;
		}
	}
	return text.size;
}

/* The next piece; false after the last. */
static bool next_piece(const struct reading *reading, struct mrl_slice *rest,
                       struct mrl_slice *ret_piece)
{
	uint8_t delimiter = delimiter_of(reading);
	size_t size = 1;
	if (rest->data == NULL) {
		return false;
	}
	size_t at = delimiter == 0 ? find_encoded(reading, *rest, &size)
	                           : mrl_slice_find(*rest, delimiter);
	*ret_piece = mrl_slice_sub(*rest, 0, at);
	*rest = at == rest->size ? MRL_SLICE_NONE : mrl_slice_from(*rest, at + size);
	if (reading->parameter->in == MRL_IN_HEADER) {
		*ret_piece = mrl_slice_trim(*ret_piece);
	}
	return true;
}

static bool read_array(struct reading *reading, struct mrl_slice text)
{
	struct mrl_slice piece;
	bool good = true;
	while (good && next_piece(reading, &text, &piece)) {
		good = add_text(reading, piece);
	}
	return good;
}

/* R,100,G,200 */
static bool read_alternating(struct reading *reading, struct mrl_slice text)
{
	struct mrl_slice raw_name;
	struct mrl_slice raw;
	struct mrl_slice name;
	bool good = true;
	while (good && next_piece(reading, &text, &raw_name)) {
		if (!next_piece(reading, &text, &raw)) {
			return refuse(reading, MRL_STYLE_SYNTAX);
		}
		good = decode(reading, raw_name, &name) && add_member(reading, name, raw);
	}
	return good;
}

/* R=100,G=200 */
static bool read_assigned(struct reading *reading, struct mrl_slice text)
{
	struct mrl_slice piece;
	struct mrl_slice name;
	bool good = true;
	while (good && next_piece(reading, &text, &piece)) {
		size_t equals = mrl_slice_find(piece, '=');
		if (equals == piece.size) {
			return refuse(reading, MRL_STYLE_SYNTAX);
		}
		good = decode(reading, mrl_slice_sub(piece, 0, equals), &name) &&
		       add_member(reading, name, mrl_slice_from(piece, equals + 1));
	}
	return good;
}

/* "name=" of a matrix piece goes; RFC 6570 writes an empty value without '='. */
static bool take_name(struct reading *reading, struct mrl_slice *piece)
{
	size_t equals = mrl_slice_find(*piece, '=');
	struct mrl_slice name;
	if (!decode(reading, mrl_slice_sub(*piece, 0, equals), &name)) {
		return false;
	}
	*piece = mrl_slice_from(*piece, equals + 1);
	return mrl_slice_equal(name, reading->parameter->name) || refuse(reading, MRL_STYLE_SYNTAX);
}

/* ;color=blue;color=black */
static bool read_named(struct reading *reading, struct mrl_slice text)
{
	struct mrl_slice piece;
	bool good = true;
	while (good && next_piece(reading, &text, &piece)) {
		good = take_name(reading, &piece) && add_text(reading, piece);
	}
	return good;
}

/* What stands before the values in the path's own styles. */
static bool take_prefix(struct reading *reading, struct mrl_slice *text)
{
	const struct mrl_parameter *parameter = reading->parameter;
	bool matrix = parameter->style == MRL_STYLE_MATRIX;
	if (!matrix && parameter->style != MRL_STYLE_LABEL) {
		return true;
	}
	if (text->size == 0 || text->data[0] != (matrix ? ';' : '.')) {
		return refuse(reading, MRL_STYLE_SYNTAX);
	}
	*text = mrl_slice_from(*text, 1);
	bool named = matrix && (!parameter->explode || parameter->shape == MRL_SHAPE_PRIMITIVE);
	if (!named) {
		return true;
	}
	/* A further ';' would be a parameter of its own to some servers. */
	return mrl_slice_find(*text, ';') == text->size ? take_name(reading, text)
	                                                : refuse(reading, MRL_STYLE_SYNTAX);
}

static bool read_one(struct reading *reading, struct mrl_slice text)
{
	const struct mrl_parameter *parameter = reading->parameter;
	if (parameter->in == MRL_IN_HEADER) {
		text = mrl_slice_trim(text);
	}
	if (!take_prefix(reading, &text)) {
		return false;
	}
	switch (parameter->shape) {
	case MRL_SHAPE_PRIMITIVE: return add_text(reading, text);
	case MRL_SHAPE_ARRAY:
		return parameter->style == MRL_STYLE_MATRIX && parameter->explode
		               ? read_named(reading, text)
		               : read_array(reading, text);
	case MRL_SHAPE_OBJECT: break;
	}
	return parameter->explode ? read_assigned(reading, text) : read_alternating(reading, text);
}

/* Several pairs of a query or form are one value. */
static bool is_spread(const struct mrl_parameter *parameter)
{
	return parameter->explode && parameter->shape != MRL_SHAPE_PRIMITIVE &&
	       (parameter->style == MRL_STYLE_FORM || parameter->style == MRL_STYLE_DEEP);
}

static bool read_spread(struct reading *reading, const struct mrl_style_raws *raws)
{
	const struct mrl_parameter *parameter = reading->parameter;
	bool good = true;
	for (uint32_t i = 0; good && i < raws->count; i++) {
		const struct mrl_style_raw *raw = &raws->items[i];
		if (raw->member != MRL_CLAIM_WHOLE) {
			good = add_member(reading, parameter->members[raw->member].name, raw->text);
		} else if (parameter->shape == MRL_SHAPE_OBJECT) {
			good = add_member(reading, raw->name, raw->text);
		} else {
			good = add_text(reading, raw->text);
		}
	}
	return good;
}

static enum mrl_err find_repeated(struct reading *reading)
{
	uint32_t at = 0;
	enum mrl_err err = mrl_style_repeated(reading->context, reading->value.items,
	                                      reading->value.count, &at);
	if (err == MRL_OK && at < reading->value.count) {
		(void)refuse(reading, MRL_STYLE_REPEATED);
		reading->value.at = at;
	}
	return err;
}

enum mrl_err mrl_style_read(const struct mrl_style_context *context,
                            const struct mrl_parameter *parameter,
                            const struct mrl_style_raws *raws, struct mrl_style_value *ret_value)
{
	struct reading reading = {.context = context, .parameter = parameter};
	bool good;
	if (is_spread(parameter)) {
		good = read_spread(&reading, raws);
	} else if (raws->count != 1) {
		good = refuse(&reading, MRL_STYLE_REPEATED);
	} else {
		good = read_one(&reading, raws->items[0].text);
	}
	enum mrl_err err = reading.err;
	if (good && parameter->shape == MRL_SHAPE_OBJECT) {
		err = find_repeated(&reading);
	}
	if (err == MRL_OK) {
		*ret_value = reading.value;
	}
	return err;
}
