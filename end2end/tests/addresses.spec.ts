import { attack, freshAddress, inFirewall, node } from '../support/stage';
import { expect, test } from '../support/test';

test('one page tells who an address is, what it did, and frees it', async ({ page, open, eventually, w, accessible }) => {
  const edge = node('edge-1');
  const address = freshAddress();
  attack(edge, address);
  await open(`/search?q=${address}`);
  await expect(page).toHaveURL(new RegExp(`/addresses/${address.replaceAll('.', '\\.')}$`));
  await expect(page.getByRole('heading', { name: w('address_title', { network: address }) })).toBeVisible();

  const timeline = page.locator('#timeline');
  await eventually(async () => {
    await expect(timeline).toContainText(w('banned_event'), { timeout: 2_000 });
    await expect(page.getByTitle(w('in_firewall'))).toBeVisible({ timeout: 2_000 });
  });
  await expect(timeline).toContainText(w('attempts_count', { lines: 5 }));
  await expect(timeline).toContainText(w('registration_failed'));
  await expect(page.getByRole('cell', { name: '1177', exact: true })).toBeVisible();
  await accessible();

  await page.getByRole('button', { name: w('unban_named', { network: address }) }).click();
  await expect.poll(() => inFirewall(edge, address)).toBe(false);
  await eventually(() => expect(timeline).toContainText(w('unbanned_event'), { timeout: 2_000 }));
  await expect(timeline).toContainText(w('ordered_by', { actor: 'admin' }));
});

test('the network round an address is one click away, and asked about by name', async ({ page, open, w, accessible }) => {
  await open('/addresses/203.0.113.250');
  await page.getByRole('link', { name: w('ban_network_named', { network: '203.0.113.0/24' }) }).click();
  await expect(page).toHaveURL(/\/addresses\/203\.0\.113\.0\/24\?ban=1$/);
  await expect(page.getByRole('textbox', { name: w('address_or_network') })).toHaveValue('203.0.113.0/24');
  await accessible();
});

test('a network is banned and freed on its own page', async ({ page, open, eventually, w }) => {
  const edge = node('edge-1');
  // One for each project: they share one console, and no other test has an address in it.
  const place = ['js-en', 'js-zh', 'nojs-en'].indexOf(test.info().project.name) + 1;
  const network = `2001:db8:f00${place}::/48`;
  await open(`/addresses/2001:db8:f00${place}::1`);
  await page.getByRole('link', { name: w('ban_network_named', { network }) }).click();
  await page.getByRole('button', { name: w('ban_verb'), exact: true }).click();
  await expect.poll(() => inFirewall(edge, network)).toBe(true);
  await eventually(() => expect(page.locator('.page-head')).toContainText(w('address_banned'), { timeout: 2_000 }));
  await expect(page.locator('#ban, p.problem')).toHaveCount(0);
  await page.getByRole('button', { name: w('unban_named', { network }) }).click();
  await expect.poll(() => inFirewall(edge, network)).toBe(false);
});

test('what may never be banned says why and offers no ban', async ({ page, open, w }) => {
  await open('/addresses/127.0.0.1');
  await expect(page.getByText(w('address_protected')).first()).toBeVisible();
  await expect(page.locator('summary').filter({ hasText: w('ban_named', { network: '127.0.0.1' }) })).toHaveCount(0);
});
