"""Verifies an evidence file of an audit log, by docs/security/audit-log.md alone.

Nothing of the project is used, and nothing besides the standard library: it shows that the document suffices for somebody
else to write a verifier. It says whether the evidence holds; unlike custos-verify it does not say where it does not.

python3 independent.py FILE KEY [WITNESS_KEY]     exit code 0: holds, 1: does not
"""
import base64
import hashlib
import json
import sys
import tarfile

# Ed25519 (RFC 8032), verification only.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def fail(why):
    raise ValueError(why)


def recover_x(y, sign):
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * ROOT % P
    if (x * x - xx) % P:
        fail("not a point")
    return P - x if x & 1 != sign else x


def decode_point(data):
    number = int.from_bytes(data, "little")
    y = number & ((1 << 255) - 1)
    if y >= P:
        fail("not a point")
    x = recover_x(y, number >> 255)
    return (x, y, 1, x * y % P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(n, point):
    result = (0, 1, 1, 0)
    while n:
        if n & 1:
            result = add(result, point)
        point, n = add(point, point), n >> 1
    return result


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (recover_x(BASE_Y, 0), BASE_Y, 1, recover_x(BASE_Y, 0) * BASE_Y % P)


def check_signature(public, message, signature):
    if len(signature) != 64:
        fail("signature")
    s = int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = multiply(s, BASE), add(decode_point(signature[:32]), multiply(k, decode_point(public)))
    same = (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0
    if s >= L or not same:
        fail("wrong signature")


# Keys and notes (C2SP signed-note, tlog-checkpoint, tlog-cosignature).
def key(text, kind):
    name, number, data = text.strip().split("+", 2)
    data = base64.b64decode(data, validate=True)
    if data[0] != kind or hashlib.sha256(name.encode() + b"\n" + data).digest()[:4].hex() != number:
        fail("key")
    return name, bytes.fromhex(number), data[1:]


def signatures(note, wanted):
    text, lines = note.rsplit("\n\n", 1)
    for line in lines.rstrip("\n").split("\n"):
        mark, name, data = line.split(" ")
        data = base64.b64decode(data, validate=True)
        if mark != "\u2014":
            fail("note")
        if (name, data[:4]) == wanted[:2]:
            yield text + "\n", data[4:]


def checkpoint(note, log_key):
    found = None
    for text, signature in signatures(note, log_key):
        check_signature(log_key[2], text.encode(), signature)
        found = text.split("\n")
    if found is None or found[0] != log_key[0]:
        fail("not signed by the log")
    return int(found[1]), base64.b64decode(found[2], validate=True)


def cosigned(note, witness):
    for text, data in signatures(note, witness):
        time = int.from_bytes(data[:8], "big")
        check_signature(witness[2], f"cosignature/v1\ntime {time}\n{text}".encode(), data[8:])
        return time
    return None


# The tree (RFC 6962) and its tiles (C2SP tlog-tiles).
def leaf(body):
    return hashlib.sha256(b"\0" + body).digest()


def root(hashes):
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(hashes[:split]) + root(hashes[split:])).digest()


def tile_name(kind, index, width):
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03}")
    return f"tile/{kind}/" + "/".join(groups) + ("" if width == 256 else f".p/{width}")


def tiles(members, level, count):
    hashes = []
    for index in range((count + 255) // 256):
        width = min(256, count - index * 256)
        data = members.pop(tile_name(level, index, width))
        if len(data) != width * 32:
            fail("tile")
        hashes += [data[i : i + 32] for i in range(0, len(data), 32)]
    return hashes


def bundle(data):
    while data:
        length = int.from_bytes(data[:2], "big")
        yield data[2 : 2 + length]
        data = data[2 + length :]


def verify(path, key_text, witness_text=None):
    with tarfile.open(path) as archive:
        members = {}
        for member in archive:
            if member.name in members or not member.isreg():
                fail("member")
            members[member.name] = archive.extractfile(member).read()
    if members.pop("verifier-key.txt").decode().strip() != key_text.strip():
        fail("another key")
    log_key = key(key_text, 1)
    meta = json.loads(members.pop("meta.json"))
    size, top = checkpoint(members["checkpoint"].decode(), log_key)
    if (meta["format"], meta["origin"], meta["size"]) != ("custos-evidence-3", log_key[0], size):
        fail("meta")
    # The tree from the leaves up; every level is stored, and must be what the level below gives.
    leaves = tiles(members, 0, size)
    level, count, below = 1, size // 256, leaves
    while count:
        stored = tiles(members, level, count)
        if stored != [root(below[i * 256 : i * 256 + 256]) for i in range(count)]:
            fail("tile")
        level, count, below = level + 1, count // 256, stored
    if root(leaves) != top:
        fail("root")
    # Every checkpoint is of the beginning of this tree.
    notes = {size: members.pop("checkpoint").decode()}
    for name in [name for name in members if name.startswith("checkpoints/")]:
        notes[int(name.split("/")[1])] = members.pop(name).decode()
    for at, note in notes.items():
        if checkpoint(note, log_key) != (at, root(leaves[:at])):
            fail("checkpoint")
    # The entries are those of the leaves.
    for index in range(meta["from"] // 256, (meta["to"] + 255) // 256):
        width = min(256, size - index * 256)
        bodies = list(bundle(members.pop(tile_name("entries", index, width))))
        for place in range(index * 256, index * 256 + width):
            body = bodies[place - index * 256] if place - index * 256 < len(bodies) else b""
            inside = meta["from"] <= place < meta["to"]
            if (inside and leaf(body) != leaves[place]) or (not inside and body):
                fail("entries")
        if len(bodies) > width:
            fail("entries")
    # Each policy is what its name says, and an entry of the log names it.
    policies = {name: members.pop(name) for name in list(members) if name.startswith("policies/")}
    named = set()
    for name in [name for name in members if name.startswith("announcements/")]:
        body = members.pop(name)
        entry = json.loads(body)
        if leaf(body) != leaves[int(name.split("/")[1])] or entry["action"] != "policy.in_force":
            fail("announcement")
        named.add("policies/" + entry["detail"]["digest"].removeprefix("sha256:"))
    if named != set(policies) or any(name[9:] != hashlib.sha256(text).hexdigest() for name, text in policies.items()):
        fail("policy")
    members.pop("witnesses.txt", None)
    if members:
        fail(f"unexpected members: {sorted(members)}")
    if witness_text is not None:
        witness = key(witness_text, 4)
        if all(cosigned(note, witness) is None for note in notes.values()):
            fail("not witnessed")


if __name__ == "__main__":
    try:
        verify(*sys.argv[1:])
    except (ValueError, KeyError, IndexError, TypeError, EOFError, tarfile.TarError) as why:
        print(f"does not hold: {why!r}")
        sys.exit(1)
    print("holds")
