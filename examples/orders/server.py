#!/usr/bin/env python3
"""An example API for orders and users that works, and that leaks on purpose.

Every weakness here is deliberate and listed in README.md. Run it behind Merlon, never by itself
on a reachable address. Standard library only.
"""
import argparse
import csv
import io
import json
import platform
import re
import signal
import sys
import threading
import time
import traceback

from store import Store, show_order
from wire import Call, Refused, Server

HELP_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Orders: help</title></head>
<body><h1>Orders</h1><p>Write to support@example.com and give the number of your order.</p></body></html>
"""
NOT_FOUND_PAGE = """<html><body><h1>404 Not Found</h1>
<p>No page at {path} on orders-01.internal</p></body></html>
"""


def get_health(call):
    call.send_json(200, {"status": "ok"})


def get_help(call):
    call.send_body(200, "text/html; charset=utf-8", HELP_PAGE)


def list_orders(call):
    user = call.caller()
    shown = [show_order(row) for row in call.store.order_rows(user["id"])]
    status = call.query_value("status", None)
    call.send_json(200, {"orders": [order for order in shown if status in (None, order["status"])]})


def get_order(call, number):
    """Wrong on purpose: nobody asks whose order it is, nor who is asking."""
    order = call.store.order(int(number))
    if order is None:
        raise Refused(404, "no such order")
    call.send_json(200, order)


def create_order(call):
    user = call.caller()
    wanted = call.read_json()
    try:
        lines = [{"sku": line["sku"], "quantity": int(line["quantity"]), "priceCents": 990}
                 for line in wanted["lines"]]
        if "coupon" in wanted:
            percent = int(wanted["coupon"].split("-")[1])
            for line in lines:
                line["priceCents"] -= line["priceCents"] * percent // 100
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        call.send_trace(400, error)
        return
    order = call.store.add_order(user["id"], wanted.get("note", ""), lines)
    call.send_json(201, order, {"Location": f"/v1/orders/{order['id']}"})


def change_order(call, number):
    """Wrong on purpose: any known caller changes any order."""
    call.caller()
    changes = call.read_json()
    if call.store.order(int(number)) is None:
        raise Refused(404, "no such order")
    call.send_json(200, call.store.change_order(int(number), changes))


def delete_order(call, number):
    call.caller()
    if not call.store.delete_order(int(number)):
        raise Refused(404, "no such order")
    call.send_body(204, None, "")


def search_orders(call):
    words = call.query_value("q", "")
    try:
        found = call.store.search(words)
    except Exception as error:
        call.send_json(400, {"error": f"{type(error).__module__}.{type(error).__name__}: {error}"})
        return
    call.send_json(200, {"orders": [{"id": number, "note": note} for number, note in found]})


def export_orders(call):
    user = call.caller()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["id", "status", "note"])
    writer.writerows([row[0], row[2], row[3]] for row in call.store.order_rows(user["id"]))
    call.send_body(200, "text/csv; charset=utf-8", text.getvalue())


def stream_orders(call):
    """One event per order; the fourth is the broken one and sends its trace into the stream."""
    count = call.query_number("count", 3, 100)
    pause_s = call.query_number("pause_ms", 100, 10000) / 1000
    with call.chunks("text/event-stream") as send:
        for row in call.store.order_rows()[:count]:
            try:
                send("order", json.dumps(show_order(row)))
            except KeyError:
                send("error", traceback.format_exc())
            time.sleep(pause_s)


def get_user(call, number):
    user = call.store.user(int(number))
    if user is None:
        call.send_body(404, "text/html", NOT_FOUND_PAGE.format(path="/v1/users/..."))
        return
    call.send_json(200, user)


def summarize_user(call, number):
    """Wrong on purpose: what fails on the way is reported to the client inside a 200."""
    if call.store.user(int(number)) is None:
        raise Refused(404, "no such user")
    total, warnings = 0, []
    for row in call.store.order_rows(int(number)):
        try:
            total += show_order(row)["totalCents"]
        except KeyError:
            warnings.append(traceback.format_exc())
    call.send_json(200, {"userId": int(number), "totalCents": total, "warnings": warnings})


def report_sales(call):
    time.sleep(call.query_number("seconds", 3, 60))
    rows = call.store.order_rows()
    call.send_json(200, {"orders": len(rows), "open": sum(row[2] == "open" for row in rows)})


def show_admin(call):
    """Undocumented and open: all users with their tokens."""
    call.send_json(200, {"users": call.store.dump_users()})


def show_debug(call):
    """Undocumented and open: how the process looks inside."""
    call.send_json(200, {"python": sys.version, "platform": platform.platform(),
                         "file": __file__, "threads": threading.active_count()})


NUMBER = r"/([0-9]{1,15})"
ROUTES = [(method, re.compile(pattern), handle) for method, pattern, handle in [
    ("GET", r"/v1/health", get_health),
    ("GET", r"/v1/help", get_help),
    ("GET", r"/v1/orders", list_orders),
    ("POST", r"/v1/orders", create_order),
    ("GET", r"/v1/orders/search", search_orders),
    ("GET", r"/v1/orders/export", export_orders),
    ("GET", r"/v1/orders/events", stream_orders),
    ("GET", r"/v1/orders" + NUMBER, get_order),
    ("PATCH", r"/v1/orders" + NUMBER, change_order),
    ("DELETE", r"/v1/orders" + NUMBER, delete_order),
    ("GET", r"/v1/users" + NUMBER, get_user),
    ("GET", r"/v1/users" + NUMBER + r"/summary", summarize_user),
    ("GET", r"/v1/reports/sales", report_sales),
    ("GET", r"/v1/admin", show_admin),
    ("GET", r"/debug", show_debug),
]]


def parse_address(text):
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise argparse.ArgumentTypeError("expected HOST:PORT")
    return host.strip("[]"), int(port)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--listen", type=parse_address, default=("127.0.0.1", 3000),
                        metavar="HOST:PORT", help="port 0 takes a free one (default 127.0.0.1:3000)")
    options = parser.parse_args()
    Call.store, Call.routes = Store(), ROUTES
    server = Server(options.listen, Call)

    def stop(_signal, _frame):
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print("orders: listening on http://%s:%d" % server.server_address[:2], flush=True)
    server.serve_forever(poll_interval=0.05)
    server.server_close()


if __name__ == "__main__":
    main()
