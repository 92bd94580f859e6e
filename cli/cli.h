/*
 * What the subcommands share: the table's row, parsed arguments, exit codes, and a context.
 *
 * The command line is a host program: one arena lives as long as the process, and running out of
 * memory ends it with MRL_EXIT_SOFTWARE (see mrl_text).
 */
#ifndef MRL_CLI_CLI_H
#define MRL_CLI_CLI_H

#include <merlon/document.h>
#include <merlon/policy.h>

#include <stdio.h>

/* Documented in merlon(1); after sysexits(3) where it has a number. */
enum mrl_exit {
	MRL_EXIT_OK = 0,
	MRL_EXIT_FAILED = 1,    /* findings, or what was asked for did not succeed */
	MRL_EXIT_USAGE = 2,     /* the command line is wrong */
	MRL_EXIT_SOFTWARE = 70, /* we or a child of ours broke */
	MRL_EXIT_CONFIG = 78,   /* policy, folder, address or platform is not as it has to be */
};

struct mrl_cli {
	struct mrl_arena *arena;
	bool json;       /* one JSON text on standard output instead of prose */
	bool colour_out; /* standard output is a terminal that wants colour */
	bool colour_err;
};

struct mrl_arguments;

/* An option of a command; the common ones stand in mrl_common_options. */
struct mrl_option {
	const char *name;    /* without "--" */
	char letter;         /* 0: none */
	const char *value;   /* "FILE"; NULL: a switch */
	const char *meaning; /* one line */
	bool repeat;
};

/* A row of the table that is dispatch, help, manual check and completion. */
struct mrl_command {
	const char *name;
	const char *words;             /* "[CONTROL|ITEM]"; "" for none */
	const char *const *word_table; /* what completes the first word, NULL-terminated; or NULL */
	uint32_t words_min, words_max;
	const char *summary;              /* one line */
	const char *description;          /* what help adds */
	const struct mrl_option *options; /* ends with a row without a name; NULL: none */
	enum mrl_exit (*run)(struct mrl_cli *cli, const struct mrl_arguments *arguments);
};

extern const struct mrl_command mrl_commands[];
extern const size_t mrl_command_count;
extern const struct mrl_option mrl_common_options[]; /* --json, --help; ends without a name */

#define MRL_GIVEN_MAX 128
#define MRL_WORDS_MAX 8

struct mrl_arguments {
	const struct mrl_command *command;
	struct {
		const struct mrl_option *option;
		const char *value; /* NULL for a switch */
	} given[MRL_GIVEN_MAX];
	uint32_t given_count;
	const char *words[MRL_WORDS_MAX];
	uint32_t word_count;
};

/* NULL: no such command. */
const struct mrl_command *mrl_command_find(const char *name);
/* Prints what is wrong, with the nearest name, and returns false. */
bool mrl_arguments_parse(const struct mrl_command *command, int count, char *const *texts,
                         struct mrl_arguments *ret_arguments);
bool mrl_given(const struct mrl_arguments *arguments, const char *name);
/* The last value of an option, or `fallback`. */
const char *mrl_given_value(const struct mrl_arguments *arguments, const char *name,
                            const char *fallback);
/* All values of a repeatable option, in order; the number of them, at most `max` written. */
uint32_t mrl_given_values(const struct mrl_arguments *arguments, const char *name,
                          const char **values, uint32_t max);

void mrl_help_all(FILE *out);
void mrl_help_command(FILE *out, const struct mrl_command *command);

/* "merlon: error: ..." on standard error, with a line end. */
void mrl_complain(const struct mrl_cli *cli, const char *format, ...) MRL_PRINTF(2, 3);
void mrl_remark(const struct mrl_cli *cli, const char *format, ...) MRL_PRINTF(2, 3);
/* Findings, one after the other, coloured as asked. */
void mrl_report(FILE *out, bool colour, struct mrl_arena *arena,
                const struct mrl_diagnostics *diagnostics);

enum mrl_exit mrl_cmd_completion(struct mrl_cli *cli, const struct mrl_arguments *arguments);
enum mrl_exit mrl_cmd_error(struct mrl_cli *cli, const struct mrl_arguments *arguments);
enum mrl_exit mrl_cmd_explain(struct mrl_cli *cli, const struct mrl_arguments *arguments);
enum mrl_exit mrl_cmd_help(struct mrl_cli *cli, const struct mrl_arguments *arguments);
enum mrl_exit mrl_cmd_limits(struct mrl_cli *cli, const struct mrl_arguments *arguments);
enum mrl_exit mrl_cmd_lint(struct mrl_cli *cli, const struct mrl_arguments *arguments);
enum mrl_exit mrl_cmd_reload(struct mrl_cli *cli, const struct mrl_arguments *arguments);
enum mrl_exit mrl_cmd_schema(struct mrl_cli *cli, const struct mrl_arguments *arguments);
enum mrl_exit mrl_cmd_status(struct mrl_cli *cli, const struct mrl_arguments *arguments);
enum mrl_exit mrl_cmd_up(struct mrl_cli *cli, const struct mrl_arguments *arguments);
enum mrl_exit mrl_cmd_version(struct mrl_cli *cli, const struct mrl_arguments *arguments);

#endif
