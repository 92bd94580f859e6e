/* `merlon up`: checks what was asked for, prepares the first generation, and supervises. */
#include "supervise.h"
#include "text.h"

#include <sys/stat.h>
#include <unistd.h>

static enum mrl_exit misuse(const struct mrl_cli *cli, const char *what)
{
	mrl_complain(cli, "%s\n`merlon help up` tells more.", what);
	return MRL_EXIT_USAGE;
}

static enum mrl_exit check_names(const struct mrl_cli *cli, const struct mrl_up_options *options)
{
	for (uint32_t i = 0; i < options->name_count; i++) {
		if (!mrl_x509_local_name(mrl_slice_text(options->names[i]))) {
			mrl_complain(cli,
			             "the local authority does not sign for \"%s\", but for "
			             "localhost, *.localhost, *.test, *.internal and 127.0.0.0/8; "
			             "other names need a policy with a certificate of their own",
			             options->names[i]);
			return MRL_EXIT_USAGE;
		}
	}
	return MRL_EXIT_OK;
}

static enum mrl_exit read_options(struct mrl_cli *cli, const struct mrl_arguments *arguments,
                                  struct mrl_up_options *options)
{
	static const char *const without_policy[] = {"upstream", "openapi", "listen", "plain",
	                                             "name"};
	const char *config = mrl_given_value(arguments, "config", NULL);
	const char *openapi = mrl_given_value(arguments, "openapi", NULL);
	options->upstream = mrl_given_value(arguments, "upstream", NULL);
	options->listen = mrl_given_value(arguments, "listen", "127.0.0.1:8443");
	options->plain = mrl_given_value(arguments, "plain", NULL);
	options->instance = mrl_given_value(arguments, "instance", "default");
	options->name_count = mrl_given_values(arguments, "name", options->names, MRL_UP_NAMES_MAX);
	for (size_t i = 0; config != NULL && i < MRL_COUNT(without_policy); i++) {
		if (mrl_given(arguments, without_policy[i])) {
			return misuse(cli, mrl_text(cli->arena,
			                            "--%s is for a start without a policy; with -c "
			                            "write it into the policy",
			                            without_policy[i]));
		}
	}
	if (config == NULL && (options->upstream == NULL || openapi == NULL)) {
		return misuse(cli, "give -c FILE, or both --upstream URL and --openapi FILE");
	}
	if (options->name_count > MRL_UP_NAMES_MAX) {
		return misuse(cli, "at most 32 times --name");
	}
	options->config = config == NULL ? NULL : mrl_path_absolute(cli->arena, config);
	options->openapi = openapi == NULL ? NULL : mrl_path_absolute(cli->arena, openapi);
	return check_names(cli, options);
}

/* Root hands everything to an ordinary user; an ordinary user stays what it is. */
static enum mrl_exit choose_user(struct mrl_up *up, const char *user)
{
	bool root = geteuid() == 0;
	if (root && user == NULL) {
		return misuse(up->cli, "as root say who the gateway runs as: --user NAME");
	}
	if (user == NULL) {
		return MRL_EXIT_OK;
	}
	struct mrl_places ids = up->places;
	if (!mrl_places_user(up->cli, user, &ids)) {
		return MRL_EXIT_USAGE;
	}
	if (!root && ids.owner != geteuid()) {
		return misuse(up->cli, "--user needs root");
	}
	up->places.owner = ids.owner;
	up->places.group = ids.group;
	return MRL_EXIT_OK;
}

static enum mrl_exit prepare(struct mrl_up *up, const char *user)
{
	if (!mrl_places_make(up->cli, &up->places)) {
		return MRL_EXIT_CONFIG;
	}
	if (geteuid() == 0 && !mrl_places_become(up->cli, user)) {
		return MRL_EXIT_CONFIG;
	}
	(void)umask(077);
	if (!mrl_places_fill(up->cli, &up->places) || !mrl_places_lock(up->cli, &up->places) ||
	    !mrl_logs_make(up)) {
		return MRL_EXIT_CONFIG;
	}
	return mrl_tools_need(up->cli, &up->tools) ? MRL_EXIT_OK : MRL_EXIT_CONFIG;
}

static enum mrl_exit run(struct mrl_up *up)
{
	struct mrl_generation generation;
	uint64_t last = mrl_generation_last(up);
	if (!mrl_generation_make(up, last + 1, stderr, &generation)) {
		mrl_generation_free(&generation);
		return MRL_EXIT_CONFIG;
	}
	if (!mrl_up_ports_free(up->cli, generation.loading.policy) ||
	    mrl_generation_publish(up, &generation) != MRL_OK) {
		mrl_generation_discard(&generation);
		return MRL_EXIT_CONFIG;
	}
	mrl_generation_prune(up, generation.number, last);
	return mrl_up_supervise(up, &generation);
}

enum mrl_exit mrl_cmd_up(struct mrl_cli *cli, const struct mrl_arguments *arguments)
{
	struct mrl_up up = {.cli = cli};
	const char *user = mrl_given_value(arguments, "user", NULL);
	enum mrl_exit code = read_options(cli, arguments, &up.options);
	if (code == MRL_EXIT_OK && !mrl_places_find(cli, up.options.instance, &up.places)) {
		code = mrl_instance_valid(up.options.instance) ? MRL_EXIT_CONFIG : MRL_EXIT_USAGE;
	}
	if (code == MRL_EXIT_OK) {
		code = choose_user(&up, user);
	}
	if (code == MRL_EXIT_OK) {
		code = prepare(&up, user);
	}
	return code == MRL_EXIT_OK ? run(&up) : code;
}
