// An identity provider that keeps its users and groups in Custos (SCIM 2.0), as a program.
import https from 'node:https';

/** Gives `call(method, path, body)`, which answers { status, body }. The server's certificate is one nobody signed. */
export function scimClient(url, token) {
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }) };
      const request = https.request(`${url}/scim/v2${path}`, { method, headers, rejectUnauthorized: false, timeout: 20_000 }, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: answer.statusCode, body: text === '' ? null : JSON.parse(text) });
        });
      });
      request.on('timeout', () => request.destroy(new Error('timed out')));
      request.on('error', reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
}
