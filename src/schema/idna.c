/*
 * What a label has to be under IDNA2008: RFC 5891 section 4.2, the contextual rules of RFC 5892
 * appendix A, the Bidi rule of RFC 5893. The Bidi rule binds only names that have a label written
 * right to left, so it is noted here and judged for the whole name.
 */
#include "idna.h"
#include "unicode.h"

#define ACE_PREFIX ((struct mrl_slice)MRL_SLICE_INIT("xn--"))
#define VIRAMA     9
#define RIGHT      (MRL_BIDI_R | MRL_BIDI_AL)
#define NEUTRAL    (MRL_BIDI_ES | MRL_BIDI_CS | MRL_BIDI_ET | MRL_BIDI_ON | MRL_BIDI_BN | MRL_BIDI_NSM)

struct view {
	const uint32_t *codes;
	struct mrl_unicode_traits traits[MRL_LABEL_MAX];
	uint32_t count;
};

static bool any_code_in(const struct view *label, uint32_t first, uint32_t last)
{
	for (uint32_t at = 0; at < label->count; at++) {
		if (label->codes[at] >= first && label->codes[at] <= last) {
			return true;
		}
	}
	return false;
}

static bool any_kana_or_han(const struct view *label)
{
	for (uint32_t at = 0; at < label->count; at++) {
		if (label->traits[at].script == MRL_SCRIPT_KANA_HAN) {
			return true;
		}
	}
	return false;
}

static bool joins_left(enum mrl_joining_type type)
{
	return type == MRL_JOINING_L || type == MRL_JOINING_D;
}

static bool joins_right(enum mrl_joining_type type)
{
	return type == MRL_JOINING_R || type == MRL_JOINING_D;
}

/* A.1: between two that join over it, transparent ones skipped. */
static bool breaks_cursive_join(const struct view *label, uint32_t at)
{
	uint32_t before = at, after = at + 1;
	while (before > 0 && label->traits[before - 1].joining == MRL_JOINING_T) {
		before--;
	}
	while (after < label->count && label->traits[after].joining == MRL_JOINING_T) {
		after++;
	}
	return before > 0 && after < label->count &&
	       joins_left(label->traits[before - 1].joining) &&
	       joins_right(label->traits[after].joining);
}

static bool joiner_fits(const struct view *label, uint32_t at)
{
	if (at > 0 && label->traits[at - 1].combining == VIRAMA) {
		return true;
	}
	return label->codes[at] == 0x200c && breaks_cursive_join(label, at);
}

/* A.3 to A.9. */
static bool context_fits(const struct view *label, uint32_t at)
{
	uint32_t code = label->codes[at];
	bool first = at == 0, last = at + 1 == label->count;
	switch (code) {
	case 0xb7: /* MIDDLE DOT */
		return !first && !last && label->codes[at - 1] == 'l' &&
		       label->codes[at + 1] == 'l';
	case 0x375: /* GREEK KERAIA */
		return !last && label->traits[at + 1].script == MRL_SCRIPT_GREEK;
	case 0x5f3: /* HEBREW GERESH */
	case 0x5f4: /* HEBREW GERSHAYIM */
		return !first && label->traits[at - 1].script == MRL_SCRIPT_HEBREW;
	case 0x30fb: /* KATAKANA MIDDLE DOT */ return any_kana_or_han(label);
	default: /* ARABIC-INDIC DIGITS and EXTENDED ARABIC-INDIC DIGITS */
		return code < 0x6f0 ? !any_code_in(label, 0x6f0, 0x6f9)
		                    : !any_code_in(label, 0x660, 0x669);
	}
}

static bool code_fits(const struct view *label, uint32_t at)
{
	switch (label->traits[at].idna) {
	case MRL_IDNA_PVALID: return true;
	case MRL_IDNA_CONTEXTJ: return joiner_fits(label, at);
	case MRL_IDNA_CONTEXTO: return context_fits(label, at);
	case MRL_IDNA_DISALLOWED: return false;
	}
	return false;
}

static bool has_hyphens_right(const struct view *label)
{
	const uint32_t *codes = label->codes;
	return codes[0] != '-' && codes[label->count - 1] != '-' &&
	       !(label->count >= 4 && codes[2] == '-' && codes[3] == '-');
}

/* RFC 5893 section 2, by the classes that a label has, its first, and its last before any NSM. */
static bool keeps_bidi_rule(unsigned all, unsigned first, unsigned last)
{
	if ((first & RIGHT) != 0) {
		bool both_digits = (all & MRL_BIDI_EN) != 0 && (all & MRL_BIDI_AN) != 0;
		return (all & ~(unsigned)(RIGHT | NEUTRAL | MRL_BIDI_AN | MRL_BIDI_EN)) == 0 &&
		       (last & (RIGHT | MRL_BIDI_AN | MRL_BIDI_EN)) != 0 && !both_digits;
	}
	return first == MRL_BIDI_L &&
	       (all & ~(unsigned)(MRL_BIDI_L | MRL_BIDI_EN | NEUTRAL)) == 0 &&
	       (last & (MRL_BIDI_L | MRL_BIDI_EN)) != 0;
}

static void note_bidi(const struct view *label, struct mrl_bidi_name *name)
{
	unsigned all = 0, last = 0;
	for (uint32_t at = 0; at < label->count; at++) {
		unsigned bidi = label->traits[at].bidi;
		all |= bidi;
		last = bidi == MRL_BIDI_NSM ? last : bidi;
	}
	name->right_to_left |= (all & (RIGHT | MRL_BIDI_AN)) != 0;
	name->broken |= !keeps_bidi_rule(all, label->traits[0].bidi, last);
}

bool mrl_idna_is_u_label(const struct mrl_label *label, struct mrl_bidi_name *name)
{
	struct view view = {.codes = label->codes, .count = label->count};
	for (uint32_t at = 0; at < view.count; at++) {
		view.traits[at] = mrl_unicode_traits(view.codes[at]);
	}
	if (view.count == 0 || !has_hyphens_right(&view) || view.traits[0].mark) {
		return false;
	}
	for (uint32_t at = 0; at < view.count; at++) {
		if (!code_fits(&view, at)) {
			return false;
		}
	}
	note_bidi(&view, name);
	return mrl_unicode_is_nfc(view.codes, view.count);
}

/* Letters are L, digits EN, hyphens ES, at neither end. */
void mrl_idna_note_ascii(struct mrl_slice text, struct mrl_bidi_name *name)
{
	name->broken |= text.size == 0 || mrl_is_digit(text.data[0]);
}

bool mrl_idna_is_a_label(struct mrl_slice text, struct mrl_bidi_name *name)
{
	struct mrl_label label;
	uint8_t bytes[MRL_LABEL_MAX];
	struct mrl_slice code = mrl_slice_from(text, ACE_PREFIX.size);
	if (text.size > MRL_LABEL_MAX ||
	    !mrl_slice_equal_nocase(mrl_slice_sub(text, 0, ACE_PREFIX.size), ACE_PREFIX) ||
	    !mrl_punycode_decode(code, &label)) {
		return false;
	}
	size_t size = mrl_punycode_encode(&label, bytes, sizeof(bytes));
	bool ascii = code.size > 0 && code.data[code.size - 1] == '-';
	return !ascii && mrl_slice_equal_nocase(mrl_slice(bytes, size), code) &&
	       mrl_idna_is_u_label(&label, name);
}
