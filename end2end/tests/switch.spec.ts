// A revision's way into the switches, as an operator sees it.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exclusively, openWithoutDraft } from '../support/config';
import { node } from '../support/stage';
import { expect, test } from '../support/test';

test('a file that is broken on one node is told with its place; once mended, one click tries again', async ({
  page,
  open,
  eventually,
  w,
  accessible,
}) => {
  await exclusively('acl', async () => {
    const list = `gate-${test.info().project.name}`;
    const file = join(node('edge-2').freeswitch.folder, 'autoload_configs', 'acl.conf.xml');
    const whole = readFileSync(file, 'utf8');
    await openWithoutDraft(page, w, open, '/acl');
    await page.locator('#add-list').getByLabel(w('list_name'), { exact: true }).fill(list);
    await page.getByRole('button', { name: w('add_list') }).click();
    await expect(page.getByRole('heading', { name: w('entries_of', { name: list, n: 0 }) })).toBeVisible();
    const entries = page.locator('#entries');
    await entries.getByRole('textbox', { name: w('address_or_network') }).fill('203.0.113.0/24');
    await entries.getByRole('button', { name: w('add_entry') }).click();
    await expect(page.getByRole('heading', { name: w('entries_of', { name: list, n: 1 }) })).toBeVisible();

    writeFileSync(file, whole.replace('</network-lists>', '<network-lists>'));
    const progress = page.locator('#progress');
    const failed = progress.getByRole('listitem').filter({ hasText: 'edge-2' });
    try {
      await page.getByLabel(w('message'), { exact: true }).fill(`a gate (${test.info().project.name})`);
      await page.getByRole('button', { name: w('publish') }).click();
      await eventually(() => expect(failed).toContainText(w('step_failed'), { timeout: 2_000 }));
      await expect(failed).toContainText(/acl\.conf\.xml(: line \d+, column \d+|：.*第 \d+ 行第 \d+ 列)/);
      await eventually(() =>
        expect(progress).toContainText(w('progress_of', { verified: 1, all: 2 }), { timeout: 2_000 }),
      );
      await accessible();
    } finally {
      writeFileSync(file, whole);
    }
    await failed.getByRole('button', { name: w('retry_named', { name: 'edge-2' }) }).click();
    await eventually(() =>
      expect(page.locator('main')).toContainText(w('progress_of', { verified: 2, all: 2 }), { timeout: 2_000 }),
    );
    // All that was there is still there, byte for byte, around our part.
    const written = readFileSync(file, 'utf8');
    expect(written).toContain(`<list name="${list}" default="deny">`);
    const outside = (text: string) => text.replace(/\n *<!-- callwarden: begin[^]*callwarden: end[^\n]*/, '');
    expect(outside(written)).toBe(outside(whole));
  });
});
