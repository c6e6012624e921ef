import { attack, freshAddress, inFirewall, node } from '../support/stage';
import { expect, test } from '../support/test';

test('a whitelisted address is proven on each node and never banned', async ({
  page,
  open,
  eventually,
  w,
  accessible,
}) => {
  const edge = node('edge-1');
  const [friend, stranger] = [freshAddress(), freshAddress()];
  await open('/whitelist');
  await accessible();
  const form = page.locator('form').filter({ has: page.getByLabel(w('address_or_network')) });
  await page.getByText(w('add_to_whitelist')).first().click();
  await form.getByLabel(w('address_or_network')).fill(friend);
  await form.getByLabel(w('note')).fill('end-to-end test');
  await form.getByRole('button', { name: w('add_to_whitelist') }).click();

  const row = page.getByRole('row', { name: friend });
  await eventually(() => expect(row.getByText(w('proven'))).toHaveCount(2, { timeout: 2_000 }));

  // The stranger's ban shows that the friend's lines, written before, were judged too.
  attack(edge, friend, 10);
  attack(edge, stranger);
  await expect.poll(() => inFirewall(edge, stranger), { timeout: 30_000 }).toBe(true);
  expect(inFirewall(edge, friend)).toBe(false);

  await row.getByRole('button', { name: w('remove_named', { network: friend }) }).click();
  await eventually(() => expect(row).toBeHidden({ timeout: 2_000 }));
});
