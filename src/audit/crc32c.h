/* CRC-32C (Castagnoli, RFC 3720 B.4): what guards a frame of the ring against stray writes. */
#ifndef MERLON_AUDIT_CRC32C_H
#define MERLON_AUDIT_CRC32C_H

#include <merlon/base.h>

/* crc32c("123456789") = e3069283. By the processor's instruction where it has one. */
uint32_t mrl_crc32c(struct mrl_slice bytes);
/* The same by table, on any processor. */
uint32_t mrl_crc32c_table(struct mrl_slice bytes);

#endif
