/* The marks that a schema leaves at its location because of which keywords it has. */
#include "inner.h"

static void set_if(struct mark *mark, bool condition, unsigned flags)
{
	mark->flags |= condition ? flags : 0;
}

static void cap(const struct frame *f, const char *name, uint64_t *cap)
{
	const struct mrl_node *node = get(f, name);
	uint64_t value = node == NULL ? 0 : naive_count(node->text);
	if (value != 0 && (*cap == 0 || value < *cap)) {
		*cap = value;
	}
}

/* A finite language bounds as maxLength does. */
static bool pattern_bounds(const struct frame *f, const struct mrl_node *pattern)
{
	const struct mrl_regex *regex;
	struct mrl_regex_error error;
	return pattern != NULL &&
	       mrl_regex_compile(pattern->text, f->naive->arena, &regex, &error) == MRL_OK &&
	       mrl_regex_chars_max(regex) != UINT32_MAX;
}

static bool format_bounds(const struct frame *f, const struct mrl_node *format)
{
	const struct mrl_format *known = format == NULL ? NULL : mrl_format_find(format->text);
	return f->naive->options->assert_formats && known != NULL && known->chars_max != 0;
}

static bool has_caps(const struct naive *naive)
{
	return naive->caps.string_chars != 0 || naive->caps.array_items != 0 ||
	       naive->caps.object_members != 0;
}

static void static_part(const struct frame *f, struct mark *mark)
{
	const struct mrl_node *above = get(f, "exclusiveMaximum");
	const struct mrl_node *below = get(f, "exclusiveMinimum");
	bool listed = get(f, "enum") != NULL || get(f, "const") != NULL;
	set_if(mark, get(f, "minimum") != NULL, LOWER);
	set_if(mark, get(f, "maximum") != NULL, UPPER);
	set_if(mark, below != NULL && below->kind == MRL_NODE_NUMBER, LOWER);
	set_if(mark, above != NULL && above->kind == MRL_NODE_NUMBER, UPPER);
	if (!has_caps(f->naive)) {
		return;
	}
	set_if(mark, listed, BOUND_CHARS | BOUND_ITEMS | BOUND_MEMBERS);
	set_if(mark,
	       get(f, "maxLength") != NULL || format_bounds(f, get(f, "format")) ||
	               pattern_bounds(f, get(f, "pattern")),
	       BOUND_CHARS);
	set_if(mark, get(f, "maxItems") != NULL, BOUND_ITEMS);
	set_if(mark, get(f, "maxProperties") != NULL, BOUND_MEMBERS);
	cap(f, "x-max-length", &mark->cap_chars);
	cap(f, "x-max-items", &mark->cap_items);
	cap(f, "x-max-members", &mark->cap_members);
}

static void families(const struct frame *f, struct mark *mark)
{
	const struct mrl_node *format = get(f, "format");
	const struct mrl_format *known = format == NULL ? NULL : mrl_format_find(format->text);
	for (size_t i = 0; i < naive_keyword_count; i++) {
		if (naive_has(f->resource, f->schema, &naive_keywords[i])) {
			mark->types |= naive_keywords[i].family;
		}
	}
	mark->types |= known == NULL ? 0 : known->kinds;
}

void naive_describe(struct frame *f)
{
	struct mark *mark = mark_of(f, f->at);
	const char *hiding = naive_hiding(f->naive);
	set_if(mark, hiding != NULL && is_true(get(f, hiding)), READ_ONLY);
	families(f, mark);
	if (f->is_static) {
		static_part(f, mark);
	}
}
