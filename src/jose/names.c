/* The names of algorithms, and the words for what is wrong with tokens and keys. */
#include <merlon/jose.h>

static const struct mrl_slice algorithms[MRL_SIGNATURE_COUNT] = {
	[MRL_SIGNATURE_RS256] = MRL_SLICE_INIT("RS256"),
	[MRL_SIGNATURE_RS384] = MRL_SLICE_INIT("RS384"),
	[MRL_SIGNATURE_RS512] = MRL_SLICE_INIT("RS512"),
	[MRL_SIGNATURE_PS256] = MRL_SLICE_INIT("PS256"),
	[MRL_SIGNATURE_PS384] = MRL_SLICE_INIT("PS384"),
	[MRL_SIGNATURE_PS512] = MRL_SLICE_INIT("PS512"),
	[MRL_SIGNATURE_ES256] = MRL_SLICE_INIT("ES256"),
	[MRL_SIGNATURE_ES384] = MRL_SLICE_INIT("ES384"),
	[MRL_SIGNATURE_ES512] = MRL_SLICE_INIT("ES512"),
	[MRL_SIGNATURE_EDDSA] = MRL_SLICE_INIT("EdDSA"),
};

bool mrl_signature_find(struct mrl_slice name, enum mrl_signature *ret_signature)
{
	for (uint32_t i = 0; i < MRL_SIGNATURE_COUNT; i++) {
		if (mrl_slice_equal(name, algorithms[i])) {
			*ret_signature = (enum mrl_signature)i;
			return true;
		}
	}
	return false;
}

struct mrl_slice mrl_signature_name(enum mrl_signature signature)
{
	return algorithms[signature];
}

struct mrl_slice mrl_token_reason_name(enum mrl_token_reason reason)
{
	static const struct mrl_slice names[MRL_TOKEN_REASON_COUNT] = {
		[MRL_TOKEN_GOOD] = MRL_SLICE_INIT("good"),
		[MRL_TOKEN_LONG] = MRL_SLICE_INIT("long"),
		[MRL_TOKEN_PARTS] = MRL_SLICE_INIT("parts"),
		[MRL_TOKEN_B64] = MRL_SLICE_INIT("b64"),
		[MRL_TOKEN_JSON] = MRL_SLICE_INIT("json"),
		[MRL_TOKEN_CRIT] = MRL_SLICE_INIT("crit"),
		[MRL_TOKEN_ISS] = MRL_SLICE_INIT("iss"),
		[MRL_TOKEN_ALG] = MRL_SLICE_INIT("alg"),
		[MRL_TOKEN_TYP] = MRL_SLICE_INIT("typ"),
		[MRL_TOKEN_EXP] = MRL_SLICE_INIT("exp"),
		[MRL_TOKEN_IAT] = MRL_SLICE_INIT("iat"),
		[MRL_TOKEN_NBF] = MRL_SLICE_INIT("nbf"),
		[MRL_TOKEN_LIFETIME] = MRL_SLICE_INIT("lifetime"),
		[MRL_TOKEN_AUD] = MRL_SLICE_INIT("aud"),
		[MRL_TOKEN_SUB] = MRL_SLICE_INIT("sub"),
		[MRL_TOKEN_CLAIMS] = MRL_SLICE_INIT("claims"),
		[MRL_TOKEN_SCOPE] = MRL_SLICE_INIT("scope"),
		[MRL_TOKEN_CNF] = MRL_SLICE_INIT("cnf"),
		[MRL_TOKEN_REQUIRE] = MRL_SLICE_INIT("require"),
		[MRL_TOKEN_KID] = MRL_SLICE_INIT("kid"),
		[MRL_TOKEN_KEY] = MRL_SLICE_INIT("key"),
		[MRL_TOKEN_SIGLEN] = MRL_SLICE_INIT("siglen"),
		[MRL_TOKEN_SIG] = MRL_SLICE_INIT("sig"),
		[MRL_TOKEN_BINDING] = MRL_SLICE_INIT("binding"),
		[MRL_TOKEN_REVOKED] = MRL_SLICE_INIT("revoked"),
	};
	return names[reason];
}

struct mrl_slice mrl_jwk_fault_name(enum mrl_jwk_fault fault)
{
	static const struct mrl_slice names[MRL_JWK_FAULT_COUNT] = {
		[MRL_JWK_GOOD] = MRL_SLICE_INIT("good"),
		[MRL_JWK_SHAPE] = MRL_SLICE_INIT("shape"),
		[MRL_JWK_OCT] = MRL_SLICE_INIT("oct"),
		[MRL_JWK_KTY] = MRL_SLICE_INIT("kty"),
		[MRL_JWK_KID] = MRL_SLICE_INIT("kid"),
		[MRL_JWK_USE] = MRL_SLICE_INIT("use"),
		[MRL_JWK_PRIVATE] = MRL_SLICE_INIT("private"),
	};
	return names[fault];
}
