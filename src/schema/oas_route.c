/*
 * Building the router: templates into a tree, the tree into flat tables. How much one search can
 * cost is reckoned here, so that the search itself needs no counter.
 */
#include "route.h"

/* A node while the tree grows. Children come after their parent in the list of all nodes. */
struct branch {
	struct branch *next; /* of all, in the order made */
	struct branch *sibling;
	struct branch *literals; /* children, newest first */
	struct branch *mixed;    /* in the order of the document */
	struct branch *plain;
	const struct mrl_template_segment *segment;
	const struct mrl_path *leaf;
	uint32_t index;
	uint32_t literal_count;
	uint32_t mixed_count;
	uint64_t visits; /* by the worst search from here on */
};

struct building {
	struct mrl_arena *arena;
	struct mrl_arena scratch;
	struct mrl_diagnostics *diagnostics;
	struct branch *first;
	struct branch *last;
	uint32_t branch_count;
	uint32_t edge_count;
	uint32_t mixed_count;
	struct mrl_route_node *nodes;
	struct mrl_route_edge *edges;
	struct mrl_route_mixed *mixed;
};

static struct branch *make_branch(struct building *building,
                                  const struct mrl_template_segment *segment)
{
	struct branch *branch = MRL_NEW(&building->scratch, struct branch);
	if (branch == NULL) {
		return NULL;
	}
	branch->segment = segment;
	branch->index = building->branch_count++;
	if (building->last == NULL) {
		building->first = branch;
	} else {
		building->last->next = branch;
	}
	building->last = branch;
	return branch;
}

static struct branch *find_child(struct branch *child, const struct mrl_template_segment *segment)
{
	while (child != NULL && !mrl_segment_same(child->segment, segment)) {
		child = child->sibling;
	}
	return child;
}

static struct branch *plain_child(struct building *building, struct branch *parent,
                                  const struct mrl_template_segment *segment)
{
	if (parent->plain == NULL) {
		parent->plain = make_branch(building, segment);
	}
	return parent->plain;
}

/* NULL: no memory. */
static struct branch *child_of(struct building *building, struct branch *parent,
                               const struct mrl_template_segment *segment)
{
	bool is_literal = mrl_segment_is_literal(segment);
	if (mrl_segment_is_plain(segment)) {
		return plain_child(building, parent, segment);
	}
	struct branch **list = is_literal ? &parent->literals : &parent->mixed;
	struct branch *child = find_child(*list, segment);
	if (child != NULL) {
		return child;
	}
	child = make_branch(building, segment);
	if (child == NULL) {
		return NULL;
	}
	while (!is_literal && *list != NULL) {
		list = &(*list)->sibling;
	}
	child->sibling = *list;
	*list = child;
	*(is_literal ? &parent->literal_count : &parent->mixed_count) += 1;
	return child;
}

static enum mrl_err insert(struct building *building, const struct mrl_route_entry *entry)
{
	struct branch *branch = building->first;
	for (uint16_t i = 0; i < entry->template.segment_count; i++) {
		branch = child_of(building, branch, &entry->template.segments[i]);
		if (branch == NULL) {
			return MRL_ERR_MEMORY;
		}
	}
	branch->leaf = entry->path;
	return MRL_OK;
}

static uint32_t slots_for(uint32_t count)
{
	uint32_t slots = 1;
	while (slots < 2 * count) {
		slots *= 2;
	}
	return slots;
}

static uint64_t cap(uint64_t visits)
{
	return visits > MRL_ROUTE_VISITS_MAX ? MRL_ROUTE_VISITS_MAX + 1 : visits;
}

/* A search takes one literal child at most, then every template in turn. */
static void reckon(struct branch *branch)
{
	uint64_t literal = 0;
	uint64_t rest = branch->plain == NULL ? 0 : branch->plain->visits;
	for (const struct branch *child = branch->literals; child != NULL; child = child->sibling) {
		literal = child->visits > literal ? child->visits : literal;
	}
	for (const struct branch *child = branch->mixed; child != NULL; child = child->sibling) {
		rest = cap(rest + child->visits);
	}
	branch->visits = cap(1 + literal + rest);
}

