// Starts the whole product for the run (`cargo xtask stage`), and stops it at the end.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { STATE_FOLDER } from './accounts';
import { STAGE_FILE } from './stage';

const START_LIMIT_MS = 180_000;

export default async function start(): Promise<() => Promise<void>> {
  rmSync(STATE_FOLDER, { recursive: true, force: true });
  mkdirSync(STATE_FOLDER, { recursive: true });

  const xtask = process.env.CALLWARDEN_XTASK;
  const [program, ...leading] = xtask ? [xtask] : ['cargo', 'xtask'];
  const stage = spawn(program, [...leading, 'stage'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(stage, 'exit');

  const ready = new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the product did not start in time')), START_LIMIT_MS);
    createInterface({ input: stage.stdout! }).on('line', (line) => {
      clearTimeout(late);
      resolve(line);
    });
    stage.on('error', reject);
    stage.on('exit', (code) => reject(new Error(`the product ended at its start (${code}); see above`)));
  });
  try {
    writeFileSync(STAGE_FILE, await ready);
  } catch (error) {
    stage.stdin!.end();
    throw error;
  }

  return async () => {
    // The stage stops everything when its input closes, also when this process is killed.
    stage.stdin!.end();
    await ended;
  };
}
