/*
 * Finds nginx, the module and the daemon.
 *
 * A build tree works without being installed: the program looks beside itself first, where meson
 * has put the others.
 */
#include "tools.h"
#include "spawn.h"
#include "text.h"

#include <stdlib.h>
#include <unistd.h>

#define VERSION_TIMEOUT_MS 10000

static const char *if_there(const char *path, int mode)
{
	return access(path, mode) == 0 ? path : NULL;
}

/* The folder of the running program, or NULL. */
static const char *own_folder(struct mrl_arena *arena)
{
	char path[4096];
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);
	if (size <= 0) {
		return NULL;
	}
	path[size] = '\0';
	return mrl_path_folder(arena, path);
}

/* The first of three places that has the file. */
static const char *find(struct mrl_arena *arena, const char *in_tree, const char *installed,
                        const char *name, int mode)
{
	const char *named = secure_getenv("MERLON_LIBDIR");
	const char *own = own_folder(arena);
	const char *found = NULL;
	if (named != NULL && named[0] != '\0') {
		return if_there(mrl_text(arena, "%s/%s", named, name), mode);
	}
	if (own != NULL) {
		found = if_there(
			mrl_text(arena, "%s/%s/%s", mrl_path_folder(arena, own), in_tree, name),
			mode);
	}
	if (found == NULL && own != NULL) {
		found = if_there(mrl_text(arena, "%s/%s", own, name), mode);
	}
	return found != NULL ? found : if_there(mrl_text(arena, "%s/%s", installed, name), mode);
}

static const char *find_nginx(struct mrl_arena *arena)
{
	const char *named = secure_getenv("MERLON_NGINX");
	const char *path = getenv("PATH");
	if (named != NULL && named[0] != '\0') {
		return if_there(named, X_OK);
	}
	/* An ordinary user's PATH often lacks the folders where nginx is. */
	path = mrl_text(arena, "%s:/usr/local/sbin:/usr/sbin:/sbin", path == NULL ? "" : path);
	while (*path != '\0') {
		size_t size = strcspn(path, ":");
		const char *full = mrl_text(arena, "%.*s/nginx", (int)size, path);
		if (path[0] == '/' && access(full, X_OK) == 0) {
			return full;
		}
		path += size + (path[size] == ':');
	}
	return NULL;
}

void mrl_tools_find(struct mrl_arena *arena, struct mrl_tools *ret_tools)
{
	*ret_tools = (struct mrl_tools){
		.nginx = find_nginx(arena),
		.module = find(arena, "edge/nginx", MRL_MODULE_DIR, "ngx_http_merlon_module.so",
	                       R_OK),
		.auditd = find(arena, "daemon/auditd", MRL_LIBEXEC_DIR, "merlon-auditd", X_OK),
		.keeper = find(arena, "daemon/keeper", MRL_LIBEXEC_DIR, "merlon-keeper", X_OK),
	};
	const char *words[] = {ret_tools->nginx, "-V", NULL};
	struct mrl_output output = {0};
	if (ret_tools->nginx == NULL ||
	    mrl_spawn_read(words, VERSION_TIMEOUT_MS, arena, &output) != MRL_OK ||
	    !mrl_nginx_parse(output.text, arena, &ret_tools->facts)) {
		ret_tools->facts = (struct mrl_nginx){0};
	}
}

bool mrl_tools_need(struct mrl_cli *cli, struct mrl_tools *ret_tools)
{
	struct mrl_tools tools;
	mrl_tools_find(cli->arena, &tools);
	if (tools.nginx == NULL) {
		mrl_complain(cli, "nginx is not found; install it (Debian: apt install nginx)");
		return false;
	}
	if (tools.facts.version < MRL_NGINX_OLDEST) {
		mrl_complain(cli, "%s is %s; 1.22.1 or newer is needed", tools.nginx,
		             tools.facts.version == 0 ? "no nginx that answers -V"
		                                      : tools.facts.version_text);
		return false;
	}
	if (tools.module == NULL || tools.auditd == NULL || tools.keeper == NULL) {
		mrl_complain(cli, "%s is not found; set MERLON_LIBDIR to the folder that holds it",
		             tools.module == NULL   ? "ngx_http_merlon_module.so"
		             : tools.auditd == NULL ? "merlon-auditd"
		                                    : "merlon-keeper");
		return false;
	}
	*ret_tools = tools;
	return true;
}
