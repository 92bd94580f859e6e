/*
 * Which templates stand in each other's way. Two paths are told apart where they first differ: a
 * literal goes before a template, a template with literal text before a plain one. Equal up to
 * names, or two different mixed segments that may take the same text, leave nothing to decide by.
 */
#include "route.h"

enum relation { APART, SAME, ORDERED, UNDECIDED };

static bool begin_alike(struct mrl_slice a, struct mrl_slice b)
{
	return mrl_slice_starts(a, b) || mrl_slice_starts(b, a);
}

static bool end_alike(struct mrl_slice a, struct mrl_slice b)
{
	return mrl_slice_ends(a, b) || mrl_slice_ends(b, a);
}

static enum relation relate_templates(const struct mrl_template_segment *a,
                                      const struct mrl_template_segment *b)
{
	if (mrl_segment_same(a, b)) {
		return SAME;
	}
	if (mrl_segment_is_plain(a) || mrl_segment_is_plain(b)) {
		return ORDERED;
	}
	bool alike = begin_alike(a->literals[0], b->literals[0]) &&
	             end_alike(a->literals[a->name_count], b->literals[b->name_count]);
	return alike ? UNDECIDED : APART;
}

static enum relation relate_segments(const struct mrl_template_segment *a,
                                     const struct mrl_template_segment *b)
{
	bool a_literal = mrl_segment_is_literal(a);
	bool b_literal = mrl_segment_is_literal(b);
	if (a_literal && b_literal) {
		return mrl_segment_same(a, b) ? SAME : APART;
	}
	if (a_literal) {
		return mrl_segment_matches(b, a->literals[0]) ? ORDERED : APART;
	}
	if (b_literal) {
		return mrl_segment_matches(a, b->literals[0]) ? ORDERED : APART;
	}
	return relate_templates(a, b);
}

/* By the first segment where they differ; APART as soon as no path can match both. */
static enum relation relate(const struct mrl_template *a, const struct mrl_template *b)
{
	enum relation first = SAME;
	if (a->segment_count != b->segment_count) {
		return APART;
	}
	for (uint16_t i = 0; i < a->segment_count; i++) {
		enum relation here = relate_segments(&a->segments[i], &b->segments[i]);
		if (here == APART) {
			return APART;
		}
		first = first == SAME ? here : first;
	}
	return first;
}

static bool is_literal(const struct mrl_template *template)
{
	for (uint16_t i = 0; i < template->segment_count; i++) {
		if (!mrl_segment_is_literal(&template->segments[i])) {
			return false;
		}
	}
	return true;
}

/* `later` is where the finding stands; the other place is in its text. */
static void say(struct mrl_diagnostics *diagnostics, const struct mrl_route_entry *earlier,
                const struct mrl_route_entry *later, enum relation relation)
{
	static const struct {
		enum mrl_severity severity;
		const char *code;
		const char *what;
		const char *hint;
	} rows[] = {
		[SAME] = {MRL_ERROR, "oa-path-same", "is, up to names, the same as",
	                  "put the operations of both under one path"},
		[ORDERED] = {MRL_WARNING, "oa-path-clash", "can take the same path as",
	                     "the one that is literal where they first differ is taken"},
		[UNDECIDED] = {MRL_ERROR, "oa-path-clash",
	                       "can take the same path, and nothing decides between it and",
	                       "change the literal text of one of them"},
	};
	uint32_t line;
	uint32_t column;
	const struct mrl_node *place = earlier->path->node;
	mrl_document_position(place->document, place->offset, &line, &column);
	mrl_diagnose(diagnostics, rows[relation].severity, rows[relation].code, later->path->node,
	             rows[relation].hint, "the path %.*s %s %.*s at %.*s:%u:%u",
	             MRL_PRINT(later->path->template_path), rows[relation].what,
	             MRL_PRINT(earlier->path->template_path), MRL_PRINT(place->document->file),
	             line, column);
}

static void check_pair(const struct mrl_route_entry *earlier, const struct mrl_route_entry *later,
                       struct mrl_diagnostics *diagnostics)
{
	enum relation relation = relate(&earlier->template, &later->template);
	bool is_expected = relation == ORDERED &&
	                   (is_literal(&earlier->template) || is_literal(&later->template));
	if (relation != APART && !is_expected) {
		say(diagnostics, earlier, later, relation);
	}
}

void mrl_route_clash(const struct mrl_route_entry *entries, uint32_t count,
                     struct mrl_diagnostics *diagnostics)
{
	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t j = 0; j < i; j++) {
			check_pair(&entries[j], &entries[i], diagnostics);
		}
	}
}
