/* `merlon version`: ours, and of what `merlon up` would run. */
#include "json_out.h"
#include "tools.h"

static void print_json(const struct mrl_tools *tools)
{
	struct mrl_out json = mrl_out_begin(stdout);
	mrl_out_open(&json, NULL, '{');
	mrl_out_text(&json, "version", MRL_VERSION);
	if (tools->facts.version != 0) {
		mrl_out_text(&json, "nginx", tools->facts.version_text);
		mrl_out_text(&json, "openssl", tools->facts.openssl_text);
		mrl_out_bool(&json, "http3_possible", tools->facts.http3);
	}
	if (tools->nginx != NULL) {
		mrl_out_text(&json, "nginx_path", tools->nginx);
	}
	if (tools->module != NULL) {
		mrl_out_text(&json, "module_path", tools->module);
	}
	if (tools->keeper != NULL) {
		mrl_out_text(&json, "keeper_path", tools->keeper);
	}
	if (tools->auditd != NULL) {
		mrl_out_text(&json, "auditd_path", tools->auditd);
	}
	mrl_out_finish(&json);
}

static void print_line(const char *what, const char *version, const char *path)
{
	printf("%-8s%s%s%s%s\n", what, version == NULL ? "" : version,
	       version == NULL || path == NULL ? "" : " ", path == NULL ? "" : path,
	       version == NULL && path == NULL ? "not found" : "");
}

enum mrl_exit mrl_cmd_version(struct mrl_cli *cli, const struct mrl_arguments *arguments)
{
	struct mrl_tools tools;
	(void)arguments;
	mrl_tools_find(cli->arena, &tools);
	if (cli->json) {
		print_json(&tools);
		return MRL_EXIT_OK;
	}
	bool runs = tools.facts.version != 0;
	print_line("merlon", MRL_VERSION, NULL);
	print_line("nginx", runs ? tools.facts.version_text : NULL, tools.nginx);
	print_line("openssl", runs ? tools.facts.openssl_text : NULL, NULL);
	print_line("module", NULL, tools.module);
	print_line("auditd", NULL, tools.auditd);
	print_line("keeper", NULL, tools.keeper);
	return MRL_EXIT_OK;
}
