/* What the controls share: the declaration of each, and small readings of a call. */
#ifndef MRL_CONTROL_CONTROL_H
#define MRL_CONTROL_CONTROL_H

#include <merlon/policy.h>

#define MRL_CONTROL(name) extern const struct mrl_control mrl_control_##name;
#include <merlon/controls.def>
#undef MRL_CONTROL

/* The listener that the call came in by; NULL in an nginx of somebody else's. */
const struct mrl_listener *mrl_call_listener(const struct mrl_call *call);

/* "https://HOST[:PUBLIC_PORT]" of the call as clients write it. The port is left out if it is 443
 * or not known. */
MRL_CHECKED enum mrl_err mrl_call_own_origin(const struct mrl_call *call,
                                             struct mrl_slice *ret_origin);

/* Reads client_ip by the rules of the call's listener, once. */
void mrl_call_find_client_ip(struct mrl_call *call);

/* Marks all fields of the request with that id. */
void mrl_view_drop(struct mrl_view *view, enum mrl_field_id id);

/* A field of immutable configuration. `value` is borrowed. */
static inline struct mrl_field mrl_field_of(enum mrl_field_id id, struct mrl_slice name,
                                            struct mrl_slice value)
{
	return (struct mrl_field){.name = name, .value = value, .id = (uint16_t)id};
}

/* Whether a documented reply of that status (exact, then 4XX, then default) names this media type.
 */
bool mrl_operation_documents(const struct mrl_operation *operation, uint16_t status,
                             struct mrl_slice type);
/* Whether that documented reply has no content. */
bool mrl_operation_documents_nothing(const struct mrl_operation *operation, uint16_t status);

/* What the core's input stage needs of this call, begun at the first use. The operation has an
 * input. */
struct mrl_input_call *mrl_call_input(struct mrl_call *call);
/* Turns a fault into a verdict: its problem, the entry of `errors`, fields that the status asks
 * for, facts. NONE passes. */
MRL_CHECKED enum mrl_err mrl_call_judge_input(struct mrl_call *call,
                                              const struct mrl_input_fault *fault,
                                              struct mrl_verdict *ret_verdict);
/* What params, media, body and reply say of a refusal; ends with a row without a name. */
extern const struct mrl_fact_row mrl_input_facts[];

/* At load: a diagnostic for each text that is no field name, and then MRL_ERR_INVALID. */
MRL_CHECKED enum mrl_err mrl_compile_names(const struct mrl_compile *compile,
                                           const struct mrl_settings *names);

/* Refuses a reply of 400 to 499 with its own status. What the client needs to go on stays:
 * WWW-Authenticate, Allow, Retry-After, RateLimit, RateLimit-Policy, each as one field. */
MRL_CHECKED enum mrl_err mrl_call_refuse_reply(struct mrl_call *call,
                                               struct mrl_verdict *ret_verdict);

#endif
