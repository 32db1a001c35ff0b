"""A mail server on loopback, by aiosmtpd, that keeps each mail as a file of JSON before it says that
it took it over. What is in a mail is read by Python's own parser.

    mail_server.py FOLDER [--starttls CERT KEY] [--user NAME PASSWORD] [--refuse ADDRESS] [--hang]

Says its port in a line, and ends when its input does.
"""

import argparse
import asyncio
import email
import email.policy
import json
import os
import ssl
import sys

from aiosmtpd.smtp import AuthResult, SMTP

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--starttls", nargs=2)
parser.add_argument("--user", nargs=2)
parser.add_argument("--refuse", action="append", default=[])
parser.add_argument("--hang", action="store_true")
asked = parser.parse_args()
taken = 0


class Keeper:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in asked.refuse:
            return "550 5.1.1 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        global taken
        if asked.hang:
            # For good: the one who asks has to give up.
            await asyncio.Event().wait()
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        part = lambda kind: mail.get_body((kind,)).get_content()
        kept = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "is_tls": session.ssl is not None,
            "user": session.auth_data and session.auth_data.decode(),
            "headers": [[name.lower(), str(value)] for name, value in mail.items()],
            "kind": mail.get_content_type(),
            "plain": part("plain"),
            "html": part("html"),
            "raw": envelope.content.decode("utf-8", "replace"),
        }
        path = os.path.join(asked.folder, f"{taken:05}")
        taken += 1
        with open(path + ".new", "w", encoding="utf-8") as file:
            json.dump(kept, file)
        os.rename(path + ".new", path + ".json")
        return "250 OK"


def sign_in(server, session, envelope, mechanism, data):
    name, password = asked.user
    is_right = data.login == name.encode() and data.password == password.encode()
    # A failure that is not handled is answered with 535.
    return AuthResult(success=is_right, handled=False, auth_data=data.login if is_right else None)


def protocol():
    options = {"enable_SMTPUTF8": False, "data_size_limit": 64 << 20}
    if asked.starttls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*asked.starttls)
        options |= {"tls_context": context, "require_starttls": True}
    if asked.user:
        options |= {"authenticator": sign_in, "auth_required": True}
    return SMTP(Keeper(), hostname="localhost", **options)


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main())
