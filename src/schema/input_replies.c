/* The replies that an operation documents, for who judges them (off by default). */
#include "input.h"

/* 200; 4 for "4XX"; 0 for "default". */
static uint16_t status_of(struct mrl_slice key)
{
	uint64_t status;
	if (mrl_slice_ends(key, MRL_SLICE("XX"))) {
		return (uint16_t)(key.data[0] - '0');
	}
	return mrl_parse_u64(key, &status) ? (uint16_t)status : 0;
}

static enum mrl_err read_reply(struct mrl_input_load *load, const struct mrl_node *key,
                               struct mrl_input_reply *reply)
{
	const struct mrl_node *response;
	enum mrl_err err = mrl_oas_resolve(&load->oas, mrl_node_value(key), &response);
	reply->status = status_of(key->text);
	if (err == MRL_OK) {
		err = mrl_input_headers(load, mrl_node_member(response, "headers"),
		                        &reply->headers);
	}
	return err == MRL_OK ? mrl_input_medias(load, mrl_node_member(response, "content"),
	                                        &reply->medias)
	                     : err;
}

enum mrl_err mrl_input_replies(struct mrl_input_load *load)
{
	struct mrl_input *input = load->input;
	const struct mrl_node *responses = mrl_node_member(input->operation->node, "responses");
	enum mrl_err err = MRL_OK;
	if (responses == NULL || responses->kind != MRL_NODE_OBJECT) {
		return MRL_OK;
	}
	input->replies = MRL_NEW_ARRAY(load->oas.arena, responses->count, struct mrl_input_reply);
	if (input->replies == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (const struct mrl_node *key = mrl_node_first(responses); err == MRL_OK && key != NULL;
	     key = mrl_node_after(responses, key)) {
		if (!mrl_slice_starts(key->text, MRL_SLICE("x-"))) {
			err = read_reply(load, key, &input->replies[input->reply_count++]);
		}
	}
	return err;
}
