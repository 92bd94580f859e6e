/*
 * What a load finds in schemas as they apply together: places that are unbounded, that say nothing,
 * or that nobody can meet. Each is told once, at the schema that could say more.
 */
#include "merge.h"

enum rule {
	RULE_STRING,
	RULE_ARRAY,
	RULE_MEMBERS,
	RULE_NUMBER,
	RULE_ANY,
	RULE_NEVER,
	RULE_PATTERN,
	RULE_BACKTRACK,
};

static const struct row {
	const char *code;
	enum mrl_severity severity;
	bool required; /* an error where bounds are required */
	const char *message;
	const char *hint;
} rows[] = {
	[RULE_STRING] = {"oa-maxlength", MRL_NOTE, true, "this string has no maximum: it is capped",
                         "add maxLength, or x-max-length for another cap"},
	[RULE_ARRAY] = {"oa-array-max", MRL_NOTE, true, "this array has no maximum: it is capped",
                        "add maxItems, or x-max-items for another cap"},
	[RULE_MEMBERS] = {"oa-map-max", MRL_NOTE, true,
                          "this open object has no maximum: it is capped",
                          "add maxProperties, or x-max-members for another cap"},
	[RULE_NUMBER] = {"oa-range", MRL_NOTE, false, "this number has no range",
                         "add minimum and maximum"},
	[RULE_ANY] = {"oa-any", MRL_ERROR, true, "nothing is said of what may stand here",
                      "add properties, items or a type, or set controls.body.free_form"},
	[RULE_NEVER] = {"oa-never", MRL_ERROR, true, "a required name that no schema lets in",
                        "add it to properties, or take it out of required"},
	[RULE_PATTERN] = {"oa-pattern", MRL_WARNING, false,
                          "this pattern need not match the whole string",
                          "begin it with ^ and end it with $"},
	[RULE_BACKTRACK] = {"oa-backtrack", MRL_WARNING, true,
                            "lookaround or a backreference: matching is not linear",
                            "write it without, or bound the string tightly"},
};

struct finder {
	struct mrl_merge *merge;
	struct mrl_diagnostics *diagnostics;
	uint8_t *told; /* by schema: a bit a rule */
};

static void tell(struct finder *finder, enum rule rule, const struct mrl_ir *ir,
                 const struct mrl_node *node)
{
	const struct row *row = &rows[rule];
	bool strict = row->required && finder->merge->program->options.bounds_required;
	bool asked = strict || row->severity != MRL_NOTE || finder->merge->program->options.notes;
	if (!asked || (finder->told[ir->id] >> rule & 1) != 0) {
		return;
	}
	finder->told[ir->id] |= (uint8_t)(1U << rule);
	mrl_diagnose(finder->diagnostics, strict ? MRL_ERROR : row->severity, row->code, node,
	             row->hint, "%s", row->message);
}

/* The schema that names the type, else the last: the nearest to who writes it. */
static const struct mrl_ir *speaker(const struct mrl_merge_set *set, unsigned types)
{
	for (uint32_t i = 0; i < set->count; i++) {
		if ((set->items[i]->types & types) != 0) {
			return set->items[i];
		}
	}
	return set->items[set->count - 1];
}

static void find_bounds(struct finder *finder, const struct mrl_merge_set *set,
                        const struct mrl_merged *merged)
{
	const struct mrl_ir *ir;
	if (merged->list_count != 0) {
		return;
	}
	if ((merged->types & MRL_JSON_KIND_STRING) != 0 && merged->string_capped) {
		ir = speaker(set, MRL_JSON_KIND_STRING);
		tell(finder, RULE_STRING, ir, ir->node);
	}
	if ((merged->types & MRL_JSON_KIND_ARRAY) != 0 && merged->waits_for_caps) {
		ir = speaker(set, MRL_JSON_KIND_ARRAY);
		tell(finder, RULE_ARRAY, ir, ir->node);
	}
	if ((merged->types & MRL_JSON_KIND_OBJECT) != 0 && merged->members_capped) {
		ir = speaker(set, MRL_JSON_KIND_OBJECT);
		tell(finder, RULE_MEMBERS, ir, ir->node);
	}
	bool ranged = (merged->minimum.given || merged->integer_low != INT64_MIN) &&
	              (merged->maximum.given || merged->integer_high != INT64_MAX);
	if ((merged->types & MRL_JSON_KIND_NUMBER) != 0 && !ranged && !merged->number_slow &&
	    merged->number_count == 0) {
		ir = speaker(set, MRL_JSON_KIND_NUMBER | MRL_JSON_KIND_INTEGER);
		tell(finder, RULE_NUMBER, ir, ir->node);
	}
}

