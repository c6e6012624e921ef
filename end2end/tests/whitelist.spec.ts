import { attack, freshAddress, inFirewall, node } from '../support/stage';
import { expect, test } from '../support/test';

test('an entry is proven on each node and is never banned', async ({ page, open, eventually, w, accessible }) => {
  const edge = node('edge-1');
  const [friend, stranger] = [freshAddress(), freshAddress()];
  await open('/whitelist');
  await page.getByRole('textbox', { name: w('address_or_network') }).fill(friend);
  await page.getByLabel(w('note')).fill('end-to-end test');
  await page.getByRole('button', { name: w('add_to_whitelist'), exact: true }).click();

  const row = page.getByRole('row').filter({ hasText: friend });
  await eventually(async () => {
    for (const name of ['edge-1', 'edge-2']) {
      await expect(row.getByText(`${name}: ${w('proven')}`)).toBeVisible({ timeout: 2_000 });
    }
  });
  await accessible();

  // The stranger's ban shows that the friend's lines, written before, were judged too.
  attack(edge, friend, 10);
  attack(edge, stranger);
  await expect.poll(() => inFirewall(edge, stranger)).toBe(true);
  expect(inFirewall(edge, friend)).toBe(false);

  const remove = row.getByRole('button', { name: w('remove_named', { network: friend }) });
  await remove.click();
  await expect(row).toBeHidden();
  await page.locator('#toasts').getByRole('button', { name: w('undo') }).click();
  await expect(row).toContainText('end-to-end test');
  await remove.click();
  await expect(row).toBeHidden();
});

test('a time in the past is refused at its field, and nothing typed is lost', async ({ page, open, w }) => {
  await open('/whitelist');
  const network = page.getByRole('textbox', { name: w('address_or_network') });
  await network.fill('203.0.113.249');
  await page.getByLabel(w('note')).fill('typed once');
  await page.getByLabel(w('expires')).selectOption('at');
  await page.getByLabel(w('at_time')).fill('2020-07-01T08:30');
  await page.getByRole('button', { name: w('add_to_whitelist'), exact: true }).click();
  await expect(page.locator('#at-problem')).toHaveText(w('problem_past'));
  await expect(network).toHaveValue('203.0.113.249');
  await expect(page.getByLabel(w('note'))).toHaveValue('typed once');
});

test('whitelisting lifts a ban', async ({ page, open, eventually, w }) => {
  const edge = node('edge-2');
  const address = freshAddress();
  attack(edge, address);
  await expect.poll(() => inFirewall(edge, address)).toBe(true);

  await open(`/bans?search=${address}`);
  const row = page.getByRole('row').filter({ hasText: address });
  await eventually(() => expect(row).toBeVisible({ timeout: 2_000 }));
  await row.getByRole('link', { name: w('unban_and_whitelist') }).click();
  await expect(page.getByRole('textbox', { name: w('address_or_network') })).toHaveValue(address);
  await page.getByRole('button', { name: w('add_to_whitelist'), exact: true }).click();
  await expect.poll(() => inFirewall(edge, address)).toBe(false);

  const entry = page.getByRole('row').filter({ hasText: address });
  await entry.getByRole('button', { name: w('remove_named', { network: address }) }).click();
  await eventually(() => expect(entry).toBeHidden({ timeout: 2_000 }));
});
