/* What is told when calls are answered: to a newcomer how to make the first one, to a machine the
 * same as JSON. */
#include "json_out.h"
#include "text.h"
#include "up.h"

#include <inttypes.h>
#include <unistd.h>

/* The name to show: localhost where the first API has it, since it always leads here. */
static struct mrl_slice host_to_try(const struct mrl_policy *policy)
{
	const struct mrl_names *hosts = &policy->apis[0].hosts;
	for (uint32_t i = 0; i < hosts->count; i++) {
		if (mrl_slice_is(hosts->items[i], "localhost")) {
			return hosts->items[i];
		}
	}
	return hosts->items[0];
}

/* Names under .test and .internal are in nobody's DNS, and others may lead elsewhere as yet. */
static const char *resolve_option(struct mrl_arena *arena, const struct mrl_listener *listener,
                                  struct mrl_slice host)
{
	struct mrl_slice address = listener->address;
	while (address.size != 0 && address.data[address.size - 1] != ':') {
		address.size--;
	}
	address.size -= address.size != 0;
	bool known = mrl_slice_is(host, "localhost") || host.data[0] == '[' ||
	             mrl_is_digit(host.data[host.size - 1]);
	if (mrl_slice_is(address, "0.0.0.0") || mrl_slice_is(address, "[::]")) {
		address = MRL_SLICE("127.0.0.1");
	}
	return known ? ""
	             : mrl_text(arena, " --resolve '%.*s:%u:%.*s'", MRL_PRINT(host), listener->port,
	                        MRL_PRINT(address));
}

/* An address that a client on this machine can use: "every address" becomes localhost. */
static const char *url_of(struct mrl_arena *arena, const struct mrl_listener *listener,
                          struct mrl_slice host)
{
	if (listener->port == 0) {
		return mrl_text(arena, "%.*s", MRL_PRINT(listener->address));
	}
	return mrl_text(arena, "%s://%.*s:%u", listener->plain ? "http" : "https", MRL_PRINT(host),
	                listener->port);
}

static const struct mrl_listener *first_tls(const struct mrl_policy *policy)
{
	for (uint32_t i = 0; i < policy->listener_count; i++) {
		if (!policy->listeners[i].plain && policy->listeners[i].port != 0) {
			return &policy->listeners[i];
		}
	}
	return NULL;
}

/* A GET without parameters, so that the line works as it stands; else the root. */
static struct mrl_slice path_to_try(const struct mrl_policy *policy)
{
	const struct mrl_api_document *document = policy->apis[0].document;
	for (uint32_t i = 0; i < document->operation_count; i++) {
		struct mrl_slice path = document->operations[i].template_path;
		if (document->operations[i].method == MRL_METHOD_GET &&
		    mrl_slice_find(path, '{') == path.size) {
			return path;
		}
	}
	return MRL_SLICE("/");
}

static void say_json(const struct mrl_up *up, const struct mrl_generation *generation)
{
	const struct mrl_policy *policy = generation->loading.policy;
	struct mrl_arena *arena = up->cli->arena;
	struct mrl_slice host = host_to_try(policy);
	struct mrl_out json = mrl_out_begin(stdout);
	mrl_out_open(&json, NULL, '{');
	mrl_out_text(&json, "event", "ready");
	mrl_out_number(&json, "pid", getpid());
	mrl_out_number(&json, "generation", (int64_t)generation->number);
	mrl_out_open(&json, "urls", '[');
	for (uint32_t i = 0; i < policy->listener_count; i++) {
		mrl_out_text(&json, NULL, url_of(arena, &policy->listeners[i], host));
	}
	mrl_out_close(&json);
	if (generation->local_authority) {
		mrl_out_text(&json, "ca", mrl_text(arena, "%s/ca/ca.crt", up->places.state));
	}
	mrl_out_text(&json, "error_log", mrl_text(arena, "%s/log/error.log", up->places.state));
	mrl_out_text(&json, "audit", mrl_text(arena, "%s/audit/audit.jsonl", up->places.state));
	mrl_out_text(&json, "policy", mrl_text(arena, "%s/merlon.yaml", generation->folder));
	mrl_out_text(&json, "state_dir", up->places.state);
	mrl_out_text(&json, "run_dir", up->places.run);
	mrl_out_finish(&json);
}

static void say_trust(const struct mrl_up *up)
{
	const char *state = up->places.state;
	printf("\nThe certificate comes from a local authority, which signs for local names only:\n"
	       "  %s/ca/ca.crt\n"
	       "To trust it in curl: the line above. In Debian's store, and with it most "
	       "programs:\n"
	       "  sudo cp '%s/ca/ca.crt' /usr/local/share/ca-certificates/merlon-local.crt && "
	       "sudo update-ca-certificates\n"
	       "In Firefox: Settings, Certificates, Authorities, Import. Merlon changes no "
	       "store.\n",
	       state, state);
}

static void say_curl(const struct mrl_up *up, const struct mrl_generation *generation,
                     const struct mrl_listener *tls, struct mrl_slice host)
{
	struct mrl_arena *arena = up->cli->arena;
	struct mrl_slice path = path_to_try(generation->loading.policy);
	const char *ca = generation->local_authority
	                         ? mrl_text(arena, " --cacert '%s/ca/ca.crt'", up->places.state)
	                         : "";
	printf("\nTry:\n  curl%s%s %s%.*s\n", ca, resolve_option(arena, tls, host),
	       url_of(arena, tls, host), MRL_PRINT(path));
}

void mrl_up_say(const struct mrl_up *up, const struct mrl_generation *generation)
{
	const struct mrl_policy *policy = generation->loading.policy;
	struct mrl_arena *arena = up->cli->arena;
	const struct mrl_listener *tls = first_tls(policy);
	struct mrl_slice host = host_to_try(policy);
	if (up->cli->json) {
		say_json(up, generation);
		fflush(stdout);
		return;
	}
	printf("merlon is up (process %d, generation %" PRIu64 ")\n", (int)getpid(),
	       generation->number);
	for (uint32_t i = 0; i < policy->listener_count; i++) {
		const struct mrl_listener *listener = &policy->listeners[i];
		printf("  %s%s\n", url_of(arena, listener, host),
		       listener->plain ? " (only redirects and refuses)" : "");
	}
	if (tls != NULL) {
		say_curl(up, generation, tls, host);
	}
	if (generation->local_authority) {
		say_trust(up);
	}
	printf("\nrecords of calls  %s/audit/audit.jsonl\nerror log         %s/log/error.log\n"
	       "policy            %s\n",
	       up->places.state, up->places.state,
	       up->options.config != NULL ? up->options.config
	                                  : mrl_text(arena, "%s/merlon.yaml", generation->folder));
	printf("\n`merlon reload` or SIGHUP reads the policy again; Ctrl-C ends.\n");
	fflush(stdout);
}
