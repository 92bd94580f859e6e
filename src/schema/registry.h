/*
 * What references find: documents, the resources and anchors in them [INPUT-1]. A document is read
 * once from front to back; every node then knows the resource that it stands in.
 */
#ifndef MRL_SCHEMA_REGISTRY_H
#define MRL_SCHEMA_REGISTRY_H

#include "ir.h"

struct mrl_resource {
	struct mrl_resource *next;
	struct mrl_slice uri; /* absolute, without fragment; empty: of no name */
	const struct mrl_node *root;
	enum mrl_dialect dialect;
	bool no_validation;         /* its metaschema leaves the validation vocabulary out */
	bool recursive;             /* $recursiveAnchor: true */
	struct mrl_ir_resource *ir; /* made on demand */
};

struct mrl_anchor {
	struct mrl_anchor *next;
	const struct mrl_resource *resource;
	struct mrl_slice name;
	const struct mrl_node *node;
	bool dynamic;
};

struct mrl_registered {
	struct mrl_registered *next;
	const struct mrl_node *root;     /* of a document, or of a schema within one */
	struct mrl_resource **resources; /* by node from the root on */
};

struct mrl_registry {
	const struct mrl_schema_options *options;
	struct mrl_arena *arena;
	struct mrl_diagnostics *diagnostics;
	struct mrl_registered *documents;
	struct mrl_resource *resources; /* in no order */
	struct mrl_anchor *anchors;
	uint32_t resource_count;
};

/* `uri` of a reference against `base`, without dot segments (RFC 3986 5.2). */
MRL_CHECKED enum mrl_err mrl_uri_resolve(struct mrl_arena *arena, struct mrl_slice base,
                                         struct mrl_slice reference, struct mrl_slice *ret_uri);
/* Cuts at the first '#'; no fragment: its data is NULL. */
void mrl_uri_split(struct mrl_slice uri, struct mrl_slice *ret_absolute,
                   struct mrl_slice *ret_fragment);

/* Takes in the tree below `root`, under that URI; a second time does nothing. */
MRL_CHECKED enum mrl_err mrl_registry_add(struct mrl_registry *registry, struct mrl_slice uri,
                                          const struct mrl_node *root);
/* The resource that a node of a document taken in stands in. */
struct mrl_resource *mrl_registry_of(const struct mrl_registry *registry,
                                     const struct mrl_node *node);
/* What an absolute URI with its fragment names, or NULL after no finding of its own.
 * MRL_ERR_MEMORY and the read port's failures else. */
MRL_CHECKED enum mrl_err mrl_registry_find(struct mrl_registry *registry, struct mrl_slice uri,
                                           const struct mrl_node **ret_node);
const struct mrl_anchor *mrl_registry_anchor(const struct mrl_registry *registry,
                                             const struct mrl_resource *resource,
                                             struct mrl_slice name);
/* By `$schema`; false: unknown. */
bool mrl_dialect_of(struct mrl_slice uri, enum mrl_dialect *ret_dialect);

#endif
