"""smtp - a server of mail in threads, that keeps what arrives and does wrong what it is told.

    server = smtp.Server()                      # a port of 127.0.0.1
    server.url()                                # smtp://127.0.0.1:PORT
    server.mails                                # [Mail], as they came
    server.close()

What it does may be chosen by the recipient, whose name is then a word with an argument:

    rcpt.550@…    answers RCPT with 550         data.451@…   answers the message with 451
    begin.554@…   answers DATA with 554
    drop@…        closes in the middle of the message          hang@…     says nothing more
    slow@…        one letter of an answer each 0.2 s           lines@…    answers in several lines
    early@…       says yes to what it was not asked yet        noise@…    answers with no SMTP
    bye@…         hangs at QUIT

or for the whole server, by `greeting`: a text to say instead of the greeting, "hang", "close",
"endless" or "late:SECONDS". Options: tls (files of a certificate and key: TLS from the first byte),
starttls (the same, offered), login (user, password), size (the largest mail).
"""

import base64
import email
import email.policy
import socket
import ssl
import threading
import time


class Mail:
    def __init__(self, session, sender, recipient, data):
        self.at = time.time()
        self.sender = sender
        self.recipient = recipient
        self.data = data  # bytes, with the dots undone
        self.parsed = email.message_from_bytes(data, policy=email.policy.default)
        self.encrypted = session.encrypted
        self.user = session.user
        self.hello = session.hello


class Server:
    def __init__(self, tls=None, starttls=None, login=None, size=None, greeting=None):
        self.tls, self.starttls = context(tls), context(starttls)
        self.login, self.size, self.greeting = login, size, greeting
        self.mails, self.farewells, self.connections = [], 0, 0
        self.lock = threading.Lock()
        self.closed = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept_all, daemon=True).start()

    def url(self, host="127.0.0.1"):
        return "%s://%s:%d" % ("smtps" if self.tls else "smtp", host, self.port)

    def close(self):
        self.closed.set()
        self.listener.close()

    def accept_all(self):
        while not self.closed.is_set():
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
            threading.Thread(target=Session(self, conn).run, daemon=True).start()


def context(pair):
    if not pair:
        return None
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*pair)
    return made


class Session:
    """One connection."""

    def __init__(self, server, conn):
        self.server, self.conn = server, conn
        self.file = None
        self.encrypted, self.user, self.hello = False, None, None
        self.sender = self.recipient = ""

    def run(self):
        try:
            if self.server.tls:
                self.encrypt(self.server.tls)
            self.file = self.conn.makefile("rb")
            if self.greet():
                while self.command(self.file.readline(65536)):
                    pass
        except (OSError, ValueError):
            pass
        finally:
            self.conn.close()

    def encrypt(self, with_context):
        self.conn = with_context.wrap_socket(self.conn, server_side=True)
        self.file = self.conn.makefile("rb")
        self.encrypted = True

    def say(self, *lines):
        """The last line as it is, those before it with a hyphen."""
        words = [line[:3] + "-" + line[4:] for line in lines[:-1]] + [lines[-1]]
        data = "".join(word + "\r\n" for word in words).encode()
        if self.does("slow"):
            for i in range(len(data)):
                self.conn.sendall(data[i:i + 1])
                if self.server.closed.wait(0.2):
                    raise OSError
            return
        self.conn.sendall(data)

    def does(self, word):
        """The argument of what the recipient's name asks for, None when it asks for another."""
        name, _, rest = self.recipient.partition("@")[0].partition(".")
        return (rest or word) if name == word else None

    def greet(self):
        how = self.server.greeting or "220 mail.test ESMTP"
        if how == "hang":
            self.server.closed.wait(30)
            return False
        if how == "close":
            return False
        if how == "endless":
            while True:
                self.conn.sendall(b"220-and so on\r\n" * 1000)
        if how.startswith("late:"):
            self.server.closed.wait(float(how[5:]))
            how = "220 mail.test ESMTP"
        self.conn.sendall(how.encode() + b"\r\n")
        return how.startswith("220")

    def command(self, line):
        word = line.decode("latin-1").strip().partition(" ")
        do = getattr(self, "do_" + word[0].lower(), None)
        if not line:
            return False
        if not do:
            self.say("500 what?")
            return True
        return do(word[2])

    def do_ehlo(self, name):
        self.hello = name
        offers = ["250-mail.test greets you", "250-PIPELINING"]
        if self.server.starttls and not self.encrypted:
            offers.append("250-STARTTLS")
        if self.server.login:
            offers.append("250-AUTH PLAIN LOGIN")
        if self.server.size:
            offers.append("250-SIZE %d" % self.server.size)
        self.say(*offers, "250 8BITMIME")
        return True

    def do_helo(self, name):
        self.hello = name
        self.say("250 mail.test")
        return True

    def do_starttls(self, _):
        self.say("220 go on")
        self.encrypt(self.server.starttls)
        return True

    def do_auth(self, words):
        kind, _, first = words.partition(" ")
        if kind != "PLAIN":
            self.say("504 not that")
            return True
        if not first:
            self.say("334 ")
            first = self.file.readline().decode().strip()
        _, user, password = base64.b64decode(first).decode().split("\0")
        if (user, password) == self.server.login:
            self.user = user
            self.say("235 welcome")
        else:
            self.say("535 5.7.8 bad login of %s with %s" % (user, password))
        return True

    def do_mail(self, words):
        self.sender = words
        if self.server.login and not self.user:
            self.say("530 5.7.0 who are you?")
            return True
        self.say("250 2.1.0 Ok")
        return True

    def do_rcpt(self, words):
        self.recipient = words.partition("<")[2].partition(">")[0]
        if self.does("hang"):
            self.server.closed.wait(30)
            return False
        if self.does("noise"):
            self.conn.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        elif self.does("early"):
            self.conn.sendall(b"250 yes\r\n354 yes\r\n250 yes, yes\r\n")
        elif self.does("rcpt"):
            self.say("%s-5.1.1 this" % self.does("rcpt"),
                     "%s 5.1.1 <%s> is unknown here" % (self.does("rcpt"), self.recipient))
        elif self.does("lines"):
            self.say("250 one", "250 two", "250 three")
        else:
            self.say("250 2.1.5 Ok")
        return True

    def do_data(self, _):
        if self.does("begin"):
            self.say(self.does("begin") + " not now")
            return True
        self.say("354 end with a dot")
        lines = []
        while True:
            line = self.file.readline(1 << 20)
            if not line or self.does("drop"):
                return False
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        if self.does("data"):
            self.say(self.does("data") + " 4.7.1 the mail is not taken")
            return True
        mail = Mail(self, self.sender, self.recipient, b"".join(lines))
        with self.server.lock:
            self.server.mails.append(mail)
        self.say("250 2.0.0 Ok: queued as 42")
        return True

    def do_quit(self, _):
        with self.server.lock:
            self.server.farewells += 1
        if self.does("bye"):
            self.server.closed.wait(30)
        self.say("221 bye")
        return False
