/* The subcommand table: dispatch, help, completion and the manual's test read it. */
#include "cli.h"

#define END                                \
	{                                  \
		NULL, 0, NULL, NULL, false \
	}

#define CONFIG(meaning)                               \
	{                                             \
		"config", 'c', "FILE", meaning, false \
	}
#define INSTANCE                                                                        \
	{                                                                               \
		"instance", 0, "NAME", "which running gateway; default: default", false \
	}

const struct mrl_option mrl_common_options[] = {
	{"json", 0, NULL, "one JSON text on standard output", false},
	{"help", 'h', NULL, "what the command does", false},
	END,
};

static const struct mrl_option up_options[] = {
	CONFIG("the policy, merlon.yaml"),
	{"upstream", 'u', "URL", "without a policy: where the API answers", false},
	{"openapi", 'o', "FILE", "without a policy: its OpenAPI document", false},
	{"listen", 'l', "ADDRESS", "without a policy: default 127.0.0.1:8443", false},
	{"plain", 0, "ADDRESS",
         "without a policy: also a listener without TLS, which only redirects", false},
	{"name", 0, "HOST", "without a policy: a further local name to answer to", true},
	{"instance", 0, "NAME", "a name for this gateway; default: default", false},
	{"user", 0, "NAME", "the account that everything runs as; needed when started as root",
         false},
	END,
};

static const struct mrl_option lint_options[] = {
	CONFIG("the policy; default: merlon.yaml"),
	{"strict", 0, NULL, "of a document: what has no bound is an error", false},
	{"format", 0, "FORMAT", "of a document: text, json or sarif", false},
	{"fail-on", 0, "SEVERITY", "of a document: error, warning or note; default: error", false},
	{"fix-overlay", 0, "FILE", "of a document: write an Overlay that adds bounds", false},
	END,
};

static const struct mrl_option explain_options[] = {
	CONFIG("show what this policy makes of the operation"),
	END,
};

static const struct mrl_option instance_options[] = {
	INSTANCE,
	END,
};

static const struct mrl_option limits_options[] = {
	INSTANCE,
	CONFIG("of status: a policy that need not run"),
	{"count", 'n', "NUMBER", "of top: keys of each limit; default: 10", false},
	{"key", 'k', "KEY", "of show, clear: a key as top prints it, instead of words", false},
	{"reason", 0, "TEXT", "of clear: why, for the record", false},
	END,
};

static const char *const limits_actions[] = {"status", "top", "show", "clear", NULL};
static const char *const shells[] = {"bash", "zsh", "fish", NULL};

const struct mrl_command mrl_commands[] = {
	{
		.name = "up",
		.words = "",
		.summary = "run a gateway in front of an API",
		.description =
			"Either `--upstream URL --openapi FILE`, which needs nothing else, or `-c "
			"FILE` with a\n"
			"policy. Runs in the foreground; SIGHUP or `merlon reload` reads policy, "
			"documents and\n"
			"certificates again without dropping a call; SIGTERM or Ctrl-C ends it.",
		.options = up_options,
		.run = mrl_cmd_up,
	},
	{
		.name = "reload",
		.words = "",
		.summary = "make a running gateway read its policy again",
		.description = "Prints the findings. A policy that does not load leaves the old "
			       "one at work.",
		.options = instance_options,
		.run = mrl_cmd_reload,
	},
	{
		.name = "status",
		.words = "",
		.summary = "what a running gateway is doing",
		.description =
			"Processes, policy generation, listeners, expired exemptions, HTTP/3.",
		.options = instance_options,
		.run = mrl_cmd_status,
	},
	{
		.name = "limits",
		.words = "[status|top|show|clear [LIMIT [WHO...]]]",
		.word_table = limits_actions,
		.words_max = 5,
		.summary = "rate limits: which hold, who uses them up, what is left",
		.description =
			"status (or nothing): the limits, and which hold for which operation. top "
			"[LIMIT]: the\n"
			"keys that have used most of it now, each by a name that tells no address. "
			"show LIMIT\n"
			"WHO...: what a key has left; WHO is an address, an operation, a user's "
			"name, in the order\n"
			"of the limit's key. clear LIMIT WHO... --reason TEXT: forgets what it was "
			"charged, and\n"
			"puts that on record.",
		.options = limits_options,
		.run = mrl_cmd_limits,
	},
	{
		.name = "lint",
		.words = "[FILE]",
		.words_max = 1,
		.summary = "check a policy with its documents and certificates, or a document",
		.description = "Exits 1 when something is wrong. Warnings alone exit 0, unless "
			       "`--fail-on` says else.\n"
			       "FILE is a policy or an OpenAPI document. Of a document every place "
			       "is told that is\n"
			       "unbounded, open, ambiguous or unsecured, and per operation how "
			       "much is capped.",
		.options = lint_options,
		.run = mrl_cmd_lint,
	},
	{
		.name = "explain",
		.words = "[CONTROL|ITEM|PROBLEM|OPERATION]",
		.words_max = 1,
		.summary = "what a control does, its keys, defaults and refusals",
		.description = "Without a word: all controls. With one: a control (`cors`), a line "
			       "of the checklist\n"
			       "(`CORS-2`) or a problem (`origin-not-allowed`). With `-c FILE` and "
			       "an operation\n"
			       "(`\"GET /orders/{id}\"`): its plan with the values in force and "
			       "the exemptions.",
		.options = explain_options,
		.run = mrl_cmd_explain,
	},
	{
		.name = "schema",
		.words = "",
		.summary = "print the policy's JSON Schema, for editors",
		.description = "JSON Schema 2020-12, made from the tables that read the policy.",
		.run = mrl_cmd_schema,
	},
	{
		.name = "error",
		.words = "ID",
		.words_min = 1,
		.words_max = 1,
		.summary = "find what is known of a request id that a client was given",
		.description = "The audit record and the lines of the error log. Exits 1 if there "
			       "are none.",
		.options = instance_options,
		.run = mrl_cmd_error,
	},
	{
		.name = "completion",
		.words = "SHELL",
		.word_table = shells,
		.words_min = 1,
		.words_max = 1,
		.summary = "print a completion script for bash, zsh or fish",
		.description = "For bash: `. <(merlon completion bash)`.",
		.run = mrl_cmd_completion,
	},
	{
		.name = "version",
		.words = "",
		.summary = "print the versions of Merlon, nginx and OpenSSL",
		.description = "What is found is what `merlon up` would run.",
		.run = mrl_cmd_version,
	},
	{
		.name = "help",
		.words = "[COMMAND]",
		.words_max = 1,
		.summary = "list the commands, or tell what one does",
		.description = "The same as `merlon COMMAND --help`.",
		.run = mrl_cmd_help,
	},
};

const size_t mrl_command_count = MRL_COUNT(mrl_commands);

const struct mrl_command *mrl_command_find(const char *name)
{
	for (size_t i = 0; i < mrl_command_count; i++) {
		if (strcmp(mrl_commands[i].name, name) == 0) {
			return &mrl_commands[i];
		}
	}
	return NULL;
}
