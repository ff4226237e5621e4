// The command line as a person, or a program, uses it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs `custos` with `args`: { code, out, err }. `input` goes to standard input. `watch(child, err)` is called with
 * whatever has been said on standard error so far. `environment` is added to that of this process.
 */
export async function custos(args, { input = '', cwd, watch = () => {}, environment = {} } = {}) {
  const env = { ...process.env, LC_ALL: 'C.UTF-8', ...environment };
  const child = spawn(process.env.CUSTOS_BINARY, args, { cwd, env, stdio: 'pipe' });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
    watch(child, err);
  });
  // A command that reads no secret may have ended before it is given one.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code, signal] = await once(child, 'close');
  return { code: code ?? signal, out, err };
}

/** Nobody types sooner than this after a prompt: the terminal stops showing what is typed just after it. */
const TYPED_AFTER_MS = 300;

/**
 * Runs `custos` on a terminal of its own, answering each prompt of `answers` ([prompt, answer]) when it appears:
 * { code, screen }.
 */
export async function custosOnTerminal(args, answers, { cwd } = {}) {
  const quote = (word) => `'${word.replaceAll("'", `'\\''`)}'`;
  const command = [process.env.CUSTOS_BINARY, ...args].map(quote).join(' ');
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    cwd,
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    stdio: 'pipe',
  });
  const left = [...answers];
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    screen += text;
    if (left.length && screen.includes(left[0][0])) {
      const [, answer] = left.shift();
      setTimeout(() => child.stdin.write(`${answer}\n`), TYPED_AFTER_MS);
    }
  });
  const [code] = await once(child, 'close');
  return { code, screen };
}
