"""The orders and users of the example, in an SQLite database that lives in memory.

Order 1004 was imported without prices: whoever adds up its lines gets a KeyError. Everything that
fails on purpose begins with a fault of this kind, so that the traces are real ones.
"""
import json
import sqlite3
import threading

SCHEMA = """
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT, token TEXT, role TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER, status TEXT, note TEXT, lines TEXT);
"""

USERS = [
    (1, "Ann", "ann@example.com", "demo-ann", "customer"),
    (2, "Bob", "bob@example.com", "demo-bob", "customer"),
    (3, "Eve", "eve@example.com", "demo-eve", "support"),
]

ORDERS = [
    (1001, 1, "paid", "Leave at the door", [{"sku": "MUG-BLUE", "quantity": 2, "priceCents": 1250}]),
    (1002, 2, "open", "", [{"sku": "TEA-ASSAM", "quantity": 1, "priceCents": 890}]),
    (1003, 1, "shipped", "", [{"sku": "POT-IRON", "quantity": 1, "priceCents": 6400}]),
    (1004, 2, "open", "Imported from the old shop", [{"sku": "MUG-RED", "quantity": 4}]),
    (1005, 1, "open", "", [{"sku": "TEA-SENCHA", "quantity": 3, "priceCents": 1120}]),
]


def total_cents(lines):
    return sum(line["priceCents"] * line["quantity"] for line in lines)


def show_order(row):
    number, user_id, status, note, lines = row
    lines = json.loads(lines)
    return {"id": number, "userId": user_id, "status": status, "note": note, "lines": lines,
            "totalCents": total_cents(lines)}


class Store:
    """One connection behind one lock: enough for an example, and safe for the server's threads."""

    def __init__(self):
        self.lock = threading.RLock()
        self.db = sqlite3.connect(":memory:", check_same_thread=False)
        self.db.executescript(SCHEMA)
        self.db.executemany("INSERT INTO users VALUES (?, ?, ?, ?, ?)", USERS)
        for *columns, lines in ORDERS:
            self.insert(columns, lines)

    def insert(self, columns, lines):
        with self.lock:
            cursor = self.db.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?)",
                                     (*columns, json.dumps(lines)))
            return cursor.lastrowid

    def rows(self, sql, *values):
        with self.lock:
            return self.db.execute(sql, values).fetchall()

    def order(self, number):
        rows = self.rows("SELECT * FROM orders WHERE id = ?", number)
        return show_order(rows[0]) if rows else None

    def order_rows(self, user_id=None):
        if user_id is None:
            return self.rows("SELECT * FROM orders ORDER BY id")
        return self.rows("SELECT * FROM orders WHERE user_id = ? ORDER BY id", user_id)

    def search(self, words):
        """Wrong on purpose: the words become part of the statement."""
        return self.rows("SELECT id, note FROM orders WHERE note LIKE '%" + words + "%'")

    def add_order(self, user_id, note, lines):
        return self.order(self.insert((None, user_id, "open", note), lines))

    def change_order(self, number, changes):
        with self.lock:
            for column in ("status", "note"):
                if column in changes:
                    self.db.execute(f"UPDATE orders SET {column} = ? WHERE id = ?",
                                    (changes[column], number))
        return self.order(number)

    def delete_order(self, number):
        with self.lock:
            return self.db.execute("DELETE FROM orders WHERE id = ?", (number,)).rowcount > 0

    def user(self, user_id):
        return self.find_user("id", user_id)

    def user_of_token(self, token):
        return self.find_user("token", token)

    def find_user(self, column, value):
        rows = self.rows(f"SELECT id, name, email, role FROM users WHERE {column} = ?", value)
        return dict(zip(("id", "name", "email", "role"), rows[0])) if rows else None

    def dump_users(self):
        names = ("id", "name", "email", "token", "role")
        return [dict(zip(names, row)) for row in self.rows("SELECT * FROM users ORDER BY id")]
