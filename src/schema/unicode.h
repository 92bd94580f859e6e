/*
 * The Unicode character database as schemas need it: property lists for patterns, and what IDNA2008
 * asks of a code point. Unicode 15.0, written by tools/unicode_tables.py.
 */
#ifndef MRL_SCHEMA_UNICODE_H
#define MRL_SCHEMA_UNICODE_H

#include <merlon/base.h>

struct mrl_unicode_range {
	uint32_t first, last;
};

/*
 * The code points of \p{name} (`value` empty: a general category or a binary property) or of
 * \p{name=value} (General_Category, Script, Script_Extensions), as ECMA-262 names them: exactly,
 * long or short. Ranges are sorted, disjoint and not adjacent; the list may be empty. False:
 * ECMA-262 has no such property.
 */
bool mrl_unicode_property(struct mrl_slice name, struct mrl_slice value,
                          const struct mrl_unicode_range **ret_ranges, uint32_t *ret_count);

/* RFC 5892 section 3, computed for this version of Unicode. */
enum mrl_idna_class {
	MRL_IDNA_DISALLOWED, /* and unassigned */
	MRL_IDNA_PVALID,
	MRL_IDNA_CONTEXTJ,
	MRL_IDNA_CONTEXTO,
};

/* RFC 5892 appendix A.1; U (non-joining) is the value of all others. */
enum mrl_joining_type {
	MRL_JOINING_U,
	MRL_JOINING_C,
	MRL_JOINING_D,
	MRL_JOINING_L,
	MRL_JOINING_R,
	MRL_JOINING_T,
};

/* Bits, so that the sets of RFC 5893 section 2 are masks. */
enum mrl_bidi_class {
	MRL_BIDI_OTHER = 1 << 0, /* none that a label may have */
	MRL_BIDI_L = 1 << 1,
	MRL_BIDI_R = 1 << 2,
	MRL_BIDI_AL = 1 << 3,
	MRL_BIDI_AN = 1 << 4,
	MRL_BIDI_EN = 1 << 5,
	MRL_BIDI_ES = 1 << 6,
	MRL_BIDI_CS = 1 << 7,
	MRL_BIDI_ET = 1 << 8,
	MRL_BIDI_ON = 1 << 9,
	MRL_BIDI_BN = 1 << 10,
	MRL_BIDI_NSM = 1 << 11,
};

/* The scripts that contextual rules name. */
enum mrl_unicode_script {
	MRL_SCRIPT_OTHER,
	MRL_SCRIPT_GREEK,
	MRL_SCRIPT_HEBREW,
	MRL_SCRIPT_KANA_HAN, /* Hiragana, Katakana, Han */
};

/* NFC_Quick_Check; MAYBE joins with some that stand before. */
enum mrl_nfc_quick { MRL_NFC_YES, MRL_NFC_MAYBE, MRL_NFC_NO };

struct mrl_unicode_traits {
	enum mrl_idna_class idna;
	enum mrl_joining_type joining;
	enum mrl_bidi_class bidi;
	enum mrl_unicode_script script;
	bool mark;         /* general category M */
	uint8_t combining; /* Canonical_Combining_Class; 9: a virama */
	enum mrl_nfc_quick nfc;
};

/* Of any number; beyond U+10FFFF it is DISALLOWED. */
struct mrl_unicode_traits mrl_unicode_traits(uint32_t code);

/* Whether a sequence of at most 64 code points equals its NFC; a longer one does not. */
bool mrl_unicode_is_nfc(const uint32_t *codes, uint32_t count);

#endif
