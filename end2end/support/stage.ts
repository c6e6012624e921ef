// The running product: where it is, and what a test may do to it from outside.

import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STATE_FOLDER } from './accounts';

export const STAGE_FILE = join(STATE_FOLDER, 'stage.json');

export interface Node {
  name: string;
  attack_log: string;
  /** Argument array that runs `nft` inside the node's network namespace. */
  nft: string[];
  fail2ban_pid: number;
  worker_pid: number;
  /** The simulated FreeSWITCH: its Event Socket and its configuration. */
  freeswitch: { address: string; password: string; folder: string };
}

export interface Stage {
  url: string;
  setup_token: string;
  nodes: Node[];
}

export function stage(): Stage {
  return JSON.parse(readFileSync(STAGE_FILE, 'utf8')) as Stage;
}

export function node(name: string): Node {
  const found = stage().nodes.find((node) => node.name === name);
  if (!found) throw new Error(`no node ${name} on this stage`);
  return found;
}

/** How often fail2ban's jail lets an address fail before it bans it. */
export const LINES_TO_BAN = 5;

/** Writes lines as the CTI module does; one write each. */
export function attack(node: Node, address: string, lines = LINES_TO_BAN, user = '1177'): void {
  for (let line = 0; line < lines; line += 1) {
    const at = new Date().toISOString().replace('Z', '000+0000');
    appendFileSync(
      node.attack_log,
      `ip[${address}] user[${user}] at[${at}] Registration failed succeed!\n`,
    );
  }
}

/** Does the node's firewall hold this address or network? Asked of nftables itself. */
export function inFirewall(node: Node, network: string): boolean {
  const [program, ...prefix] = node.nft;
  const rules = execFileSync(program, [...prefix, 'list', 'ruleset'], { encoding: 'utf8' });
  return rules.split(/[\s,{}"]+/).includes(network);
}

/** An address of the documentation ranges that no other test of this run has had, and no neighbour
 * of one: nftables may list neighbours as one range. */
export function freshAddress(family: 'v4' | 'v6' = 'v4'): string {
  for (let number = 1; number < 249; number += 1) {
    try {
      // Making a folder is atomic: two test processes never get the same number.
      mkdirSync(join(STATE_FOLDER, `${family}-${number}`));
    } catch {
      continue;
    }
    if (family === 'v6') return `2001:db8:e2e::${(number * 16).toString(16)}`;
    const range = ['192.0.2', '198.51.100', '203.0.113'][Math.floor(number / 83)];
    return `${range}.${(number % 83) * 3 + 1}`;
  }
  throw new Error('all documentation addresses are used up');
}