static void add_edge(struct building *building, const struct mrl_route_node *node,
                     const struct branch *child)
{
	struct mrl_slice text = child->segment->literals[0];
	uint32_t hash = mrl_route_hash(text);
	uint32_t at = hash;
	while (building->edges[node->edges + (at & node->edge_mask)].child != MRL_ROUTE_NONE) {
		at++;
	}
	building->edges[node->edges + (at & node->edge_mask)] = (struct mrl_route_edge){
		.text = text.data,
		.size = (uint32_t)text.size,
		.hash = hash,
		.child = child->index};
}

static void add_edges(struct building *building, const struct mrl_route_node *node,
                      const struct branch *branch)
{
	for (uint32_t i = 0; i <= node->edge_mask; i++) {
		building->edges[node->edges + i].child = MRL_ROUTE_NONE;
	}
	for (const struct branch *child = branch->literals; child != NULL; child = child->sibling) {
		add_edge(building, node, child);
	}
}

static void flatten(struct building *building, const struct branch *branch)
{
	struct mrl_route_node *node = &building->nodes[branch->index];
	*node = (struct mrl_route_node){
		.leaf = branch->leaf,
		.edges = building->edge_count,
		.edge_mask = slots_for(branch->literal_count) - 1,
		.mixed = building->mixed_count,
		.mixed_count = branch->mixed_count,
		.plain = branch->plain == NULL ? MRL_ROUTE_NONE : branch->plain->index,
	};
	add_edges(building, node, branch);
	building->edge_count += node->edge_mask + 1;
	for (const struct branch *child = branch->mixed; child != NULL; child = child->sibling) {
		building->mixed[building->mixed_count++] = (struct mrl_route_mixed){
			.segment = *child->segment, .child = child->index};
	}
}

static enum mrl_err make_tables(struct building *building)
{
	uint32_t edges = 0;
	uint32_t mixed = 0;
	for (const struct branch *branch = building->first; branch != NULL; branch = branch->next) {
		edges += slots_for(branch->literal_count);
		mixed += branch->mixed_count;
	}
	building->nodes = MRL_NEW_ARRAY(building->arena, building->branch_count,
	                                struct mrl_route_node);
	building->edges = MRL_NEW_ARRAY(building->arena, edges, struct mrl_route_edge);
	building->mixed = MRL_NEW_ARRAY(building->arena, mixed, struct mrl_route_mixed);
	bool full = building->nodes == NULL || building->edges == NULL || building->mixed == NULL;
	return full ? MRL_ERR_MEMORY : MRL_OK;
}

