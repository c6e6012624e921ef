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

test('a refused ban keeps what was chosen, so that it never goes to all nodes', async ({ page, open, w, accessible }) => {
  await open('/bans');
  await page.locator('summary').filter({ hasText: w('ban_an_address') }).click();
  const network = page.getByRole('textbox', { name: w('address_or_network') });
  const some = page.getByRole('radio', { name: w('these_nodes') });
  const ban = page.getByRole('button', { name: w('ban_verb'), exact: true });
  await network.fill('203.0.113.9/24');
  await some.check();
  await ban.click();
  await expect(page.locator('#network-problem')).toContainText('203.0.113.0/24');
  await expect(some).toBeChecked();

  // No node is ticked: the form says so where they stand, and forgets nothing.
  await network.fill('203.0.113.249');
  await ban.click();
  await expect(page.locator('#scope-problem')).toHaveText(w('problem_no_choice'));
  await expect(network).toHaveValue('203.0.113.249');
  await expect(some).toBeChecked();
  await accessible();

  await network.fill('10.20.0.0/16');
  await page.getByRole('checkbox', { name: 'edge-2', exact: true }).check();
  await ban.click();
  await expect(page.locator('#network-problem')).toHaveText(w('problem_wide_confirm'));
  await expect(page.getByRole('checkbox', { name: 'edge-2', exact: true })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: 'edge-1', exact: true })).not.toBeChecked();
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
