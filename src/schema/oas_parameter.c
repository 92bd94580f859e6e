/*
 * Parameters as far as routing, CORS and the guards ask: each path parameter in its template and
 * the other way round, and the names of header parameters. What values they take is judged
 * elsewhere.
 */
#include "oas.h"

static const char *const places[] = {"path", "query", "header", "cookie"};

struct parameter {
	const struct mrl_node *node; /* references followed */
	const struct mrl_node *site; /* where the list names it */
	struct mrl_slice name;
	struct mrl_slice in;
};

static void say(struct mrl_oas_load *load, const struct mrl_node *node, const char *what,
                struct mrl_slice name)
{
	if (!mrl_oas_is_new(load, "oa-param", node)) {
		return;
	}
	mrl_diagnose(load->diagnostics, MRL_ERROR, "oa-param", node, NULL,
	             "the parameter \"%.*s\" %s", MRL_PRINT(mrl_slice_sub(name, 0, 100)), what);
}

/* False: it is broken, and the first pass has said so. */
static bool read_parameter(const struct mrl_node *site, const struct mrl_node *node,
                           struct parameter *ret_parameter)
{
	const struct mrl_node *name = mrl_node_member(node, "name");
	const struct mrl_node *in = mrl_node_member(node, "in");
	if (name == NULL || in == NULL || name->kind != MRL_NODE_STRING ||
	    in->kind != MRL_NODE_STRING) {
		return false;
	}
	*ret_parameter = (struct parameter){
		.node = node, .site = site, .name = name->text, .in = in->text};
	return true;
}

static enum mrl_err resolve(struct mrl_oas_load *load, const struct mrl_node *site,
                            struct parameter *ret_parameter, bool *ret_found)
{
	const struct mrl_node *node;
	enum mrl_err err = mrl_oas_resolve(load, site, &node);
	if (err == MRL_OK) {
		*ret_found = node != NULL && read_parameter(site, node, ret_parameter);
	}
	return err;
}

static bool is_same(const struct parameter *a, const struct parameter *b)
{
	/* Field names compare without case (RFC 9110 5.1). */
	bool is_header = mrl_slice_is(a->in, "header");
	return mrl_slice_equal(a->in, b->in) &&
	       (is_header ? mrl_slice_equal_nocase(a->name, b->name)
	                  : mrl_slice_equal(a->name, b->name));
}

/* Whether `parameters` has one of that name and place before `until` (NULL: anywhere). */
static enum mrl_err is_listed(struct mrl_oas_load *load, const struct mrl_node *parameters,
                              const struct mrl_node *until, const struct parameter *parameter,
                              bool *ret_listed)
{
	*ret_listed = false;
	if (parameters == NULL || parameters->kind != MRL_NODE_ARRAY) {
		return MRL_OK;
	}
	for (const struct mrl_node *site = mrl_node_first(parameters);
	     site != NULL && site != until && !*ret_listed;
	     site = mrl_node_after(parameters, site)) {
		struct parameter other;
		bool found = false;
		enum mrl_err err = resolve(load, site, &other, &found);
		if (err != MRL_OK) {
			return err;
		}
		*ret_listed = found && is_same(parameter, &other);
	}
	return MRL_OK;
}

static bool names_it(const struct mrl_template *template, struct mrl_slice name)
{
	for (uint16_t i = 0; i < template->segment_count; i++) {
		const struct mrl_template_segment *segment = &template->segments[i];
		for (uint16_t j = 0; j < segment->name_count; j++) {
			if (mrl_slice_equal(segment->names[j], name)) {
				return true;
			}
		}
	}
	return false;
}

static bool is_true(const struct mrl_node *node)
{
	return node != NULL && node->kind == MRL_NODE_BOOL && mrl_lower(node->text.data[0]) == 't';
}

static void check_place(struct mrl_oas_load *load, const struct parameter *parameter,
                        const struct mrl_template *template)
{
	bool known = false;
	for (size_t i = 0; i < MRL_COUNT(places); i++) {
		known = known || mrl_slice_is(parameter->in, places[i]);
	}
	if (!known) {
		say(load, mrl_node_member(parameter->node, "in"),
		    "stands in none of path, query, header, cookie", parameter->name);
	}
	if (!mrl_slice_is(parameter->in, "path")) {
		return;
	}
	if (!is_true(mrl_node_member(parameter->node, "required"))) {
		say(load, parameter->node, "is in the path, so it must be required: true",
		    parameter->name);
	}
	if (template != NULL && !names_it(template, parameter->name)) {
		say(load, parameter->site, "is in the path, but its template does not name it",
		    parameter->name);
	}
}

static void check_content(struct mrl_oas_load *load, const struct parameter *parameter)
{
	const struct mrl_node *schema = mrl_node_member(parameter->node, "schema");
	const struct mrl_node *content = mrl_node_member(parameter->node, "content");
	if ((schema == NULL) == (content == NULL)) {
		say(load, parameter->node, "must have either schema or content", parameter->name);
	}
	if (content != NULL && content->kind == MRL_NODE_OBJECT && content->count != 1) {
		say(load, content, "must have content of exactly one type", parameter->name);
	}
}

static bool is_ignored_header(struct mrl_slice lower)
{
	return mrl_slice_is(lower, "accept") || mrl_slice_is(lower, "content-type") ||
	       mrl_slice_is(lower, "authorization");
}

