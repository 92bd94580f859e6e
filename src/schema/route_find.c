/* The search: one table look-up per literal segment, a stack only where templates compete. */
#include "route.h"

/* What is left to try at a node: its mixed segments from `option` on, then its plain template. */
struct choice {
	uint32_t node;
	uint16_t depth;
	uint16_t option;
};

struct search {
	const struct mrl_router *router;
	const struct mrl_target *target;
	uint32_t node;
	uint32_t depth;
	uint32_t choice_count;
	struct choice choices[MRL_SEGMENTS_MAX];
};

static uint32_t find_literal(const struct mrl_router *router, const struct mrl_route_node *node,
                             struct mrl_slice text)
{
	uint32_t hash = mrl_route_hash(text);
	for (uint32_t at = hash;; at++) {
		const struct mrl_route_edge *edge =
			&router->edges[node->edges + (at & node->edge_mask)];
		if (edge->child == MRL_ROUTE_NONE ||
		    (edge->hash == hash && edge->size == text.size &&
		     memcmp(edge->text, text.data, text.size) == 0)) {
			return edge->child;
		}
	}
}

/* The path /.merlon/ is Merlon's own: no template stands for it. */
static bool is_reserved(uint32_t depth, struct mrl_slice text)
{
	return depth == 0 && mrl_slice_is(text, ".merlon");
}

static void remember(struct search *search, const struct mrl_route_node *node,
                     struct mrl_slice text)
{
	bool has_template = node->plain != MRL_ROUTE_NONE || node->mixed_count != 0;
	if (has_template && text.size != 0 && !is_reserved(search->depth, text)) {
		search->choices[search->choice_count++] = (struct choice){
			search->node, (uint16_t)search->depth, 0};
	}
}

/* The next child that the newest choice has to offer; MRL_ROUTE_NONE: it is spent. */
static uint32_t next_option(const struct search *search, struct choice *choice)
{
	const struct mrl_route_node *node = &search->router->nodes[choice->node];
	struct mrl_slice text = search->target->segments[choice->depth];
	while (choice->option < node->mixed_count) {
		const struct mrl_route_mixed *mixed =
			&search->router->mixed[node->mixed + choice->option++];
		if (mrl_segment_matches(&mixed->segment, text)) {
			return mixed->child;
		}
	}
	bool spent = choice->option > node->mixed_count;
	choice->option = (uint16_t)(node->mixed_count + 1);
	return spent ? MRL_ROUTE_NONE : node->plain;
}

static bool go_back(struct search *search)
{
	while (search->choice_count != 0) {
		struct choice *choice = &search->choices[search->choice_count - 1];
		uint32_t child = next_option(search, choice);
		if (child == MRL_ROUTE_NONE) {
			search->choice_count--;
			continue;
		}
		search->depth = choice->depth + 1U;
		search->node = child;
		return true;
	}
	return false;
}

/* One segment down by its literal; false: there is none. */
static bool go_down(struct search *search)
{
	const struct mrl_route_node *node = &search->router->nodes[search->node];
	struct mrl_slice text = search->target->segments[search->depth];
	remember(search, node, text);
	uint32_t child = find_literal(search->router, node, text);
	if (child == MRL_ROUTE_NONE) {
		return false;
	}
	search->node = child;
	search->depth++;
	return true;
}

const struct mrl_path *mrl_router_find(const struct mrl_router *router,
                                       const struct mrl_target *target)
{
	/* Not cleared: a kilobyte for each request, of which a few words are used. */
	__attribute__((uninitialized)) struct search search;
	if (target->segment_count == 0 || target->segment_count > MRL_SEGMENTS_MAX) {
		return NULL;
	}
	search.router = router;
	search.target = target;
	search.node = 0;
	search.depth = 0;
	search.choice_count = 0;
	for (;;) {
		bool at_end = search.depth == target->segment_count;
		if (at_end && router->nodes[search.node].leaf != NULL) {
			return router->nodes[search.node].leaf;
		}
		if ((at_end || !go_down(&search)) && !go_back(&search)) {
			return NULL;
		}
	}
}
