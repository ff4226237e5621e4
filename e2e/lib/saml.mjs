// A SAML identity provider (npm: samlp) on a free port of this machine, which signs one person in without asking.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const samlp = createRequire(import.meta.url)('samlp');
const ISSUER = 'https://idp.example.com/saml';

/** `consumer` is where answers go; `person` is { subject, claims }. Gives { metadata, host, close() }. */
export async function startSamlProvider({ consumer, person }) {
  const { key, cert } = await makeKey();
  let metadata = '';
  const signIn = samlp.auth({
    issuer: ISSUER,
    key,
    cert,
    signResponse: true,
    recipient: consumer,
    destination: consumer,
    getPostURL: (_audience, _request, _incoming, done) => done(null, consumer),
    getUserFromRequest: () => person,
    profileMapper: (user) => ({
      getClaims: () => user.claims,
      getNameIdentifier: () => ({
        nameIdentifier: user.subject,
        nameIdentifierFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      }),
    }),
  });
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    request.query = Object.fromEntries(url.searchParams);
    response.set = (name, value) => response.setHeader(name, value);
    response.send = (body) => response.end(String(body));
    if (url.pathname !== '/sso') {
      response.statusCode = 404;
      response.end();
      return;
    }
    signIn(request, response, (error) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Another site than localhost, where Custos is.
  const host = `127.0.0.1:${server.address().port}`;
  const address = `http://${host}/sso`;
  const certificate = cert.replace(/-----[A-Z ]+-----|\s/g, '');
  metadata = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${ISSUER}">`
    + '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
    + '<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>'
    + `<X509Certificate>${certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`
    + `<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${address}"/>`
    + '</IDPSSODescriptor></EntityDescriptor>';
  return {
    metadata,
    host,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function makeKey() {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'saml-'));
  const [keyFile, certFile] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  try {
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=idp.example.com', '-keyout', keyFile, '-out', certFile],
      { stdio: 'ignore' },
    );
    return { key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8') };
  } finally {
    await rm(folder, { recursive: true });
  }
}