/* INPUT-1 INPUT-2: silence is no permission, and no rule either. */
static void find_silence(struct finder *finder, const struct mrl_merge_set *set,
                         const struct mrl_merged *merged)
{
	bool asked = finder->merge->program->options.free_form == MRL_FREE_FORM_ERROR;
	if (asked && merged->silent) {
		const struct mrl_ir *ir = speaker(set, MRL_JSON_KIND_OBJECT | MRL_JSON_KIND_ARRAY);
		tell(finder, RULE_ANY, ir, ir->node);
	}
}

static void find_never(struct finder *finder, const struct mrl_merge_set *set,
                       const struct mrl_merged *merged)
{
	const struct mrl_ir *ir = speaker(set, MRL_JSON_KIND_OBJECT);
	for (uint32_t i = 0; i < merged->slot_count && merged->list_count == 0; i++) {
		const struct mrl_merged_slot *slot = &merged->slots[i];
		if (slot->required && slot->value == NULL && !slot->listed) {
			tell(finder, RULE_NEVER, ir, ir->node);
		}
	}
}

static void find_patterns(struct finder *finder, const struct mrl_ir *ir)
{
	if (ir->pattern == NULL) {
		return;
	}
	if (!mrl_regex_anchored(ir->pattern)) {
		tell(finder, RULE_PATTERN, ir, ir->pattern_node);
	}
	if (mrl_regex_engine(ir->pattern) == MRL_REGEX_BACKTRACK) {
		tell(finder, RULE_BACKTRACK, ir, ir->pattern_node);
	}
}

static bool is_free(const struct mrl_merged *merged)
{
	return merged != NULL && merged->form == MRL_MERGED_FREE;
}

static void tell_any(struct finder *finder, const struct mrl_ir *ir)
{
	if (ir != NULL) {
		tell(finder, RULE_ANY, ir, ir->node);
	}
}

/* A member or an item of which nothing at all is said; a value of additionalProperties is meant
 * so. */
static void find_any(struct finder *finder, const struct mrl_merge_set *set,
                     const struct mrl_merged *merged)
{
	for (uint32_t i = 0; i < set->count; i++) {
		const struct mrl_ir *ir = set->items[i];
		for (uint32_t j = 0; j < merged->slot_count; j++) {
			const struct mrl_ir_member *member =
				is_free(merged->slots[j].value)
					? mrl_site_property(mrl_merge_site(finder->merge, ir),
			                                    merged->slots[j].name)
					: NULL;
			tell_any(finder, member == NULL ? NULL : member->schema);
		}
		for (uint32_t j = 0; j < ir->prefix.count; j++) {
			tell_any(finder, is_free(merged->prefix[j]) ? ir->prefix.items[j] : NULL);
		}
		tell_any(finder, is_free(merged->items) ? ir->items : NULL);
	}
}

static void find(struct finder *finder, const struct mrl_merge_job *job)
{
	struct mrl_merge_set set;
	const struct mrl_merged *merged = job->merged;
	mrl_merge_close(&job->starts, &set);
	if (set.overflow || set.count == 0) {
		return;
	}
	for (uint32_t i = 0; i < set.count; i++) {
		find_patterns(finder, set.items[i]);
	}
	if (merged->form == MRL_MERGED_JUDGE) {
		if (finder->merge->program->options.free_form == MRL_FREE_FORM_ERROR) {
			find_any(finder, &set, merged);
		}
		find_bounds(finder, &set, merged);
		find_silence(finder, &set, merged);
		find_never(finder, &set, merged);
	}
}

enum mrl_err mrl_merge_findings(struct mrl_merge *merge, const struct mrl_merged *const *entries,
                                struct mrl_diagnostics *diagnostics)
{
	const struct mrl_ir_graph *graph = &merge->program->graph;
	struct finder finder = {
		.merge = merge,
		.diagnostics = diagnostics,
		.told = mrl_arena_array(&merge->work, graph->count + (size_t)1, 1, 1),
	};
	if (finder.told == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < graph->entry_count; i++) {
		bool asked = merge->program->options.free_form == MRL_FREE_FORM_ERROR;
		tell_any(&finder, asked && is_free(entries[i]) ? graph->entries[i] : NULL);
	}
	for (const struct mrl_merge_job *job = merge->first; job != NULL; job = job->next) {
		find(&finder, job);
	}
	return MRL_OK;
}
