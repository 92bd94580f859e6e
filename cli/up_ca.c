/*
 * The local authority in S/ca and the leaf in S/tls.
 *
 * The authority is kept for as long as it is valid, since people have told their systems to trust
 * it; the leaf is made anew whenever it is not fit for what is served.
 */
#include "text.h"
#include "up.h"

#include <merlon/host.h>

#include <errno.h>

#define DAY_S         86400
#define PEM_BYTES_MAX (1U << 16)
#define RENEW_DAYS    30

static const char *path_of(struct mrl_cli *cli, const struct mrl_places *places, const char *name)
{
	return mrl_text(cli->arena, "%s/%s", places->state, name);
}

static bool read_pair(struct mrl_cli *cli, const struct mrl_places *places, const char *name,
                      struct mrl_x509_pair *ret_pair)
{
	const char *cert = mrl_text(cli->arena, "%s/%s.crt", places->state, name);
	const char *key = mrl_text(cli->arena, "%s/%s.key", places->state, name);
	return mrl_file_read(mrl_slice_text(cert), PEM_BYTES_MAX, cli->arena, &ret_pair->cert) ==
	               MRL_OK &&
	       mrl_file_read(mrl_slice_text(key), PEM_BYTES_MAX, cli->arena, &ret_pair->key) ==
	               MRL_OK;
}

static bool write_pair(struct mrl_cli *cli, const struct mrl_places *places, const char *name,
                       const struct mrl_x509_pair *pair)
{
	const char *cert = mrl_text(cli->arena, "%s.crt", path_of(cli, places, name));
	const char *key = mrl_text(cli->arena, "%s.key", path_of(cli, places, name));
	if (mrl_file_write(key, pair->key, 0600) != MRL_OK ||
	    mrl_file_write(cert, pair->cert, 0644) != MRL_OK) {
		mrl_complain(cli, "%s cannot be written: %s", key, strerror(errno));
		return false;
	}
	return true;
}

/* Sound, and for so many days more. */
static bool fit(const struct mrl_x509_pair *pair, int64_t now_s, int days)
{
	struct mrl_x509_report report;
	mrl_x509_check(pair, now_s, &report);
	return report.faults == 0 && report.not_after_s - now_s >= (int64_t)days * DAY_S;
}

static bool authority(struct mrl_cli *cli, const struct mrl_places *places, int64_t now_s,
                      struct mrl_x509_pair *ret_pair)
{
	bool there = read_pair(cli, places, "ca/ca", ret_pair);
	if (there && fit(ret_pair, now_s, RENEW_DAYS)) {
		return true;
	}
	if (there) {
		mrl_remark(cli, "the local authority has to be replaced: it is damaged or ends "
		                "soon; trust the new one");
	}
	enum mrl_err err = mrl_x509_authority(now_s, cli->arena, ret_pair);
	if (err != MRL_OK) {
		mrl_complain(cli, "no local authority can be made: %s", mrl_err_name(err));
		return false;
	}
	return write_pair(cli, places, "ca/ca", ret_pair);
}

static bool covers_all(const struct mrl_x509_pair *leaf, const struct mrl_slice *names,
                       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!mrl_x509_covers(leaf->cert, names[i])) {
			return false;
		}
	}
	return true;
}

/* TLS-1 */
bool mrl_up_local_leaf(struct mrl_cli *cli, const struct mrl_places *places,
                       const struct mrl_slice *names, size_t count, struct mrl_x509_pair *ret_pair)
{
	struct mrl_x509_pair issuer;
	int64_t now_s = mrl_time_s();
	if (!authority(cli, places, now_s, &issuer)) {
		return false;
	}
	if (read_pair(cli, places, "tls/local", ret_pair) && fit(ret_pair, now_s, RENEW_DAYS) &&
	    mrl_x509_signed_by(ret_pair->cert, issuer.cert) && covers_all(ret_pair, names, count)) {
		return true;
	}
	enum mrl_err err = mrl_x509_leaf(&issuer, names, count, now_s, cli->arena, ret_pair);
	if (err != MRL_OK) {
		mrl_complain(cli, "the local authority cannot sign: %s", mrl_err_name(err));
		return false;
	}
	return write_pair(cli, places, "tls/local", ret_pair);
}
