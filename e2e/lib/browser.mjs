import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import tls from 'node:tls';
import { chromium } from 'playwright-core';

const ARTIFACTS = path.resolve(import.meta.dirname, '../artifacts');
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Widths that pictures are taken at: a desktop and a phone. */
export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };
/** Each of them by day and by night. */
export const LOOKS = [DESKTOP, PHONE].flatMap((size) => ['light', 'dark'].map((theme) => ({ size, theme })));

/** A browser that trusts the certificate which the server at `url` shows now, and no other unknown one. */
export async function openBrowser(url) {
  return chromium.launch({
    executablePath: process.env.CUSTOS_CHROMIUM || installedBrowser(),
    headless: true,
    // Chromium's own sandbox does not start for root.
    chromiumSandbox: process.getuid() !== 0,
    args: [...FLAGS, `--ignore-certificate-errors-spki-list=${await keyHash(url)}`],
  });
}

/**
 * A page in a context of its own (cookies, storage), which begins with those of `state` if given. Gives
 * { page, picture(name), overflow(), close(), problems }.
 * `hosts` are others that the page may lead to, such as an identity provider.
 * `close` throws when the page broke its content security policy, asked another host for anything, wrote an error
 * to the console, or got a 5xx answer. Answers of 4xx are the test's to judge.
 */
export async function openPage(browser, url, { language = 'zh-CN', theme = 'light', size = DESKTOP, state, hosts = [] } = {}) {
  const context = await browser.newContext({
    locale: language,
    storageState: state,
    colorScheme: theme,
    viewport: size,
    deviceScaleFactor: 1,
    timezoneId: 'Asia/Shanghai',
    acceptDownloads: true,
    permissions: [],
  });
  context.setDefaultTimeout(30_000);
  const problems = [];
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  context.on('request', (request) => {
    const asked = new URL(request.url());
    if (/^(https?|wss?):$/.test(asked.protocol) && asked.host !== new URL(url).host && !hosts.includes(asked.host)) {
      problems.push(`asked another host: ${request.url()}`);
    }
  });
  context.on('response', (response) => {
    if (response.status() >= 500) problems.push(`${response.status()} for ${response.url()}`);
  });
  context.on('weberror', (error) => problems.push(`uncaught: ${error.error().stack ?? error.error()}`));
  context.on('console', (message) => {
    if (message.type() !== 'error') return;
    // Chromium's own remark on a 4xx answer.
    if (/^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text())) return;
    problems.push(`console: ${message.text()}`);
  });

  const page = await context.newPage();
  await page.goto(url);
  return {
    page,
    problems,
    /** e2e/artifacts/<name>-<language>-<theme>-<width>.png, once the page has settled. */
    async picture(name) {
      await mkdir(ARTIFACTS, { recursive: true });
      await page.waitForLoadState('networkidle');
      const { width } = page.viewportSize();
      const file = path.join(ARTIFACTS, `${name}-${language}-${theme}-${width}.png`);
      await page.screenshot({ path: file, fullPage: true, animations: 'disabled' });
      return file;
    },
    /** How far the page is wider than the window, in pixels: nothing should have to be scrolled sideways. */
    overflow: () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    async close() {
      await context.close();
      if (problems.length) throw new Error(`the page had problems:\n  ${problems.join('\n  ')}`);
    },
  };
}

function installedBrowser() {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`]).toString().trim();
    } catch {
      // Try the next name.
    }
  }
  throw new Error('no Chromium found; set CUSTOS_CHROMIUM to one');
}

/** The hash of the public key in the certificate of `url`, as Chromium's switch takes it. */
async function keyHash(url) {
  const { hostname, port } = new URL(url);
  const certificate = await new Promise((resolve, reject) => {
    const socket = tls.connect({ host: hostname, port: Number(port) || 443, servername: hostname, rejectUnauthorized: false });
    socket.once('secureConnect', () => {
      resolve(socket.getPeerCertificate().raw);
      socket.end();
    });
    socket.once('error', reject);
  });
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}
