import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const START_MS = 60_000;
const STOP_MS = 15_000;

/**
 * The real binary on an empty data folder and a free port. `arguments` are added to `custos serve`.
 * Gives { url, setupCode, links, data, pid, log(), stop(), kill(), start() }; `stop` also checks that it ended as it should.
 */
export async function startServer({ arguments: more = [], environment = {} } = {}) {
  const binary = process.env.CUSTOS_BINARY;
  if (!binary) throw new Error('CUSTOS_BINARY names the binary to test; `make test` sets it');
  const data = await mkdtemp(path.join(os.tmpdir(), 'custos-e2e-'));
  const server = new Server(binary, data, more, environment);
  try {
    await server.start();
  } catch (error) {
    await rm(data, { recursive: true, force: true });
    throw error;
  }
  return server;
}

class Server {
  #binary;
  #more;
  #environment;
  #process;
  #log = '';

  constructor(binary, data, more, environment) {
    this.#binary = binary;
    this.#more = more;
    this.#environment = environment;
    this.data = data;
  }

  /** Starts it, or starts it again on the same data, from then on in another environment if one is given. */
  async start(environment = this.#environment) {
    this.#environment = environment;
    const child = spawn(
      this.#binary,
      ['serve', '--data', this.data, '--listen', '127.0.0.1:0', '--announce', 'json', ...this.#more],
      { env: { ...process.env, ...this.#environment }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#process = child;
    child.stderr.on('data', (bytes) => {
      this.#log += bytes;
    });
    const announced = new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.#log += `${line}\n`;
        const announcement = parsed(line);
        if (announcement?.url) resolve(announcement);
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => reject(new Error(`the server ended (${code ?? signal}):\n${this.#log}`)));
      setTimeout(() => reject(new Error(`the server did not say where it listens:\n${this.#log}`)), START_MS).unref();
    });
    try {
      const { url, setup_code: setupCode = null, links = [] } = await announced;
      Object.assign(this, { url: url.replace(/\/$/, ''), setupCode, links });
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  log() {
    return this.#log;
  }

  /** The id of the process that runs now. */
  get pid() {
    return this.#process.pid;
  }

  /** Ends it as a crash would; the data stay for another `start`. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** Ends it in order and removes its data. */
  async stop() {
    try {
      const [code, signal] = await this.#end('SIGTERM');
      if (code !== 0) throw new Error(`the server ended with ${code ?? signal}:\n${this.#log}`);
    } finally {
      await rm(this.data, { recursive: true, force: true });
    }
  }

  async #end(signal) {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return [child.exitCode, child.signalCode];
    const ended = once(child, 'exit');
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    try {
      return await ended;
    } finally {
      clearTimeout(late);
    }
  }
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
