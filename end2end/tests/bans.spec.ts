import { attack, freshAddress, inFirewall, node } from '../support/stage';
import { expect, test } from '../support/test';

test('five failures ban an address, one click frees it', async ({ page, open, eventually, w }) => {
  const edge = node('edge-1');
  const address = freshAddress();
  await open('/bans');
  attack(edge, address);

  // The mark on the node's chip is the worker's own look into the firewall; ours must agree.
  await open(`/bans?search=${address}`);
  const row = page.getByRole('row').filter({ hasText: address });
  await eventually(() => expect(row.getByTitle(w('in_firewall'))).toBeVisible({ timeout: 2_000 }));
  await expect(row).toContainText('edge-1');
  await expect(row).toContainText(w('registration_failed'));
  expect(inFirewall(edge, address)).toBe(true);

  await row.getByRole('button', { name: w('unban_named', { network: address }) }).click();
  await expect.poll(() => inFirewall(edge, address)).toBe(false);
  await eventually(() => expect(row).toBeHidden({ timeout: 2_000 }));
});

test('an address is banned by hand on every node', async ({ page, open, eventually, w, accessible }) => {
  const address = freshAddress('v6');
  const edges = [node('edge-1'), node('edge-2')];
  await open('/bans');
  await page.locator('summary').filter({ hasText: w('ban_an_address') }).click();
  await page.getByRole('textbox', { name: w('address_or_network') }).fill(address);
  await page.getByLabel(w('reason'), { exact: true }).fill('end-to-end test');
  await page.getByRole('button', { name: w('ban_verb'), exact: true }).click();
  for (const edge of edges) await expect.poll(() => inFirewall(edge, address)).toBe(true);

  await open(`/bans?search=${address}`);
  const row = page.getByRole('row').filter({ hasText: address });
  await eventually(async () => {
    await expect(row).toContainText('edge-1', { timeout: 2_000 });
    await expect(row).toContainText('edge-2', { timeout: 2_000 });
  });
  await expect(row).toContainText('end-to-end test');
  await accessible();

  await row.getByRole('button', { name: w('unban_named', { network: address }) }).click();
  for (const edge of edges) await expect.poll(() => inFirewall(edge, address)).toBe(false);
});

test('loopback is never banned, and the form says why', async ({ page, open, w }) => {
  await open('/bans');
  await page.locator('summary').filter({ hasText: w('ban_an_address') }).click();
  await page.getByRole('textbox', { name: w('address_or_network') }).fill('127.0.0.1');
  await page.getByRole('button', { name: w('ban_verb'), exact: true }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  expect(inFirewall(node('edge-1'), '127.0.0.1')).toBe(false);
});

test('hostile text in a line is shown, never run', async ({ page, open, eventually }) => {
  const address = freshAddress();
  const forged = '192.0.2.254';
  const trick = '<img src=x onerror=alert(1)>';
  await open('/');
  const row = page.getByRole('row').filter({ hasText: address }).first();
  await eventually(async () => {
    // The dashboard has the latest lines only, and other tests write, too.
    attack(node('edge-2'), address, 1, `${trick}] ip[${forged}`);
    await expect(row).toBeVisible({ timeout: 2_000 });
  });
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
});
