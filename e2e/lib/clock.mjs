// A clock that is elsewhere: the real binary with the time of day moved, so that what takes years can be tried.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

/** Moves the time of day of a process, and nothing else of it, by the seconds in its environment. */
const SOURCE = `
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t id, struct timespec *at) {
  int told = (int)syscall(SYS_clock_gettime, id, at);
  const char *shift = getenv("MOVED_CLOCK_SECONDS");
  if (told == 0 && id == CLOCK_REALTIME && shift != NULL) at->tv_sec += atoll(shift);
  return told;
}
`;

/** Makes what moves clocks in a folder: a function from a moment to the environment of a process that begins at it. */
export function movedClock(folder) {
  const [source, library] = ['moved_clock.c', 'moved_clock.so'].map((name) => path.join(folder, name));
  writeFileSync(source, SOURCE);
  const made = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`no C compiler makes the moved clock: ${made.stderr ?? made.error}`);
  return (moment) => ({
    LD_PRELOAD: library,
    MOVED_CLOCK_SECONDS: String(Math.round((moment.getTime() - Date.now()) / 1000)),
  });
}