/* One parameter of a list, against the list and the template (NULL: a broken one). */
static enum mrl_err check_parameter(struct mrl_oas_load *load, const struct mrl_node *parameters,
                                    const struct mrl_node *site,
                                    const struct mrl_template *template)
{
	struct parameter parameter;
	bool found = false;
	bool repeated;
	enum mrl_err err = resolve(load, site, &parameter, &found);
	if (err != MRL_OK || !found) {
		return err;
	}
	check_place(load, &parameter, template);
	check_content(load, &parameter);
	err = is_listed(load, parameters, site, &parameter, &repeated);
	if (err == MRL_OK && repeated && mrl_oas_is_new(load, "oa-param-collision", site)) {
		mrl_diagnose(load->diagnostics, MRL_ERROR, "oa-param-collision", site,
		             "keep one of them", "the parameter \"%.*s\" is in this list twice",
		             MRL_PRINT(mrl_slice_sub(parameter.name, 0, 100)));
	}
	return err;
}

static enum mrl_err check_list(struct mrl_oas_load *load, const struct mrl_node *parameters,
                               struct mrl_slice path)
{
	struct mrl_template template;
	const char *fault;
	if (parameters == NULL || parameters->kind != MRL_NODE_ARRAY) {
		return MRL_OK;
	}
	enum mrl_err err = mrl_template_parse(path, &load->scratch, &template, &fault);
	if (err == MRL_ERR_MEMORY) {
		return err;
	}
	const struct mrl_template *known = err == MRL_OK ? &template : NULL;
	err = MRL_OK;
	for (const struct mrl_node *site = mrl_node_first(parameters);
	     err == MRL_OK && site != NULL; site = mrl_node_after(parameters, site)) {
		err = check_parameter(load, parameters, site, known);
	}
	return err;
}

enum mrl_err mrl_oas_path_parameters(struct mrl_oas_load *load, const struct mrl_node *key,
                                     const struct mrl_node *item)
{
	return check_list(load, mrl_node_member(item, "parameters"), key->text);
}

/* Each name of the template is a path parameter of the operation or of its Path Item. */
static enum mrl_err check_template(struct mrl_oas_load *load, const struct mrl_oas_source *source,
                                   const struct mrl_template_segment *segment)
{
	for (uint16_t i = 0; i < segment->name_count; i++) {
		struct parameter parameter = {.name = segment->names[i], .in = MRL_SLICE("path")};
		bool listed;
		enum mrl_err err = is_listed(load, mrl_node_member(source->operation, "parameters"),
		                             NULL, &parameter, &listed);
		if (err == MRL_OK && !listed) {
			err = is_listed(load, mrl_node_member(source->item, "parameters"), NULL,
			                &parameter, &listed);
		}
		if (err != MRL_OK) {
			return err;
		}
		if (!listed) {
			say(load, source->operation, "of the path is not among the parameters",
			    parameter.name);
		}
	}
	return MRL_OK;
}

static enum mrl_err check_templates(struct mrl_oas_load *load, const struct mrl_oas_source *source)
{
	struct mrl_template template;
	const char *fault;
	enum mrl_err err = mrl_template_parse(source->path, &load->scratch, &template, &fault);
	if (err == MRL_ERR_INVALID) {
		return MRL_OK;
	}
	for (uint16_t i = 0; err == MRL_OK && i < template.segment_count; i++) {
		err = check_template(load, source, &template.segments[i]);
	}
	return err;
}

static enum mrl_err add_header(struct mrl_oas_load *load, const struct mrl_node *site,
                               struct mrl_oas_list *list)
{
	struct parameter parameter;
	struct mrl_slice lower;
	bool found = false;
	enum mrl_err err = resolve(load, site, &parameter, &found);
	if (err != MRL_OK || !found || !mrl_slice_is(parameter.in, "header")) {
		return err;
	}
	err = mrl_oas_lower(load, parameter.name, &lower);
	if (err != MRL_OK) {
		return err;
	}
	if (!is_ignored_header(lower)) {
		return mrl_oas_list_add_once(load, list, lower);
	}
	if (mrl_oas_is_new(load, "oa-header-ignored", parameter.node)) {
		mrl_diagnose(load->diagnostics, MRL_WARNING, "oa-header-ignored", parameter.node,
		             "say it by content and security",
		             "OpenAPI ignores a header parameter of the name %.*s",
		             MRL_PRINT(lower));
	}
	return MRL_OK;
}

static enum mrl_err add_headers(struct mrl_oas_load *load, const struct mrl_node *parameters,
                                struct mrl_oas_list *list)
{
	enum mrl_err err = MRL_OK;
	if (parameters == NULL || parameters->kind != MRL_NODE_ARRAY) {
		return MRL_OK;
	}
	for (const struct mrl_node *site = mrl_node_first(parameters);
	     err == MRL_OK && site != NULL; site = mrl_node_after(parameters, site)) {
		err = add_header(load, site, list);
	}
	return err;
}

enum mrl_err mrl_oas_parameters(struct mrl_oas_load *load, const struct mrl_oas_source *source,
                                struct mrl_operation *operation)
{
	const struct mrl_node *own = mrl_node_member(source->operation, "parameters");
	struct mrl_oas_list headers = {0};
	enum mrl_err err = check_list(load, own, source->path);
	if (err == MRL_OK) {
		err = check_templates(load, source);
	}
	if (err == MRL_OK) {
		err = add_headers(load, own, &headers);
	}
	if (err == MRL_OK) {
		err = add_headers(load, mrl_node_member(source->item, "parameters"), &headers);
	}
	return err == MRL_OK ? mrl_oas_list_end(load, &headers, &operation->header_parameters)
	                     : err;
}
