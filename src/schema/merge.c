/*
 * Merging: sets of schemas, each set made into one form once. Sets are few: a component has one
 * wherever it is used, so what schemas say of themselves again ends.
 */
#include "merge.h"

#define JOBS_MAX   50000
#define WORK_BYTES (256U << 20)

static bool has(const struct mrl_ir *const *items, uint32_t count, const struct mrl_ir *ir)
{
	for (uint32_t i = 0; i < count; i++) {
		if (items[i] == ir) {
			return true;
		}
	}
	return false;
}

static void insert(const struct mrl_ir **items, uint32_t *count, bool *overflow,
                   const struct mrl_ir *ir)
{
	uint32_t at = *count;
	if (has(items, *count, ir)) {
		return;
	}
	if (*count == MRL_MERGE_SET_MAX) {
		*overflow = true;
		return;
	}
	for (; at > 0 && items[at - 1]->id > ir->id; at--) {
		items[at] = items[at - 1];
	}
	items[at] = ir;
	(*count)++;
}

void mrl_merge_add(struct mrl_merge_set *set, const struct mrl_ir *ir)
{
	if (ir != NULL) {
		insert(set->items, &set->count, &set->overflow, ir);
	}
}

void mrl_merge_decide(struct mrl_merge_set *set, const struct mrl_ir *ir)
{
	insert(set->decided, &set->decided_count, &set->overflow, ir);
}

void mrl_merge_close(const struct mrl_merge_set *starts, struct mrl_merge_set *ret_closed)
{
	const struct mrl_ir *queue[MRL_MERGE_SET_MAX];
	uint32_t count = 0;
	*ret_closed = *starts;
	for (uint32_t i = 0; i < starts->count; i++) {
		queue[count++] = starts->items[i];
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct mrl_ir *ir = queue[i];
		for (uint32_t j = 0; j <= ir->all.count; j++) {
			const struct mrl_ir *next = j < ir->all.count ? ir->all.items[j] : ir->ref;
			if (next == NULL || has(ret_closed->items, ret_closed->count, next)) {
				continue;
			}
			mrl_merge_add(ret_closed, next);
			if (ret_closed->overflow) {
				return;
			}
			queue[count++] = next;
		}
	}
}

static uint64_t key_of(const struct mrl_merge_set *set)
{
	uint64_t key = UINT64_C(0xCBF29CE484222325);
	for (uint32_t i = 0; i < set->count; i++) {
		key = (key ^ set->items[i]->id) * UINT64_C(0x100000001B3);
	}
	for (uint32_t i = 0; i < set->decided_count; i++) {
		key = (key ^ (UINT64_C(1) << 32 | set->decided[i]->id)) * UINT64_C(0x100000001B3);
	}
	return key;
}

static bool is_same(const struct mrl_merge_set *a, const struct mrl_merge_set *b)
{
	return a->count == b->count && a->decided_count == b->decided_count &&
	       memcmp(a->items, b->items, a->count * sizeof(a->items[0])) == 0 &&
	       memcmp(a->decided, b->decided, a->decided_count * sizeof(a->decided[0])) == 0;
}

static struct mrl_merge_job *add_job(struct mrl_merge *merge, const struct mrl_merge_set *starts,
                                     uint64_t key)
{
	struct mrl_merge_job *job = MRL_NEW(&merge->work, struct mrl_merge_job);
	struct mrl_merged *merged = MRL_NEW(merge->arena, struct mrl_merged);
	if (job == NULL || merged == NULL) {
		merge->err = MRL_ERR_MEMORY;
		return NULL;
	}
	*job = (struct mrl_merge_job){.key = key,
	                              .starts = *starts,
	                              .merged = merged,
	                              .next_in_bucket = merge->buckets[key % MRL_MERGE_BUCKETS]};
	merge->buckets[key % MRL_MERGE_BUCKETS] = job;
	if (merge->last != NULL) {
		merge->last->next = job;
	} else {
		merge->first = job;
	}
	merge->last = job;
	merged->number = 2 + merge->jobs++;
	return job;
}

const struct mrl_merged *mrl_merge_of(struct mrl_merge *merge, const struct mrl_merge_set *starts)
{
	uint64_t key = key_of(starts);
	if (starts->count == 0) {
		return merge->closed ? NULL : merge->skip;
	}
	for (struct mrl_merge_job *job = merge->buckets[key % MRL_MERGE_BUCKETS]; job != NULL;
	     job = job->next_in_bucket) {
		if (job->key == key && is_same(&job->starts, starts)) {
			return job->merged;
		}
	}
	struct mrl_merge_job *job = add_job(merge, starts, key);
	return job == NULL ? NULL : job->merged;
}

