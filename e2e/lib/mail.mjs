// A mail server for the tests: real SMTP, mails kept in memory and opened.
import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';

/** The first pause of a message that was put off is up to 36 s. */
const PATIENCE_MS = 60_000;

export class MailServer {
  #server;
  #mails = [];
  #mode = 'accept';
  #links = [];

  /** Listens on a free port of this machine; takes mail of whoever signs in with `user` and `password`. */
  static async start({ user, password }) {
    const mail = new MailServer();
    mail.#server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      authMethods: ['PLAIN', 'LOGIN'],
      closeTimeout: 100,
      onAuth(given, session, done) {
        const right = given.username === user && given.password === password;
        done(right ? null : new Error('wrong'), right ? { user } : undefined);
      },
      onRcptTo: (address, session, done) => {
        if (mail.#mode === 'refuse') done(Object.assign(new Error('no such mailbox'), { responseCode: 550 }));
        else if (mail.#mode === 'put off') done(Object.assign(new Error('later'), { responseCode: 451 }));
        else done();
      },
      onData: (stream, session, done) => {
        const chunks = [];
        stream.on('data', (chunk) => chunks.push(chunk));
        stream.on('end', () => {
          mail.#keep(Buffer.concat(chunks).toString('utf8'), session.envelope.rcptTo[0].address);
          done();
        });
      },
    });
    mail.#server.on('error', () => {});
    mail.#server.listen(0, '127.0.0.1');
    await once(mail.#server.server, 'listening');
    return mail;
  }

  get port() {
    return this.#server.server.address().port;
  }

  /** Refuses every recipient for good. */
  refuseAll() {
    this.#mode = 'refuse';
  }

  /** Refuses every recipient for now. */
  putOffAll() {
    this.#mode = 'put off';
  }

  acceptAll() {
    this.#mode = 'accept';
  }

  #keep(raw, recipient) {
    const [head, ...rest] = raw.split('\r\n\r\n');
    const headers = new Map();
    for (const line of head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
      const at = line.indexOf(':');
      headers.set(line.slice(0, at).toLowerCase(), line.slice(at + 1).trim());
    }
    const text = decodeBody(rest.join('\r\n\r\n'), headers.get('content-transfer-encoding') ?? '7bit');
    const link = /https:\/\/\S+#\S+/.exec(text)?.[0] ?? null;
    if (link !== null) this.#links.push(link.split('#')[1]);
    this.#mails.push({ recipient, subject: decodeWords(headers.get('subject') ?? ''), text, link });
  }

  /** How many mails to somebody with a subject wait to be read. */
  waiting(recipient, subject) {
    return this.#mails.filter((mail) => mail.recipient === recipient && mail.subject === subject).length;
  }

  /** The next mail to somebody, with this subject if given; it is read once. */
  async next(recipient, subject) {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const at = this.#mails.findIndex(
        (mail) => mail.recipient === recipient && (subject === undefined || mail.subject === subject),
      );
      if (at >= 0) return this.#mails.splice(at, 1)[0];
      if (Date.now() > until) {
        const there = this.#mails.map((mail) => `${mail.recipient}: ${mail.subject}`).join('\n');
        throw new Error(`no mail to ${recipient} ${subject ?? ''}; there are:\n${there}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Every token that was in a link. */
  secrets() {
    return this.#links;
  }

  async stop() {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function decodeBody(body, encoding) {
  switch (encoding.toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64').toString('utf8').replaceAll('\r\n', '\n');
    case 'quoted-printable': {
      const bytes = body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
      return Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\r\n', '\n');
    }
    default:
      return body.replaceAll('\r\n', '\n');
  }
}

/** RFC 2047. */
function decodeWords(text) {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?(b|q)\?([^?]*)\?=/gi, (_, kind, data) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(data, 'base64').toString('utf8')
        : decodeBody(data.replaceAll('_', ' '), 'quoted-printable'),
    );
}
