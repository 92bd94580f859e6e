/* Pieces of JSON text for the daemon's lines. */
#ifndef MERLON_AUDIT_JSON_PUT_H
#define MERLON_AUDIT_JSON_PUT_H

#include <merlon/base.h>

void json_put_literal(struct mrl_buffer *buffer, const char *text);
/* With quotes. Ill-formed UTF-8 becomes U+FFFD; controls, C1, line separators, bidi are escaped. */
void json_put_string(struct mrl_buffer *buffer, struct mrl_slice text);
/* `,"name":`, without the comma behind an opening brace. */
void json_put_name(struct mrl_buffer *buffer, const char *name);
void json_put_number(struct mrl_buffer *buffer, const char *name, uint64_t number);
void json_put_word(struct mrl_buffer *buffer, const char *name, const char *word);
void json_put_hex(struct mrl_buffer *buffer, struct mrl_slice bytes);
/* 16 digits, most significant first. */
void json_put_hex64(struct mrl_buffer *buffer, uint64_t number);
void json_put_uuid(struct mrl_buffer *buffer, const uint8_t uuid[MRL_UUID_BYTES]);

#endif
