/*
 * What is judged once all schemas were applied, from the marks of those that succeeded: the closed
 * world, names that may not be sent in this direction, numbers, and caps. One walk over the value.
 */
#include "inner.h"

#define DOUBLE_MAX "1.7976931348623157e308"
#define DOUBLE_MIN "4.9406564584124654e-324"

/* How a location stands to those around it. */
struct place {
	const struct mrl_json_node *at;
	bool member; /* of an object */
	bool free;   /* below a const, an enum or `true` */
};

static bool within(struct mrl_slice number, const char *low, const char *high)
{
	return naive_compare(number, mrl_slice_text(low)) >= 0 &&
	       naive_compare(number, mrl_slice_text(high)) <= 0;
}

static bool in_integers(const struct frame *f, struct mrl_slice number)
{
	return f->naive->options->numbers == MRL_NUMBERS_IJSON
	               ? within(number, "-9007199254740991", "9007199254740991")
	               : within(number, "-9223372036854775808", "9223372036854775807");
}

static bool in_double(struct mrl_slice number)
{
	return naive_compare(number, MRL_SLICE("0")) == 0 ||
	       within(number, DOUBLE_MIN, DOUBLE_MAX) ||
	       within(number, "-" DOUBLE_MAX, "-" DOUBLE_MIN);
}

static bool is_written_as_integer(struct mrl_slice number)
{
	return mrl_slice_find(number, '.') == number.size &&
	       mrl_slice_find(number, 'e') == number.size &&
	       mrl_slice_find(number, 'E') == number.size;
}

static void number(struct frame *f, const struct mrl_json_node *at)
{
	unsigned flags = mark_of(f, at)->flags;
	struct mrl_slice text = text_of(f, at);
	bool bounded = (flags & LOWER) != 0 && (flags & UPPER) != 0;
	if (f->naive->options->numbers == MRL_NUMBERS_EXACT || bounded) {
		return;
	}
	bool integer = is_written_as_integer(text) || (flags & INTEGER) != 0;
	if (integer ? !in_integers(f, text) : !in_double(text)) {
		f->valid = false;
		naive_record(f->naive, "number", at);
	}
}

static void cap(struct frame *f, const struct place *place, const char *keyword, uint64_t limit)
{
	const struct mrl_json_node *at = place->at;
	uint64_t count = at->kind == MRL_JSON_KIND_STRING ? naive_chars(text_of(f, at)) : at->count;
	if (limit != 0 && count > limit) {
		f->valid = false;
		naive_record(f->naive, keyword, at);
	}
}

static uint64_t limit_of(uint64_t own, uint64_t general, uint64_t branches)
{
	uint64_t limit = own != 0 ? own : general;
	return limit != 0 && branches > limit ? branches : limit;
}

static bool is_open(const struct frame *f, const struct place *place)
{
	bool open = place->free;
	for (const struct mrl_json_node *at = place->at + 1; at != end_of(place->at);
	     at = after(at)) {
		open = open || (mark_of(f, value_of(at))->flags & OPEN) != 0;
	}
	return open;
}

static void caps(struct frame *f, const struct place *place)
{
	const struct mark *mark = mark_of(f, place->at);
	const struct mrl_schema_caps *caps = &f->naive->caps;
	unsigned kind = place->at->kind;
	if (kind == MRL_JSON_KIND_STRING && (mark->flags & BOUND_CHARS) == 0) {
		cap(f, place, "maxLength",
		    limit_of(mark->cap_chars, caps->string_chars, mark->chars));
	}
	if (kind == MRL_JSON_KIND_ARRAY && (mark->flags & BOUND_ITEMS) == 0) {
		cap(f, place, "maxItems",
		    limit_of(mark->cap_items, caps->array_items, mark->items));
	}
	if (kind == MRL_JSON_KIND_OBJECT && (mark->flags & BOUND_MEMBERS) == 0 &&
	    is_open(f, place)) {
		cap(f, place, "maxProperties",
		    limit_of(mark->cap_members, caps->object_members, mark->members));
	}
}

static void refuse(struct frame *f, const struct place *place, const char *keyword)
{
	f->valid = false;
	naive_record(f->naive, keyword, place->at);
}

/* Whether all below is free: nothing but `true` or {} speaks here, or the site says nothing of its
 * members and free form is allowed. */
static bool frees(const struct frame *f, const struct place *place)
{
	unsigned flags = mark_of(f, place->at)->flags;
	bool allow = f->naive->options->free_form == MRL_FREE_FORM_ALLOW;
	bool object = place->at->kind == MRL_JSON_KIND_OBJECT;
	bool array = place->at->kind == MRL_JSON_KIND_ARRAY;
	if ((flags & SPOKEN) == 0) {
		return (flags & ANY_EXPLICIT) != 0 || (allow && (flags & ANY_SILENT) != 0);
	}
	return allow &&
	       ((object && (flags & SHAPE_OBJECT) == 0) || (array && (flags & SHAPE_ARRAY) == 0));
}

static bool type_declared(const struct frame *f, const struct place *place)
{
	const struct mark *mark = mark_of(f, place->at);
	bool empty = f->naive->options->free_form == MRL_FREE_FORM_EMPTY &&
	             (mark->flags & SPOKEN) == 0 &&
	             (place->at->kind & (MRL_JSON_KIND_OBJECT | MRL_JSON_KIND_ARRAY)) != 0;
	return empty || (mark->types & place->at->kind) != 0;
}

/* Sets place->free where all below is. */
static void close_location(struct frame *f, struct place *place)
{
	unsigned flags = mark_of(f, place->at)->flags;
	if (place->free) {
		return;
	}
	if ((flags & DECLARED) == 0) {
		refuse(f, place, "undeclared");
	}
	if (place->member && (flags & (VARIANT | NAMED)) == VARIANT &&
	    !f->naive->options->case_variants) {
		refuse(f, place, "case-variant");
	}
	if ((flags & FREE) != 0 || (flags & DECLARED) == 0) {
		place->free = true;
		return;
	}
	bool declared = type_declared(f, place);
	place->free = frees(f, place);
	if (!declared && (!place->free || (flags & SPOKEN) != 0)) {
		refuse(f, place, "type");
	}
}

/* Requests may be allowed to carry what is read-only; replies never what is write-only. */
static bool is_refused(const struct frame *f)
{
	const struct mrl_schema_options *options = f->naive->options;
	return options->direction == MRL_DIRECTION_REPLY ||
	       options->read_only == MRL_READ_ONLY_REFUSE;
}

static void walk(struct frame *f, struct place place)
{
	if (place.member && (mark_of(f, place.at)->flags & READ_ONLY) != 0 && is_refused(f)) {
		refuse(f, &place, naive_hiding(f->naive));
	}
	if (f->naive->options->world == MRL_WORLD_CLOSED) {
		close_location(f, &place);
	}
	if (place.at->kind == MRL_JSON_KIND_NUMBER) {
		number(f, place.at);
	}
	caps(f, &place);
	bool object = place.at->kind == MRL_JSON_KIND_OBJECT;
	if (!object && place.at->kind != MRL_JSON_KIND_ARRAY) {
		return;
	}
	for (const struct mrl_json_node *at = place.at + 1; at != end_of(place.at);
	     at = after(at)) {
		walk(f, (struct place){
				.at = object ? value_of(at) : at,
				.member = object,
				.free = place.free,
			});
	}
}

/* As deep as the reader lets values be. */
void naive_walk(struct frame *f)
{
	walk(f, (struct place){.at = f->at});
}
