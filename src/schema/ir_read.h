/* What the parts of reading schemas into the normal form share. */
#ifndef MRL_SCHEMA_IR_READ_H
#define MRL_SCHEMA_IR_READ_H

#include "registry.h"

#define MRL_DIALECTS_ALL ((1U << MRL_DIALECT_COUNT) - 1)
#define MRL_IN(dialect)  (1U << MRL_DIALECT_##dialect)

struct mrl_ir_slot {
	const struct mrl_node *node;
	struct mrl_ir *ir;
};

struct mrl_ir_reading {
	struct mrl_registry registry;
	const struct mrl_schema_options *options;
	struct mrl_arena *arena;
	struct mrl_diagnostics *diagnostics;
	struct mrl_ir_slot *slots; /* by node; a power of two, at most half full */
	uint32_t slot_count;
	struct mrl_ir **items;
	uint32_t count, capacity;
};

/* The schema at a node, made if it is new; its keywords are read later. */
MRL_CHECKED enum mrl_err mrl_ir_of(struct mrl_ir_reading *reading, const struct mrl_node *node,
                                   struct mrl_ir **ret_ir);
/* ir_findings.c: a keyword that its dialect does not have; only in OpenAPI documents. */
void mrl_ir_unknown(const struct mrl_ir_reading *reading, const struct mrl_ir *ir,
                    const struct mrl_node *key);
/* A value that is no number, where one is due. */
void mrl_ir_no_number(struct mrl_ir_reading *reading, const struct mrl_ir *ir,
                      const struct mrl_node *value);
/* `nullable` that has no effect. */
void mrl_ir_check_nullable(const struct mrl_ir_reading *reading, const struct mrl_ir *ir);
/* All keywords of one schema. */
MRL_CHECKED enum mrl_err mrl_ir_keywords(struct mrl_ir_reading *reading, struct mrl_ir *ir);
/* $ref, $dynamicRef, $recursiveRef. */
MRL_CHECKED enum mrl_err mrl_ir_reference(struct mrl_ir_reading *reading, struct mrl_ir *ir,
                                          const struct mrl_node *node, struct mrl_slice keyword);
MRL_CHECKED enum mrl_err mrl_ir_resource_of(struct mrl_ir_reading *reading,
                                            struct mrl_resource *resource,
                                            struct mrl_ir_resource **ret_resource);
/* The components that a discriminator may mean. */
MRL_CHECKED enum mrl_err mrl_ir_discriminate(struct mrl_ir_reading *reading, struct mrl_ir *ir);
/* ir_values.c. A list is added to. */
MRL_CHECKED enum mrl_err mrl_ir_members_of(struct mrl_ir_reading *reading,
                                           const struct mrl_node *value,
                                           struct mrl_ir_members *members);
MRL_CHECKED enum mrl_err mrl_ir_list_of(struct mrl_ir_reading *reading,
                                        const struct mrl_node *value, struct mrl_ir_list *list);
MRL_CHECKED enum mrl_err mrl_ir_names_of(struct mrl_ir_reading *reading,
                                         const struct mrl_node *value, struct mrl_ir_names *names);
void mrl_ir_count_of(struct mrl_ir_reading *reading, const struct mrl_node *value,
                     uint64_t *ret_count);
/* Whether the keyword is one of the validation vocabulary. */
bool mrl_ir_is_validation(struct mrl_slice name);
/* js-value at a node. */
void mrl_ir_bad_value(struct mrl_ir_reading *reading, const struct mrl_node *node,
                      const char *wanted);

#endif
