/*
 * The fast form of a program: all schemas that apply at one location as one object, where load can
 * tell which ones those are. A run over it says "valid" or "ask the general validator", which then
 * finds the failure; what it cannot tell at load is judged by that validator from the start.
 */
#ifndef MRL_SCHEMA_MERGED_H
#define MRL_SCHEMA_MERGED_H

#include "program.h"

enum mrl_merged_form {
	MRL_MERGED_JUDGE,   /* by the members below */
	MRL_MERGED_SKIP,    /* nothing is said of this value or of what is in it */
	MRL_MERGED_FREE,    /* any value within the caps */
	MRL_MERGED_GENERAL, /* by the general validator, `starts` one after the other */
	MRL_MERGED_BY_NAME, /* the value of a member chooses */
	MRL_MERGED_BY_TYPE, /* the type chooses */
};

/* A number as mantissa x 10^-scale. */
struct mrl_short_decimal {
	int64_t mantissa; /* below 10^18 */
	uint8_t scale;    /* at most 18 */
};
#define MRL_SHORT_DIGITS 18
__extension__ typedef __int128 mrl_wide; /* two of them multiplied */

struct mrl_merged_bound {
	bool given, exclusive;
	struct mrl_short_decimal value;
};

/* One name of an object. */
struct mrl_merged_slot {
	struct mrl_slice name;
	uint64_t head;                  /* its first 8 bytes */
	const struct mrl_merged *value; /* NULL: refused */
	bool required;
	bool listed; /* a schema has it among its properties */
};

/* A set of strings, or of names: by length and ends, then by bytes. */
struct mrl_merged_names {
	const struct mrl_slice *texts;
	const struct mrl_merged **values; /* by text; NULL: a set */
	uint32_t *table;                  /* 1 + index */
	uint32_t mask;
};

struct mrl_merged_pattern {
	const struct mrl_regex *regex;
	const struct mrl_merged *value;
};

/* A schema with a value list: enum or const. */
struct mrl_merged_list {
	const struct mrl_site *site;
	struct mrl_merged_names strings; /* of the list */
};

struct mrl_merged {
	uint8_t form;
	uint8_t types;
	uint32_t number;   /* of the form, from 0 */
	bool integer;      /* numbers are integers */
	bool number_range; /* of the policy: int64 or I-JSON, or a double */
	bool number_slow;  /* bounds, divisors, formats that only the decimals tell */
	bool number_free;  /* nothing is asked of a number but `integer` and its range */
	bool string_free;  /* nor of a string but its length */
	bool unique;
	bool open; /* names beside the slots may come: looked at for case */
	bool members_capped;
	bool silent;                       /* an object or array of which nothing is said */
	bool waits_for_caps;               /* an array without maximum */
	int64_t integer_low, integer_high; /* of numbers without fraction that fit */
	struct mrl_merged_bound minimum, maximum;
	struct mrl_short_decimal divisor; /* mantissa 0: none */

	uint64_t min_length, max_length; /* code points */
	bool string_capped;
	uint64_t min_items, max_items;
	const struct mrl_merged **prefix;
	uint32_t prefix_count;
	const struct mrl_merged *items; /* NULL: refused */

	struct mrl_merged_slot *slots;
	uint32_t slot_count, required_count;
	uint32_t *table; /* 1 + slot */
	uint32_t mask;
	const struct mrl_merged *rest;       /* of other names; NULL: refused */
	struct mrl_merged_pattern *patterns; /* of other names */
	uint32_t pattern_count;
	uint64_t min_members, max_members;
	struct mrl_ir_dependent *dependent;
	uint32_t dependent_count;

	/* All schemas of the location, for what is asked of each. */
	const struct mrl_site **strings; /* with pattern or format */
	const struct mrl_site **numbers; /* `number_slow` */
	struct mrl_merged_list *lists;
	uint32_t string_count, number_count, list_count;

	struct mrl_slice chooser;        /* BY_NAME */
	struct mrl_merged_names choices; /* BY_NAME */
	uint32_t choice_count;
	const struct mrl_merged *absent;     /* BY_NAME: the member is not there; NULL: refused */
	const struct mrl_merged *by_type[8]; /* BY_TYPE: by the bit of the kind */

	const struct mrl_ir **starts; /* as the general validator is given them */
	uint32_t start_count;
};

/* Gives a program its merged forms, and tells what is found in them. MRL_ERR_MEMORY. */
MRL_CHECKED enum mrl_err mrl_merge(struct mrl_program *program, struct mrl_arena *arena,
                                   struct mrl_diagnostics *diagnostics);

/* True: valid. False: not known; `run` stays as it was but for steps. */
bool mrl_merged_run(struct mrl_run *run, const struct mrl_merged *merged,
                    struct mrl_json_node *root);

/* Whether all schemas of a number or of a string hold, but for types. */
bool mrl_merged_number(const struct mrl_run *run, const struct mrl_merged *merged,
                       const struct mrl_json_node *node);
bool mrl_merged_string(struct mrl_run *run, const struct mrl_merged *merged,
                       const struct mrl_json_node *node);
bool mrl_merged_listed(struct mrl_run *run, const struct mrl_merged *merged,
                       const struct mrl_json_node *node);
/* Digits with at most one point, nothing else; false: not short. */
bool mrl_short_decimal(struct mrl_slice text, struct mrl_short_decimal *ret_value);

/* 0: not there; else 1 + index. */
uint32_t mrl_merged_find(const struct mrl_merged_names *names, struct mrl_slice text);
MRL_CHECKED enum mrl_err mrl_merged_names(struct mrl_arena *arena, const struct mrl_slice *texts,
                                          uint32_t count, struct mrl_merged_names *ret_names);

/* Its first 8 bytes; of shorter texts all, zeros behind. */
static inline uint64_t mrl_merged_head(struct mrl_slice text)
{
	uint64_t head = 0;
	if (text.size >= 8) {
		memcpy(&head, text.data, 8);
		return head;
	}
	if (text.size >= 4) {
		uint32_t first;
		uint32_t last;
		memcpy(&first, text.data, 4);
		memcpy(&last, text.data + text.size - 4, 4);
		return first | (uint64_t)last << (8 * (text.size - 4));
	}
	for (size_t i = 0; i < text.size; i++) {
		head |= (uint64_t)text.data[i] << 8 * i;
	}
	return head;
}

/* By length, first and last 8 bytes: equality is looked at in any case. */
static inline uint32_t mrl_merged_hash(struct mrl_slice text, uint64_t head)
{
	uint64_t tail = text.size > 8 ? mrl_merged_head(mrl_slice(text.data + text.size - 8, 8))
	                              : 0;
	uint64_t mixed = (head ^ (tail << 23 | tail >> 41) ^
	                  text.size * UINT64_C(0x9E3779B97F4A7C15)) *
	                 UINT64_C(0xD6E8FEB86659FD93);
	return (uint32_t)(mixed >> 32);
}

#endif