/* Children are made after their parents, so from the last to the first all is known. */
static enum mrl_err reckon_all(struct building *building)
{
	struct branch **branches = MRL_NEW_ARRAY(&building->scratch, building->branch_count,
	                                         struct branch *);
	if (branches == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (struct branch *branch = building->first; branch != NULL; branch = branch->next) {
		branches[branch->index] = branch;
	}
	for (uint32_t i = building->branch_count; i-- > 0;) {
		reckon(branches[i]);
	}
	return MRL_OK;
}

static void check_visits(struct building *building, const struct mrl_router_input *input)
{
	if (building->first->visits > MRL_ROUTE_VISITS_MAX && input->count != 0) {
		mrl_diagnose(building->diagnostics, MRL_ERROR, "oa-path-clash",
		             input->paths[0]->node, "name the first segments of paths literally",
		             "a request can compete for more than %u branches of the templates",
		             MRL_ROUTE_VISITS_MAX);
	}
}

static enum mrl_err compile(struct building *building, const struct mrl_router_input *input,
                            const struct mrl_router **ret_router)
{
	struct mrl_router *router = MRL_NEW(building->arena, struct mrl_router);
	enum mrl_err err = reckon_all(building);
	if (err == MRL_OK) {
		err = make_tables(building);
	}
	if (err != MRL_OK || router == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (const struct branch *branch = building->first; branch != NULL; branch = branch->next) {
		flatten(building, branch);
	}
	check_visits(building, input);
	*router = (struct mrl_router){
		.nodes = building->nodes,
		.edges = building->edges,
		.mixed = building->mixed,
		.node_count = building->branch_count,
		.visits_max = (uint32_t)building->first->visits,
	};
	*ret_router = router;
	return MRL_OK;
}

static void refuse_template(struct building *building, const struct mrl_path *path,
                            const char *code, const char *what)
{
	mrl_diagnose(building->diagnostics, MRL_ERROR, code, path->node, NULL, "the path %.*s %s",
	             MRL_PRINT(mrl_slice_sub(path->template_path, 0, 300)), what);
}

/* MRL_OK with a fault said: `ret_entry` has no path. */
static enum mrl_err read_entry(struct building *building, const struct mrl_path *path,
                               struct mrl_route_entry *ret_entry)
{
	const char *fault;
	struct mrl_template template = {0};
	enum mrl_err err = mrl_template_parse(path->template_path, building->arena, &template,
	                                      &fault);
	if (err == MRL_ERR_INVALID) {
		refuse_template(building, path, "oa-structure", fault);
		return MRL_OK;
	}
	if (err != MRL_OK) {
		return err;
	}
	if (mrl_segment_is_literal(&template.segments[0]) &&
	    mrl_slice_is(template.segments[0].literals[0], ".merlon")) {
		refuse_template(building, path, "oa-path-reserved",
		                "is below /.merlon/, which is Merlon's own");
	}
	*ret_entry = (struct mrl_route_entry){.path = path, .template = template};
	return MRL_OK;
}

static enum mrl_err read_entries(struct building *building, const struct mrl_router_input *input,
                                 struct mrl_route_entry *entries, uint32_t *ret_count)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < input->count; i++) {
		struct mrl_route_entry entry = {0};
		enum mrl_err err = read_entry(building, input->paths[i], &entry);
		if (err != MRL_OK) {
			return err;
		}
		if (entry.path != NULL) {
			entries[count++] = entry;
		}
	}
	*ret_count = count;
	return MRL_OK;
}

static enum mrl_err build(struct building *building, const struct mrl_router_input *input,
                          const struct mrl_router **ret_router)
{
	uint32_t count = 0;
	struct mrl_route_entry *entries = MRL_NEW_ARRAY(&building->scratch, input->count,
	                                                struct mrl_route_entry);
	if (entries == NULL || make_branch(building, NULL) == NULL) {
		return MRL_ERR_MEMORY;
	}
	enum mrl_err err = read_entries(building, input, entries, &count);
	if (err != MRL_OK) {
		return err;
	}
	mrl_route_clash(entries, count, building->diagnostics);
	for (uint32_t i = 0; err == MRL_OK && i < count; i++) {
		err = insert(building, &entries[i]);
	}
	return err == MRL_OK ? compile(building, input, ret_router) : err;
}

enum mrl_err mrl_router_new(const struct mrl_router_input *input, struct mrl_arena *arena,
                            struct mrl_diagnostics *diagnostics,
                            const struct mrl_router **ret_router)
{
	struct building building = {.arena = arena, .diagnostics = diagnostics};
	const struct mrl_router *router = NULL;
	uint32_t errors_before = diagnostics->errors;
	mrl_arena_init(&building.scratch, &arena->memory, 16384, arena->cap_bytes);
	enum mrl_err err = build(&building, input, &router);
	mrl_arena_release(&building.scratch);
	if (err == MRL_OK && diagnostics->errors != errors_before) {
		err = MRL_ERR_INVALID;
	}
	if (err == MRL_OK) {
		*ret_router = router;
	}
	return err;
}
