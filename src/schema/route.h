/*
 * The router's compiled form: a tree of segments, flat. A node tries its literal child, then mixed
 * segments ("{id}.json"), then the plain template; so it is a rule which of two templates is taken,
 * and how many nodes one search can visit at most is known when the tree is built.
 */
#ifndef MRL_SCHEMA_ROUTE_H
#define MRL_SCHEMA_ROUTE_H

#include <merlon/openapi.h>

#include "template.h"

/* What a search may visit at most; a document that needs more is refused. */
#define MRL_ROUTE_VISITS_MAX 1024

#define MRL_ROUTE_NONE UINT32_MAX

/* A slot of a node's table of literals: open addressing, at most half full. */
struct mrl_route_edge {
	const uint8_t *text;
	uint32_t size;
	uint32_t hash;
	uint32_t child; /* MRL_ROUTE_NONE: the slot is free */
};

struct mrl_route_mixed {
	struct mrl_template_segment segment;
	uint32_t child;
};

struct mrl_route_node {
	const struct mrl_path *leaf; /* a path that ends here, or NULL */
	uint32_t edges;              /* first slot */
	uint32_t edge_mask;          /* slots - 1 */
	uint32_t mixed;              /* first of its mixed segments */
	uint32_t mixed_count;
	uint32_t plain; /* child, or MRL_ROUTE_NONE */
};

struct mrl_router {
	const struct mrl_route_node *nodes; /* the root first */
	const struct mrl_route_edge *edges;
	const struct mrl_route_mixed *mixed;
	uint32_t node_count;
	uint32_t visits_max; /* of any search */
};

/* Of length and both ends. Names come from documents; who chooses what is searched for cannot
 * choose what it collides with. */
static inline uint32_t mrl_route_hash(struct mrl_slice text)
{
	uint64_t head = 0;
	uint64_t tail = 0;
	if (text.size >= 8) {
		memcpy(&head, text.data, 8);
		memcpy(&tail, text.data + text.size - 8, 8);
	} else if (text.size >= 4) {
		memcpy(&head, text.data, 4);
		memcpy(&tail, text.data + text.size - 4, 4);
	} else if (text.size > 0) {
		head = text.data[0];
		tail = (uint64_t)text.data[text.size / 2] << 8 | text.data[text.size - 1];
	}
	uint64_t mixed = (head ^ text.size) * UINT64_C(0x9E3779B97F4A7C15);
	mixed = (mixed ^ tail ^ mixed >> 29) * UINT64_C(0xBF58476D1CE4E5B9);
	return (uint32_t)(mixed >> 32);
}

/* A path with its template cut. */
struct mrl_route_entry {
	const struct mrl_path *path;
	struct mrl_template template;
};

/* Pairs that cannot both be routed are errors, pairs that only a rule tells apart warnings. */
void mrl_route_clash(const struct mrl_route_entry *entries, uint32_t count,
                     struct mrl_diagnostics *diagnostics);

#endif
