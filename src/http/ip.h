/* The two halves of mrl_ip_parse, for origins: they tell an IPv4 literal from a name. */
#ifndef MRL_HTTP_IP_H
#define MRL_HTTP_IP_H

#include <merlon/http.h>

/* Four decimal parts without leading zeros. */
bool mrl_ipv4_parse(struct mrl_slice text, uint8_t ret_bytes[4]);
/* Without brackets and zone. */
bool mrl_ipv6_parse(struct mrl_slice text, uint8_t ret_bytes[16]);

#endif
