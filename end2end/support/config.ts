// What the specs of configuration share.

import { mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { STATE_FOLDER } from './accounts';
import type { Node } from './stage';
import type { Words } from './words';

/** One at a time over all test processes: a line of configuration has one draft for everybody. */
export async function exclusively(what: string, act: () => Promise<void>): Promise<void> {
  const lock = join(STATE_FOLDER, `lock-${what}`);
  await expect(() => mkdirSync(lock)).toPass({ timeout: 230_000, intervals: [250] });
  try {
    await act();
  } finally {
    rmdirSync(lock);
  }
}

/** The file on the node that holds what was deployed. */
export function jailFile(node: Node): string {
  const folder = join(dirname(node.attack_log), 'fail2ban');
  const name = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith('callwarden-cti.settings.local'),
  );
  if (!name) throw new Error(`no jail settings below ${folder}`);
  return join(folder, name);
}

/** One setting as it stands in the node's file. */
export function jailSetting(node: Node, name: string): string | undefined {
  return readFileSync(jailFile(node), 'utf8').match(new RegExp(`^${name} *= *(.*)$`, 'm'))?.[1];
}

/** Somebody at the node's shell. */
export function editJailFile(node: Node, name: string, value: string): void {
  const file = jailFile(node);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(new RegExp(`^(${name} *= *).*$`, 'm'), `$1${value}`));
}

/** Throws away what an earlier, failed test has left. */
export async function withoutDraft(page: Page, w: Words): Promise<void> {
  const discard = page.locator('summary').filter({ hasText: w('discard_draft') });
  if ((await discard.count()) === 0) return;
  await discard.click();
  await page.getByRole('button', { name: w('discard_draft') }).click();
  await expect(page.getByText(w('draft_discarded'))).toBeVisible();
}

/** Opens a line of configuration as it is when a test begins: without the draft of an earlier one. */
export async function openWithoutDraft(
  page: Page,
  w: Words,
  open: (path: string) => Promise<void>,
  path: string,
): Promise<void> {
  await open(path);
  await withoutDraft(page, w);
  await open(path);
}

/** Saves and deploys a ban time on all nodes; looks until every node has it. */
export async function deployBanTime(
  page: Page,
  w: Words,
  eventually: (check: () => Promise<void>) => Promise<void>,
  bantime: string,
  message: string,
): Promise<void> {
  await page.getByLabel(w('bantime')).fill(bantime);
  await page.getByRole('button', { name: w('save_draft') }).click();
  await expect(page.getByText(w('unsaved_draft'))).toBeVisible();
  await page.getByLabel(w('message'), { exact: true }).fill(message);
  await page.getByRole('button', { name: w('publish') }).click();
  await expect(page.getByText(w('unsaved_draft'))).toBeHidden();
  const progress = page.locator('#progress');
  await eventually(async () => {
    await expect(progress).toContainText(w('progress_of', { verified: 2, all: 2 }), { timeout: 2_000 });
  });
}
