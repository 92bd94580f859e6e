/* The reason phrases of IANA's HTTP status code registry. */
#include <merlon/http.h>

struct phrase {
	uint16_t status;
	struct mrl_slice text;
};

/* By status; 418 is registered as "(Unused)" and has no phrase. */
static const struct phrase phrases[] = {
	{100, MRL_SLICE_INIT("Continue")},
	{101, MRL_SLICE_INIT("Switching Protocols")},
	{102, MRL_SLICE_INIT("Processing")},
	{103, MRL_SLICE_INIT("Early Hints")},
	{200, MRL_SLICE_INIT("OK")},
	{201, MRL_SLICE_INIT("Created")},
	{202, MRL_SLICE_INIT("Accepted")},
	{203, MRL_SLICE_INIT("Non-Authoritative Information")},
	{204, MRL_SLICE_INIT("No Content")},
	{205, MRL_SLICE_INIT("Reset Content")},
	{206, MRL_SLICE_INIT("Partial Content")},
	{207, MRL_SLICE_INIT("Multi-Status")},
	{208, MRL_SLICE_INIT("Already Reported")},
	{226, MRL_SLICE_INIT("IM Used")},
	{300, MRL_SLICE_INIT("Multiple Choices")},
	{301, MRL_SLICE_INIT("Moved Permanently")},
	{302, MRL_SLICE_INIT("Found")},
	{303, MRL_SLICE_INIT("See Other")},
	{304, MRL_SLICE_INIT("Not Modified")},
	{305, MRL_SLICE_INIT("Use Proxy")},
	{307, MRL_SLICE_INIT("Temporary Redirect")},
	{308, MRL_SLICE_INIT("Permanent Redirect")},
	{400, MRL_SLICE_INIT("Bad Request")},
	{401, MRL_SLICE_INIT("Unauthorized")},
	{402, MRL_SLICE_INIT("Payment Required")},
	{403, MRL_SLICE_INIT("Forbidden")},
	{404, MRL_SLICE_INIT("Not Found")},
	{405, MRL_SLICE_INIT("Method Not Allowed")},
	{406, MRL_SLICE_INIT("Not Acceptable")},
	{407, MRL_SLICE_INIT("Proxy Authentication Required")},
	{408, MRL_SLICE_INIT("Request Timeout")},
	{409, MRL_SLICE_INIT("Conflict")},
	{410, MRL_SLICE_INIT("Gone")},
	{411, MRL_SLICE_INIT("Length Required")},
	{412, MRL_SLICE_INIT("Precondition Failed")},
	{413, MRL_SLICE_INIT("Content Too Large")},
	{414, MRL_SLICE_INIT("URI Too Long")},
	{415, MRL_SLICE_INIT("Unsupported Media Type")},
	{416, MRL_SLICE_INIT("Range Not Satisfiable")},
	{417, MRL_SLICE_INIT("Expectation Failed")},
	{421, MRL_SLICE_INIT("Misdirected Request")},
	{422, MRL_SLICE_INIT("Unprocessable Content")},
	{423, MRL_SLICE_INIT("Locked")},
	{424, MRL_SLICE_INIT("Failed Dependency")},
	{425, MRL_SLICE_INIT("Too Early")},
	{426, MRL_SLICE_INIT("Upgrade Required")},
	{428, MRL_SLICE_INIT("Precondition Required")},
	{429, MRL_SLICE_INIT("Too Many Requests")},
	{431, MRL_SLICE_INIT("Request Header Fields Too Large")},
	{451, MRL_SLICE_INIT("Unavailable For Legal Reasons")},
	{500, MRL_SLICE_INIT("Internal Server Error")},
	{501, MRL_SLICE_INIT("Not Implemented")},
	{502, MRL_SLICE_INIT("Bad Gateway")},
	{503, MRL_SLICE_INIT("Service Unavailable")},
	{504, MRL_SLICE_INIT("Gateway Timeout")},
	{505, MRL_SLICE_INIT("HTTP Version Not Supported")},
	{506, MRL_SLICE_INIT("Variant Also Negotiates")},
	{507, MRL_SLICE_INIT("Insufficient Storage")},
	{508, MRL_SLICE_INIT("Loop Detected")},
	{510, MRL_SLICE_INIT("Not Extended")},
	{511, MRL_SLICE_INIT("Network Authentication Required")},
};

struct mrl_slice mrl_status_phrase(uint16_t status)
{
	size_t low = 0;
	size_t high = MRL_COUNT(phrases);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (phrases[middle].status == status) {
			return phrases[middle].text;
		}
		if (phrases[middle].status < status) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return MRL_SLICE_NONE;
}
