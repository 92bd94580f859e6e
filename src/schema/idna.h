/*
 * Labels of internationalized domain names (RFC 5890 to 5893). A label is at most 63 bytes on the
 * wire, so everything fits on the stack.
 */
#ifndef MRL_SCHEMA_IDNA_H
#define MRL_SCHEMA_IDNA_H

#include <merlon/base.h>

#define MRL_LABEL_MAX 63

struct mrl_label {
	uint32_t codes[MRL_LABEL_MAX];
	uint32_t count;
};

/* What the labels of one name say together (RFC 5893 section 2). */
struct mrl_bidi_name {
	bool right_to_left; /* some label has a character of class R, AL or AN */
	bool broken;        /* some label breaks the Bidi rule */
};

/* A U-label: code points, contextual rules, NFC, hyphens. Its direction is noted in `name`. */
bool mrl_idna_is_u_label(const struct mrl_label *label, struct mrl_bidi_name *name);
/* "xn--..." in any case, that decodes to a U-label and is what this encodes to. */
bool mrl_idna_is_a_label(struct mrl_slice text, struct mrl_bidi_name *name);
/* Notes a label of ASCII characters. */
void mrl_idna_note_ascii(struct mrl_slice text, struct mrl_bidi_name *name);
static inline bool mrl_idna_bidi_ok(const struct mrl_bidi_name *name)
{
	return !(name->right_to_left && name->broken);
}

/* RFC 3492, without "xn--". False: it is malformed, or more than 63 code points. */
bool mrl_punycode_decode(struct mrl_slice text, struct mrl_label *ret_label);
/* The bytes written, of at most `capacity`; 0: they are more. Lower case. */
size_t mrl_punycode_encode(const struct mrl_label *label, uint8_t *bytes, size_t capacity);

#endif