/* The general validator gets the sets as they were before any choice. */
static void set_starts(struct mrl_merge *merge, const struct mrl_merge_job *job)
{
	struct mrl_merged *merged = job->merged;
	if (merged->starts != NULL) {
		return;
	}
	merged->starts = mrl_arena_array(merge->arena, job->starts.count, sizeof(void *),
	                                 _Alignof(void *));
	if (merged->starts == NULL) {
		merge->err = MRL_ERR_MEMORY;
		return;
	}
	memcpy(merged->starts, job->starts.items, job->starts.count * sizeof(void *));
	merged->start_count = job->starts.count;
}

static void fill(struct mrl_merge *merge, const struct mrl_merge_job *job)
{
	struct mrl_merge_set set;
	struct mrl_merged *merged = job->merged;
	set_starts(merge, job);
	mrl_merge_close(&job->starts, &set);
	bool told = !set.overflow && !job->starts.overflow && merge->jobs < JOBS_MAX;
	if (told && mrl_merge_open_choice(&set) != NULL) {
		told = mrl_merge_choose(merge, job, &set, merged);
	} else if (told) {
		told = mrl_merge_fill(merge, &set, merged);
	}
	if (!told) {
		merged->form = MRL_MERGED_GENERAL;
	}
}

static bool has_dynamic_scope(const struct mrl_program *program)
{
	for (uint32_t i = 0; i < program->graph.count; i++) {
		if (program->graph.items[i]->dynamic != NULL) {
			return true;
		}
	}
	return false;
}

static enum mrl_err begin(struct mrl_merge *merge, const struct mrl_program *program,
                          struct mrl_arena *arena)
{
	merge->program = program;
	merge->arena = arena;
	merge->closed = program->options.world == MRL_WORLD_CLOSED;
	merge->skip = MRL_NEW(arena, struct mrl_merged);
	merge->free = MRL_NEW(arena, struct mrl_merged);
	if (merge->skip == NULL || merge->free == NULL) {
		return MRL_ERR_MEMORY;
	}
	merge->skip->form = MRL_MERGED_SKIP;
	merge->free->number = 1;
	merge->free->form = MRL_MERGED_FREE;
	return MRL_OK;
}

static enum mrl_err merge_all(struct mrl_merge *merge, const struct mrl_merged **entries)
{
	const struct mrl_ir_graph *graph = &merge->program->graph;
	for (uint32_t i = 0; i < graph->entry_count && merge->err == MRL_OK; i++) {
		struct mrl_merge_set set = {.count = 0};
		mrl_merge_add(&set, graph->entries[i]);
		entries[i] = graph->entries[i] == NULL ? NULL : mrl_merge_of(merge, &set);
	}
	for (struct mrl_merge_job *job = merge->first; job != NULL && merge->err == MRL_OK;
	     job = job->next) {
		fill(merge, job);
	}
	return merge->err;
}

/* Replies are only reported on: what they leave open is nobody's risk but the API's. */
static bool is_told(const struct mrl_merge *merge)
{
	return merge->closed && merge->program->options.direction != MRL_DIRECTION_REPLY;
}

static enum mrl_err finish(struct mrl_merge *merge, struct mrl_program *program,
                           const struct mrl_merged **entries, struct mrl_diagnostics *diagnostics)
{
	enum mrl_err err = merge_all(merge, entries);
	if (err == MRL_OK && is_told(merge)) {
		err = mrl_merge_findings(merge, entries, diagnostics);
	}
	if (err == MRL_OK) {
		err = mrl_merge_count(merge, entries, &program->counts);
	}
	if (err == MRL_OK) {
		program->merged = entries;
	}
	return err;
}

enum mrl_err mrl_merge(struct mrl_program *program, struct mrl_arena *arena,
                       struct mrl_diagnostics *diagnostics)
{
	const struct mrl_merged **entries = mrl_arena_array(
		arena, program->graph.entry_count + (size_t)1, sizeof(*entries), _Alignof(void *));
	struct mrl_merge *merge = MRL_NEW(arena, struct mrl_merge);
	if (entries == NULL || merge == NULL) {
		return MRL_ERR_MEMORY;
	}
	enum mrl_err err = begin(merge, program, arena);
	if (err == MRL_OK && !has_dynamic_scope(program)) {
		mrl_arena_init(&merge->work, &arena->memory, 1U << 16, WORK_BYTES);
		err = finish(merge, program, entries, diagnostics);
		mrl_arena_release(&merge->work);
	}
	return err;
}
