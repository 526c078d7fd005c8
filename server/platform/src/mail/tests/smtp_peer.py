"""A real SMTP server (aiosmtpd) that a test starts, and that behaves as well or as badly as the test says.

    smtp_peer.py PORT BEHAVIOUR TLS CERTIFICATE KEY [NAME PASSWORD]

TLS is `starttls`, `tls` or `stripped`: the last does not offer it. Everything that was said is printed, one JSON object on a
line: each command that would have told something, and each letter with its envelope and its bytes. Where CLIENT_AUTHORITY names
a file, nobody gets in without a certificate of that authority.
"""

import asyncio
import base64
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

port, behaviour, tls, certificate, key = sys.argv[1:6]
credentials = sys.argv[6:8]


def tell(**what):
    print(json.dumps(what), flush=True)


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        tell(said="mail", encrypted=session.ssl is not None or tls == "tls")
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if behaviour == "later":
            return "451 4.7.1 Come back later, SECRETWORD"
        if behaviour == "refuses":
            return "550 5.1.1 Nobody of that name, SECRETWORD"
        if behaviour == "tarpit":
            await asyncio.sleep(3600)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        tell(
            said="letter",
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            bytes=base64.b64encode(envelope.original_content).decode(),
        )
        if behaviour == "cut":
            # The letter is taken, and the sender never hears of it.
            server.transport.abort()
        if behaviour == "refuses-data":
            return "554 5.6.0 Not this, SECRETWORD"
        return "250 Taken"


def authenticate(server, session, envelope, mechanism, login):
    tell(said="auth", encrypted=session.ssl is not None or tls == "tls")
    good = [login.login.decode(), login.password.decode()] == credentials
    return AuthResult(success=good, handled=False)


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if "CLIENT_AUTHORITY" in os.environ:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(os.environ["CLIENT_AUTHORITY"])
    options = {"hostname": "peer.example"}
    if tls == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    if credentials:
        # With TLS from the first byte the library does not know that there is any.
        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": tls == "starttls"}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Handler(), loop=loop, **options),
        "127.0.0.1",
        int(port),
        ssl=context if tls == "tls" else None,
    )
    tell(said="ready", port=server.sockets[0].getsockname()[1])
    await server.serve_forever()


asyncio.run(main())
