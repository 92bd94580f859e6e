/* Judging texts and tapes of one call: what head, body and reply share. Hot. */
#ifndef MRL_SCHEMA_JUDGE_H
#define MRL_SCHEMA_JUDGE_H

#include "style.h"

/* One value on its way to its verdict. */
struct mrl_judge {
	struct mrl_input_call *call;
	const struct mrl_program *program;
	enum mrl_input_kind invalid; /* the kind of a value that was read but is not valid */
	enum mrl_input_kind syntax;  /* and of one that could not be read */
	uint64_t bytes;              /* judged of this call so far: the allowance grows with them */
	enum mrl_input_place in;
	struct mrl_slice name;          /* of the parameter */
	bool keep;                      /* values that are valid are the call's */
	bool foreign_name;              /* the document does not have it */
	const struct mrl_slice *member; /* a field of a form, alone: pointers begin with it */
	struct mrl_slice whole;         /* the body: positions are in it */
	struct mrl_input_fault *fault;
};

struct mrl_judge mrl_judge_of_request(struct mrl_input_call *call, enum mrl_input_place in,
                                      struct mrl_input_fault *fault);

static inline bool mrl_judge_refused(const struct mrl_judge *judge)
{
	return judge->fault->kind != MRL_INPUT_NONE;
}

/* Refusals; all return MRL_OK, or MRL_ERR_MEMORY. */
enum mrl_err mrl_refuse(const struct mrl_judge *judge, enum mrl_input_kind kind,
                        struct mrl_slice keyword);
/* At a node of the tape: pointer and location of the fault that stands. */
enum mrl_err mrl_refuse_node(const struct mrl_judge *judge, const struct mrl_json_doc *doc,
                             const struct mrl_json_node *node);
/* At an item of the value: its index, or its name. */
enum mrl_err mrl_refuse_item(const struct mrl_judge *judge, const struct mrl_parameter *parameter,
                             const struct mrl_style_value *value);
/* At a byte of a text. */
enum mrl_err mrl_refuse_at(const struct mrl_judge *judge, struct mrl_slice text, uint32_t offset,
                           struct mrl_slice keyword);

struct mrl_style_context mrl_judge_context(const struct mrl_judge *judge,
                                           enum mrl_style_coding coding);

/* The tape by an entry of the program. */
MRL_CHECKED enum mrl_err mrl_judge_doc(const struct mrl_judge *judge, uint32_t entry,
                                       struct mrl_json_doc *doc);
/* A text by a parameter: cut, decoded, typed in each way that it fits until one is valid. */
MRL_CHECKED enum mrl_err mrl_judge_parameter(const struct mrl_judge *judge,
                                             const struct mrl_parameter *parameter,
                                             const struct mrl_style_raws *raws,
                                             struct mrl_json_doc *ret_doc);
/* The same, and the call keeps the value. */
MRL_CHECKED enum mrl_err mrl_judge_value(const struct mrl_judge *judge,
                                         const struct mrl_parameter *parameter,
                                         const struct mrl_style_raws *raws);
/* A text that is one value of these types. */
MRL_CHECKED enum mrl_err mrl_judge_text(const struct mrl_judge *judge,
                                        const struct mrl_parameter *parameter,
                                        struct mrl_slice text, struct mrl_json_doc *ret_doc);
/* JSON text onto a tape; a fault is a refusal with line and column. */
MRL_CHECKED enum mrl_err mrl_judge_read(const struct mrl_judge *judge, struct mrl_slice text,
                                        struct mrl_json_doc *ret_doc);

/* Pairs by field: those of field i are raws[first[i]] to raws[first[i + 1]] (not included). */
struct mrl_assigned {
	struct mrl_style_raw *raws;
	uint32_t *first;
	uint32_t *foreign; /* pairs that no field claims */
	uint32_t foreign_count;
};
MRL_CHECKED enum mrl_err mrl_input_assign(const struct mrl_input_fields *fields,
                                          const struct mrl_pair *pairs, uint32_t count,
                                          struct mrl_arena *arena,
                                          struct mrl_assigned *ret_assigned);

/* Headers that are declared: of a request, a reply or a part. */
struct mrl_header_list {
	const struct mrl_field *fields; /* or */
	const struct mrl_part_field *part_fields;
	uint32_t count;
};
MRL_CHECKED enum mrl_err mrl_judge_headers(struct mrl_judge *judge,
                                           const struct mrl_input_fields *fields,
                                           const struct mrl_header_list *list);

MRL_CHECKED enum mrl_err mrl_judge_body(struct mrl_judge *judge, struct mrl_slice body,
                                        struct mrl_json_doc *ret_doc);
MRL_CHECKED enum mrl_err mrl_judge_form(struct mrl_judge *judge, struct mrl_slice body,
                                        struct mrl_json_doc *ret_doc);
MRL_CHECKED enum mrl_err mrl_judge_multipart(struct mrl_judge *judge, struct mrl_slice body,
                                             struct mrl_json_doc *ret_doc);

/* Names that a form does not list: refused, or, where it is open, the first that stands twice (the
 * count: none). */
MRL_CHECKED enum mrl_err mrl_judge_foreign(struct mrl_judge *judge,
                                           const struct mrl_style_item *names, uint32_t count,
                                           uint32_t *ret_repeated);

/* The entry for a Content-Type; NULL: none, or a parameter that it may not have. */
const struct mrl_input_media *mrl_media_find(const struct mrl_input_medias *medias,
                                             struct mrl_slice content_type,
                                             struct mrl_slice *ret_boundary);

#endif
