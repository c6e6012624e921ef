import { attack, freshAddress, inFirewall, node } from '../support/stage';
import { expect, test } from '../support/test';

test('five failures ban an address, one click frees it on the node', async ({ page, open, eventually, w }) => {
  const edge = node('edge-1');
  const address = freshAddress();
  await open('/bans');
  attack(edge, address);

  const row = page.getByRole('row', { name: address });
  await eventually(() => expect(row).toBeVisible({ timeout: 2_000 }));
  expect(inFirewall(edge, address)).toBe(true);
  await eventually(() => expect(row).toContainText(w('in_firewall'), { timeout: 2_000 }));

  await row.getByRole('button', { name: w('unban_named', { network: address }) }).click();
  await expect.poll(() => inFirewall(edge, address)).toBe(false);
  await eventually(() => expect(row).toBeHidden({ timeout: 2_000 }));
});

test('an address is banned by hand on every node', async ({ page, open, eventually, w, accessible }) => {
  const address = freshAddress('v6');
  await open('/bans');
  await accessible();
  const form = page.locator('form').filter({ has: page.getByLabel(w('address_or_network')) });
  await page.getByText(w('ban_an_address')).first().click();
  await form.getByLabel(w('address_or_network')).fill(address);
  await form.getByLabel(w('reason')).fill('end-to-end test');
  await form.getByRole('button', { name: w('ban_verb'), exact: true }).click();

  for (const name of ['edge-1', 'edge-2']) {
    await expect.poll(() => inFirewall(node(name), address)).toBe(true);
  }
  const row = page.getByRole('row', { name: address });
  await eventually(() => expect(row).toContainText('edge-2', { timeout: 2_000 }));

  await row.getByRole('button', { name: w('unban_named', { network: address }) }).click();
  for (const name of ['edge-1', 'edge-2']) {
    await expect.poll(() => inFirewall(node(name), address)).toBe(false);
  }
});

test('hostile text in a line is shown, never run', async ({ page, open, eventually, w }) => {
  const edge = node('edge-2');
  const address = freshAddress();
  attack(edge, address, 1, '<img src=x onerror=alert(1)>] ip[192.0.2.250');
  await open('/');
  await eventually(() => expect(page.getByText(address).first()).toBeVisible({ timeout: 2_000 }));
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
  await expect(page.getByRole('heading', { level: 1, name: w('dashboard') })).toBeVisible();
});
