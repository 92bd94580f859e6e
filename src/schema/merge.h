/* What the parts of merging share: cold, at load. */
#ifndef MRL_SCHEMA_MERGE_H
#define MRL_SCHEMA_MERGE_H

#include "merged.h"

#define MRL_MERGE_SET_MAX 64 /* schemas at one location; more are left to the general validator */

/* Schemas that apply in place, in order of their ids. One with `decided` stands for an anyOf, oneOf
 * or discriminator that a choice has settled: its branches do not count again. */
struct mrl_merge_set {
	const struct mrl_ir *items[MRL_MERGE_SET_MAX];
	uint32_t count;
	const struct mrl_ir *decided[MRL_MERGE_SET_MAX];
	uint32_t decided_count;
	bool overflow;
};

struct mrl_merge_job {
	struct mrl_merge_job *next;
	uint64_t key;
	struct mrl_merge_set starts; /* before closure */
	struct mrl_merged *merged;
	struct mrl_merge_job *next_in_bucket;
};

#define MRL_MERGE_BUCKETS 1024

struct mrl_merge {
	const struct mrl_program *program;
	struct mrl_arena *arena;
	struct mrl_arena work; /* given back at the end */
	struct mrl_merge_job *buckets[MRL_MERGE_BUCKETS];
	struct mrl_merge_job *first, *last; /* still to be filled */
	uint32_t jobs;
	struct mrl_merged *skip, *free, *general_limit;
	bool closed;
	enum mrl_err err;
};

void mrl_merge_add(struct mrl_merge_set *set, const struct mrl_ir *ir);
void mrl_merge_decide(struct mrl_merge_set *set, const struct mrl_ir *ir);
/* With all that $ref and allOf reach. */
void mrl_merge_close(const struct mrl_merge_set *starts, struct mrl_merge_set *ret_closed);
/* The merged form of a set, made once; filled later. NULL: no memory, `merge->err`. An empty set:
 * nothing is said of the value, which only an open world takes (NULL else). */
const struct mrl_merged *mrl_merge_of(struct mrl_merge *merge, const struct mrl_merge_set *starts);

/* Fills in what the closed set says; false: it cannot be told at load. */
bool mrl_merge_fill(struct mrl_merge *merge, const struct mrl_merge_set *set,
                    struct mrl_merged *merged);
bool mrl_merge_object(struct mrl_merge *merge, const struct mrl_merge_set *set,
                      struct mrl_merged *merged);
bool mrl_merge_number(struct mrl_merge *merge, const struct mrl_merge_set *set,
                      struct mrl_merged *merged);
/* Settles the first choice in the set; false: there is none that load can settle. */
bool mrl_merge_choose(struct mrl_merge *merge, const struct mrl_merge_job *job,
                      const struct mrl_merge_set *set, struct mrl_merged *merged);
/* Whether the set still has an anyOf, oneOf or discriminator that is not settled. */
const struct mrl_ir *mrl_merge_open_choice(const struct mrl_merge_set *set);

/* After all jobs: findings in a closed world; numbers for the load report. MRL_ERR_MEMORY. */
MRL_CHECKED enum mrl_err mrl_merge_findings(struct mrl_merge *merge,
                                            const struct mrl_merged *const *entries,
                                            struct mrl_diagnostics *diagnostics);
MRL_CHECKED enum mrl_err mrl_merge_count(struct mrl_merge *merge,
                                         const struct mrl_merged *const *entries,
                                         struct mrl_schema_counts **ret_counts);

static inline const struct mrl_site *mrl_merge_site(const struct mrl_merge *merge,
                                                    const struct mrl_ir *ir)
{
	return &merge->program->sites[ir->id];
}

#endif
