import { expect, test } from '../support/test';

test('typed rules are checked and shown, and nothing is saved', async ({ page, open, w, accessible }) => {
  await open('/rules');
  const max = page.getByLabel(w('max_length'));
  const before = await max.inputValue();
  await max.fill('8');
  await page.getByLabel(w('denied_prefixes')).fill('00, 1900');
  await page.getByLabel(w('allowed_prefixes')).fill('19001\n86');
  await page.getByLabel(w('destination_number')).fill('0044');
  await page.getByLabel(w('destination_number')).press('Enter');
  await expect(page.getByText(w('unsaved_shown'))).toBeVisible();
  await expect(page.locator('.tester-verdict')).toHaveText(w('verdict_denied', { prefix: '00' }));
  await expect(page.getByText(w('warn_shadowed', { allow: '19001', deny: '1900' }))).toBeVisible();
  const preview = page.locator('#section pre');
  await page.locator('#section summary').click();
  await expect(preview).toContainText('"destination_number_max_len": 8');
  await expect(preview).toContainText('"deny_prefix": ["00", "1900"]');
  await expect(max).toHaveValue('8');
  await accessible();

  await open('/rules');
  await expect(max).toHaveValue(before);
  await expect(page.getByText(w('unsaved_shown'))).toHaveCount(0);
});

test('what cannot be dialed is refused at its field, and nothing typed is lost', async ({ page, open, w }) => {
  await open('/rules');
  await page.getByLabel(w('max_length')).fill('9');
  await page.getByLabel(w('denied_prefixes')).fill('00\n0-0');
  await page.getByRole('button', { name: w('save_draft') }).click();
  await expect(page.locator('#deny-problem')).toHaveText(w('problem_prefix_undialable', { entry: '0-0' }));
  await expect(page.getByLabel(w('max_length'))).toHaveValue('9');
  await expect(page.getByLabel(w('denied_prefixes'))).toHaveValue('00\n0-0');
});

test('a node gets a draft of its own, which can be discarded', async ({ page, open, w, eventually }, info) => {
  // Tests of other projects edit at the same time: each its own line.
  const name = { 'js-en': 'edge-1', 'js-zh': 'edge-2' }[info.project.name];
  await open('/rules');
  const link = page.locator('#scope a').filter({ hasText: name ?? w('all_nodes') });
  const path = (await link.getAttribute('href'))!;
  await open(path);
  if (name) await expect(page.getByText(w('line_follows', { name }))).toBeVisible();
  await page.getByLabel(w('denied_prefixes')).fill('00\n+\n1900');
  await page.getByRole('button', { name: w('save_draft') }).click();
  await expect(page.getByText(w('draft_saved'))).toBeVisible();
  await expect(page.getByText(w('unsaved_draft'))).toBeVisible();
  await expect(page.getByLabel(w('denied_prefixes'))).toHaveValue('00\n+\n1900');
  await expect(page.locator('.changes')).toContainText('1900');

  await page.locator('summary').filter({ hasText: w('discard_draft') }).click();
  await page.getByRole('button', { name: w('discard_draft') }).click();
  await eventually(() => expect(page.getByText(w('unsaved_draft'))).toHaveCount(0, { timeout: 2_000 }));
});
