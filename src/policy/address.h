/* Hosts and ports as a policy writes them: exact, in the one spelling that bytes can be compared
 * in.
 */
#ifndef MRL_POLICY_ADDRESS_H
#define MRL_POLICY_ADDRESS_H

#include <merlon/http.h>

struct mrl_address {
	struct mrl_slice written; /* the host with the brackets of IPv6 */
	struct mrl_slice host;    /* without */
	uint16_t port;            /* 0: none */
};

/* "HOST", "HOST:PORT", "[IPV6]:PORT". NULL: fine; else what is wrong. The host's form is not looked
 * at: mrl_host_fault(written). */
const char *mrl_address_parse(struct mrl_slice text, struct mrl_address *ret_address);

/*
 * A name in lower case (letters, digits, '-', '_' and dots) or an address in its shortest form,
 * IPv6 in brackets. NULL: fine; else how to write it.
 */
const char *mrl_host_fault(struct mrl_slice host);

/* mrl_host_fault is NULL for it, and it is an address. */
bool mrl_host_is_ip(struct mrl_slice host);

/* nginx splits at ':', and its configuration has its own quoting: letters, digits, / . _ - + @ */
bool mrl_unix_path_valid(struct mrl_slice path);
#define MRL_UNIX_PATH_HINT "write unix: and a path of letters, digits and / . _ - + @"

#endif
